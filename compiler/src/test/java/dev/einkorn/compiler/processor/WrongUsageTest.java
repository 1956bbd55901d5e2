package dev.einkorn.compiler.processor;

import static com.google.testing.compile.CompilationSubject.assertThat;

import com.google.testing.compile.Compilation;
import com.google.testing.compile.JavaFileObjects;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.JavaFileObject;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every wrong usage is an error at its place; » marks the place in the sources here. */
class WrongUsageTest {
  private static final String MARK = "»";

  private static Arguments usage(String name, String members, String... messages) {
    return Arguments.of(name, members, List.of(messages));
  }

  static Stream<Arguments> wrongMethods() {
    return Stream.of(
        usage(
            "a program that is no program",
            "@TensorKernel(»\"c[k] = A[i,k] *\") void f(Tensor A, @Output Tensor c);",
            "error[SYNTAX_ERROR]",
            "--> Work.f:1:16",
            "  c[k] = A[i,k] *\n                 ^"),
        usage(
            "an access of two ranks",
            "@TensorKernel(»\"c[k] = A[i,k] * A[k]\") void f(Tensor A, @Output Tensor c);",
            "error[RANK_MISMATCH]",
            "  c[k] = A[i,k] * A[k]"),
        usage(
            "a sum inside of a function",
            "@TensorKernel(»\"c = exp(A[i])\") float f(Tensor A);",
            "error[AMBIGUOUS_SUM]",
            "  c = exp(A[i])\n      ^^^^^^^^^",
            "hint: write sum[i](exp(A[i]))"),
        usage(
            "an unknown function",
            "@TensorKernel(»\"c[i] = exq(A[i])\") Tensor f(Tensor A);",
            "error[UNKNOWN_FUNCTION]",
            "  c[i] = exq(A[i])\n         ^^^",
            "did you mean exp"),
        usage(
            "an index on the left only",
            "@TensorKernel(»\"c[i,j] = A[i]\") Tensor f(Tensor A);",
            "error[",
            "  c[i,j] = A[i]\n      ^"),
        usage(
            "a target that is assigned twice",
            "@TensorKernel(»\"c[i] = A[i]; c[i] = 2 * A[i]\") Tensor f(Tensor A);",
            "error[ASSIGNED_TWICE]"),
        usage(
            "an input that is no parameter",
            "@TensorKernel(»\"c[k] = A[i,k] * B[i,k]\") Tensor f(Tensor A);",
            "error[MISSING_INPUT]: no tensor is given for the input B",
            "  c[k] = A[i,k] * B[i,k]\n                  ^^^^^^"),
        usage(
            "a parameter that the program does not read",
            "@TensorKernel(\"c[k] = A[k]\") Tensor f(Tensor A, Tensor »D);",
            "error[EXTRA_INPUT]: the program does not read D",
            "the inputs are A"),
        usage(
            "a misspelt parameter",
            "@TensorKernel(\"c[k] = input[k]\") Tensor f(Tensor »inputs);",
            "error[EXTRA_INPUT]: the program does not read inputs",
            "hint: did you mean input?"),
        usage(
            "an output without its annotation",
            "@TensorKernel(\"c[k] = A[k]\") void f(Tensor A, Tensor »c);",
            "error[EXTRA_INPUT]: the program computes c itself",
            "hint: write @Output before it"),
        usage(
            "an output that the program does not have",
            "@TensorKernel(\"c[k] = A[k]\") void f(Tensor A, @Output Tensor »d);",
            "error[UNKNOWN_OUTPUT]: the program has no output d"),
        usage(
            "an output that nothing receives",
            "@TensorKernel(\"c[k] = A[k]\") void »f(Tensor A);",
            "error[MISSING_OUTPUT]: nothing receives the output c",
            "hint: add a parameter '@Output Tensor c', or return it"),
        usage(
            "two outputs of which one is returned",
            "@TensorKernel(\"c[k] = A[k]; d[k] = 2 * A[k]\") Tensor »f(Tensor A);",
            "error[MISSING_OUTPUT]: a method returns one output, but c, d are no parameters"),
        usage(
            "a result where every output is a parameter",
            "@TensorKernel(\"c[k] = A[k]\") Tensor »f(Tensor A, @Output Tensor c);",
            "error[INVALID_RESULT]: every output is a parameter"),
        usage(
            "a number that is returned for a vector",
            "@TensorKernel(\"c[k] = A[k]\") float »f(Tensor A);",
            "error[RANK_MISMATCH]: c has 1 axis, so it is no number"),
        usage(
            "a result of another type",
            "@TensorKernel(\"c = A[k]\") double »f(Tensor A);",
            "error[TYPE_MISMATCH]: c is f32 in the program, but f64 is returned"),
        usage(
            "a number as an output",
            "@TensorKernel(\"c = A[k]\") void f(Tensor A, @Output float »c);",
            "error[INVALID_OUTPUT]: a number cannot receive an output"),
        usage(
            "an output array of another type",
            "@TensorKernel(\"c[k] = A[k]\") void f(Tensor A, @Output double[] »c);",
            "error[TYPE_MISMATCH]: c is f32 in the program, but f64 here"),
        usage(
            "an output with a shape of another rank",
            "@TensorKernel(\"c[k] = A[k]\")"
                + " void f(Tensor A, @Output @Shape(\"k,1\") float[] »c);",
            "error[RANK_MISMATCH]: c has 1 axes in the program, but 2 in its shape"),
        usage(
            "an array without a shape",
            "@TensorKernel(\"c[k] = A[k]\") Tensor f(float[] »A);",
            "error[MISSING_SHAPE]: the shape of A is not known",
            "hint: write @Shape("),
        usage(
            "a shape that is no list",
            "@TensorKernel(\"c[k] = A[k]\") Tensor f(@Shape(»\"k;\") float[] A);",
            "error[INVALID_SHAPE]: 'k;' is no extent"),
        usage(
            "a shape of a number",
            "@TensorKernel(\"c[k] = a * A[k]\") Tensor f(@Shape(»\"1\") float a, Tensor A);",
            "error[INVALID_SHAPE]: a number has no shape"),
        usage(
            "a shape of another rank than the accesses",
            "@TensorKernel(»\"c[k] = A[k]\") Tensor f(@Shape(\"k,l\") float[] A);",
            "error[RANK_MISMATCH]"),
        usage(
            "an extent that nothing gives",
            "@TensorKernel(\"y[i] = A[i,k]\") Tensor »f(@Shape(\"i,k\") float[] A);",
            "error[UNDETERMINED_EXTENT]: nothing says how large i is",
            "hint: add a parameter 'int i'"),
        usage(
            "a parameter of a type without meaning",
            "@TensorKernel(\"c[k] = A[k]\") Tensor f(java.util.List<Float> »A);",
            "error[INVALID_PARAMETER]: A is a java.util.List<java.lang.Float>"),
        usage(
            "a result of a type without meaning",
            "@TensorKernel(\"c[k] = A[k]\") String »f(Tensor A);",
            "error[INVALID_RESULT]"),
        usage(
            "a generic method",
            "@TensorKernel(\"c[k] = A[k]\") <T> Tensor »f(Tensor A);",
            "error[INVALID_METHOD]: a method with a program cannot be generic"),
        usage(
            "no program",
            "»@TensorKernel Tensor f(Tensor A);",
            "error[MISSING_PROGRAM]: no program"),
        usage(
            "a program twice",
            "»@TensorKernel(value = \"c[k] = A[k]\", file = \"c.ein\") Tensor f(Tensor A);",
            "error[MISSING_PROGRAM]: the program is given twice"),
        usage(
            "a file that is not there",
            "@TensorKernel(file = »\"missing.ein\") Tensor f(Tensor A);",
            "error[MISSING_PROGRAM]: no resource missing.ein is found in package com.acme"),
        usage(
            "a method without a program",
            "Tensor »f(Tensor A);",
            "error[MISSING_PROGRAM]: method f has no @TensorKernel"),
        usage(
            "typical extents that are none",
            "@TensorKernel(\"c[k] = A[k]\") @Extents(»\"k:4\") Tensor f(Tensor A);",
            "error[INVALID_EXTENTS]: 'k:4' is no typical extent"),
        usage(
            "a typical extent of what is no size",
            "@TensorKernel(\"c[k] = A[k]\") @Extents(»\"n=4\") Tensor f(Tensor A);",
            "error[UNKNOWN_NAME]: the program has no size n"),
        usage(
            "typical extents that contradict each other",
            "@TensorKernel(\"s = A[i] * B[j] * C[i,j] * C[j,i]\") @Extents(»\"i=4,j=5\")"
                + " float f(Tensor A, Tensor B, Tensor C);",
            "error[EXTENT_MISMATCH]: i and j are one size in the program"),
        usage(
            "a schedule without a target",
            "@TensorKernel(value = \"c[k] = A[k]\", schedule = »\"hoist()\") Tensor f(Tensor A);",
            "error[INVALID_SCHEDULE]"),
        usage(
            "a schedule that cannot be read",
            "@TensorKernel(value = \"c[k] = A[k]\", schedule = {»\"c: tidy()\"})"
                + " Tensor f(Tensor A);",
            "error[INVALID_SCHEDULE]"),
        usage(
            "a schedule that is not legal",
            "@TensorKernel(value = \"c[k] = A[k]\", schedule = »\"c: reorder(z)\")"
                + " Tensor f(Tensor A);",
            "error[INVALID_SCHEDULE]"),
        usage(
            "an order that is no tree",
            "@TensorKernel(value = \"c[i] = A[i,k] * B[k,l] * d[l]\", order = »\"c=(0 1\")"
                + " Tensor f(Tensor A, Tensor B, Tensor d);",
            "error[INVALID_ORDER]: no contraction tree"),
        usage(
            "an order of what is no target",
            "@TensorKernel(value = \"c[i] = A[i,k] * B[k]\", order = »\"d=(0 1)\")"
                + " Tensor f(Tensor A, Tensor B);",
            "error[UNKNOWN_NAME]: no statement computes d"),
        usage(
            "an order where nothing may be regrouped",
            "@TensorKernel(value = \"c[i] = A[i,k] * B[k]\", order = »\"c=(0 1)\","
                + " rounding = Rounding.STRICT) Tensor f(Tensor A, Tensor B);",
            "error[INVALID_ORDER]"),
        usage(
            "a memory budget that cannot be kept",
            "@TensorKernel(value = \"t[i,j] = A[i,k] * B[k,j]; c[i,j] = t[i,j] / max[l](t[i,l])\","
                + " memoryBudget = »16L) Tensor f(Tensor A, Tensor B);",
            "error[MEMORY_BUDGET]: the memory budget is 16 bytes"),
        usage(
            "extents that clash in the program and its header",
            "@TensorKernel(»\"(A: f32[3], B: f32[4]) -> (c)\\nc = A[i] * B[i]\")"
                + " float f(Tensor A, Tensor B);",
            "error[EXTENT_MISMATCH]",
            "--> Work.f:"),
        usage(
            "an array of another type than the header says",
            "@TensorKernel(»\"(A: f64[n]) -> (c)\\nc = A[i]\") double f(@Shape(\"n\") float[] A);",
            "error[TYPE_MISMATCH]: A is f64 in the header, but the tensor given is f32"));
  }

  /** Line and column of the mark. */
  private static long[] place(String text) {
    int at = text.indexOf(MARK);
    long line = text.substring(0, at).chars().filter(c -> c == '\n').count() + 1;
    return new long[] {line, at - text.lastIndexOf('\n', at)};
  }

  private static Compilation compile(String text) {
    JavaFileObject file = JavaFileObjects.forSourceString("com.acme.Work", text.replace(MARK, ""));
    return Built.compile(List.of(), file);
  }

  private static void check(String text, List<String> messages) {
    long[] place = place(text);
    Compilation compilation = compile(text);
    assertThat(compilation).failed();
    List<Diagnostic<? extends JavaFileObject>> found =
        List.copyOf(compilation.errors()).stream()
            .<Diagnostic<? extends JavaFileObject>>map(each -> each)
            .filter(each -> messages.stream().allMatch(message -> text(each).contains(message)))
            .toList();
    Assertions.assertThat(found)
        .as("%s in %s", messages, compilation.errors())
        .isNotEmpty()
        .anySatisfy(
            each -> {
              Assertions.assertThat(each.getLineNumber()).isEqualTo(place[0]);
              Assertions.assertThat(each.getColumnNumber()).isEqualTo(place[1]);
            });
  }

  private static String text(Diagnostic<? extends JavaFileObject> diagnostic) {
    // javac indents all lines but the first.
    return diagnostic.getMessage(Locale.ROOT).replace("\r\n", "\n").replace("\n  ", "\n");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("wrongMethods")
  void isAnErrorAtItsPlace(String name, String member, List<String> messages) {
    check(Built.text("@TensorKernels\npublic interface Work", member + "\n"), messages);
  }

  static Stream<Arguments> wrongTypes() {
    return Stream.of(
        usage("a class", "@TensorKernels public abstract »class Work", "@TensorKernels stands on"),
        usage(
            "a generic interface",
            "@TensorKernels public »interface Work<T>",
            "an interface with programs cannot be generic"),
        usage(
            "an interface without methods",
            "@TensorKernels public »interface Work",
            "no method has a @TensorKernel"),
        usage(
            "a sealed interface",
            "@TensorKernels public sealed »interface Work permits Work.One",
            "a sealed interface cannot be implemented"),
        usage(
            "an inherited method without a program",
            "@TensorKernels public »interface Work extends Runnable",
            "method run has no @TensorKernel"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("wrongTypes")
  void isAnErrorAtTheType(String name, String declaration, List<String> messages) {
    String members = declaration.contains("permits") ? "final class One implements Work {}\n" : "";
    check(Built.text(declaration, members), messages);
  }

  @Test
  void allErrorsOfAllMethodsAreReportedTogether() {
    Compilation compilation =
        compile(
            Built.text(
                "@TensorKernels\npublic interface Work",
                """
                @TensorKernel("c[k] = exq(A[k]) + sinh2(A[k])")
                Tensor f(Tensor A);

                @TensorKernel("d[k] = B[k")
                Tensor g(Tensor B);

                @TensorKernel("e[k] = B[k]")
                Tensor h(Tensor B, Tensor unknown);
                """));
    assertThat(compilation).failed();
    assertThat(compilation).hadErrorContaining("exq");
    assertThat(compilation).hadErrorContaining("sinh2");
    assertThat(compilation).hadErrorContaining("error[SYNTAX_ERROR]");
    assertThat(compilation).hadErrorContaining("the program does not read unknown");
    assertThat(compilation).hadErrorCount(4);
  }

  @Test
  void suspiciousProgramsAreWarnedAboutAndCompiled() {
    String text =
        Built.text(
            "@TensorKernels\npublic interface Work",
            """
            @TensorKernel(»"C[i,j] = A[i,k] * B[l,j]")
            Tensor product(Tensor A, Tensor B);

            @TensorKernel("(A: f32[n], B: f32[n]) -> (c)\\nc[i] = 2 * A[i]")
            Tensor twice(Tensor A, Tensor B);
            """);
    Compilation compilation = compile(text);
    assertThat(compilation).succeeded();
    assertThat(compilation)
        .hadWarningContaining("warning[ACCIDENTAL_SUM]: index k stands here only")
        .inFile(JavaFileObjects.forSourceString("com.acme.Work", text.replace(MARK, "")))
        .onLine(place(text)[0])
        .atColumn(place(text)[1]);
    assertThat(compilation).hadWarningContaining("index l stands here only");
    assertThat(compilation).hadWarningContaining("warning[UNUSED_INPUT]: the input B is not read");
  }

  @Test
  void programsThatMeanTheirSumsAreNotWarnedAbout() {
    Compilation compilation =
        compile(
            Built.text(
                "@TensorKernels\npublic interface Work",
                """
                @TensorKernel("C[i,j] = A[i,k] * B[k,j] + sum[l](A[i,l]) * B[i,j]")
                Tensor product(Tensor A, Tensor B);

                @TensorKernel("r[i] = 2 * A[i,k]")
                Tensor rows(Tensor A);
                """));
    assertThat(compilation).succeededWithoutWarnings();
  }

  @Test
  void optionsThatMakeNoSenseAreErrors() {
    JavaFileObject file =
        Built.source("Work", "@TensorKernel(\"c[k] = A[k]\") Tensor f(Tensor A);\n");
    assertThat(Built.compile(List.of("-Aeinkorn.simd=1024"), file))
        .hadErrorContaining("vectors are auto, none, or a list of 128, 256 and 512");
    assertThat(Built.compile(List.of("-Aeinkorn.simd=512"), file))
        .hadErrorContaining("needs --add-modules jdk.incubator.vector");
    assertThat(Built.compile(List.of("-Aeinkorn.threads=0"), file))
        .hadErrorContaining("the number of processors is at least 1");
  }
}
