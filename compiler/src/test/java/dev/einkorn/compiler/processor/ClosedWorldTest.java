package dev.einkorn.compiler.processor;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.testing.compile.Compilation;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.InvokeDynamicEntry;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import javax.tools.JavaFileObject;
import org.junit.jupiter.api.Test;

/**
 * What generated classes reach at run time can be known before: an ahead-of-time compiler of
 * bytecode such as GraalVM native-image sees every class and method that they use.
 */
class ClosedWorldTest {
  private static final String MEMBERS =
      """
      @TensorKernel("c[k] = A[i,k] * B[i,k]")
      Tensor dots(Tensor A, Tensor B);

      @TensorKernel(value = "P[i,j] = exp(S[i,j]) / sum[l](exp(S[i,l]))", memoryBudget = 100000)
      @Extents("i=4096,j=4096")
      float[] softmax(@Shape("i,j") float[] S, int i);

      @TensorKernel("D[i,l] = A[i,j] * B[j,k] * C[k,l]")
      void chain(Tensor A, Tensor B, MemorySegment C, int k, @Output Tensor D);
      """
          .replace("MemorySegment C", "@Shape(\"k,l\") MemorySegment C");

  /** Owners whose methods find classes and members by name, or make them. */
  private static final List<String> REFLECTION =
      List.of(
          "java/lang/reflect/",
          "java/lang/ClassLoader",
          "java/lang/invoke/MethodHandle",
          "java/lang/invoke/VarHandle",
          "java/util/ServiceLoader",
          "javax/tools/",
          "java/lang/foreign/Linker",
          "java/lang/foreign/SymbolLookup",
          "sun/");

  /** Methods of Class that do not look anything up. */
  private static final Set<String> PLAIN_CLASS_METHODS =
      Set.of("desiredAssertionStatus", "getComponentType", "getName", "getSimpleName");

  /** What javac writes for lambdas, strings, records and switches; known at build time. */
  private static final Set<String> BOOTSTRAPS =
      Set.of(
          "java/lang/invoke/LambdaMetafactory",
          "java/lang/invoke/StringConcatFactory",
          "java/lang/runtime/ObjectMethods",
          "java/lang/runtime/SwitchBootstraps");

  private static Map<String, byte[]> generated() throws IOException {
    Compilation compilation =
        Built.compile(
            List.of("--add-modules", "jdk.incubator.vector"), Built.source("Work", MEMBERS));
    Map<String, byte[]> classes = new LinkedHashMap<>();
    for (JavaFileObject file : compilation.generatedFiles()) {
      if (file.getKind() == JavaFileObject.Kind.CLASS) {
        try (InputStream in = file.openInputStream()) {
          byte[] bytes = in.readAllBytes();
          classes.put(ClassFile.of().parse(bytes).thisClass().asInternalName(), bytes);
        }
      }
    }
    return classes;
  }

  /** The generated classes and those of the runtime that they reach, by name. */
  private static Map<String, ClassModel> reached() throws IOException {
    Map<String, byte[]> generated = generated();
    Map<String, ClassModel> reached = new LinkedHashMap<>();
    Deque<String> todo = new ArrayDeque<>(generated.keySet());
    while (!todo.isEmpty()) {
      String name = todo.remove();
      byte[] own = generated.get(name);
      if (reached.containsKey(name) || (own == null && !name.startsWith("dev/einkorn/"))) {
        continue;
      }
      ClassModel model = ClassFile.of().parse(own == null ? onClassPath(name) : own);
      reached.put(name, model);
      for (PoolEntry entry : model.constantPool()) {
        if (entry instanceof ClassEntry type) {
          todo.add(type.asInternalName().replaceAll("^\\[+L|;$", ""));
        }
      }
    }
    return reached;
  }

  private static byte[] onClassPath(String name) throws IOException {
    try (InputStream in =
        ClosedWorldTest.class.getClassLoader().getResourceAsStream(name + ".class")) {
      assertThat(in).as(name).isNotNull();
      return in.readAllBytes();
    }
  }

  @Test
  void nothingOfTheCompilerOrTheDriversIsReached() throws IOException {
    Set<String> packages = new TreeSet<>();
    for (String name : reached().keySet()) {
      packages.add(name.substring(0, name.lastIndexOf('/')).replace('/', '.'));
    }
    assertThat(packages)
        .containsExactly(
            "com.acme",
            "dev.einkorn.runtime",
            "dev.einkorn.runtime.kernel",
            "dev.einkorn.runtime.simd",
            "dev.einkorn.runtime.tier");
  }

  @Test
  void nothingIsLookedUpByNameOrMadeAtRunTime() throws IOException {
    Set<String> found = new TreeSet<>();
    reached()
        .forEach(
            (name, model) -> {
              for (PoolEntry entry : model.constantPool()) {
                if (entry instanceof MemberRefEntry member && looksUp(member)) {
                  found.add(name + " uses " + text(member));
                }
              }
            });
    assertThat(found).isEmpty();
  }

  private static boolean looksUp(MemberRefEntry member) {
    String owner = member.owner().asInternalName();
    String method = member.name().stringValue();
    if (text(member).equals("java/lang/ClassLoader.getSystemClassLoader")) {
      return false; // For the threads of the pool; nothing is loaded through it.
    }
    return owner.equals("java/lang/Class")
        ? !PLAIN_CLASS_METHODS.contains(method)
        : REFLECTION.stream().anyMatch(owner::startsWith)
            || (owner.equals("java/lang/System") && method.startsWith("load"));
  }

  private static String text(MemberRefEntry member) {
    return member.owner().asInternalName() + "." + member.name().stringValue();
  }

  @Test
  void dynamicCallsAreThoseOfJavac() throws IOException {
    Set<String> owners = new TreeSet<>();
    for (ClassModel model : reached().values()) {
      for (PoolEntry entry : model.constantPool()) {
        if (entry instanceof InvokeDynamicEntry dynamic) {
          owners.add(dynamic.bootstrap().bootstrapMethod().reference().owner().asInternalName());
        }
      }
    }
    assertThat(BOOTSTRAPS).containsAll(owners);
  }
}
