package dev.einkorn.runtime.simd;

import dev.einkorn.runtime.ElementType;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Whether kernels may use {@code jdk.incubator.vector}, how wide, and why: the one place that
 * decides. What needs the module is in a class of its own, so that this one loads without it.
 *
 * <p>The system property {@value #PROPERTY} overrides what is found: {@code auto} (the default),
 * {@code off}, or the bits of a vector: {@code 128}, {@code 256}, {@code 512}.
 *
 * @param available whether kernels may use vectors
 * @param bits the bits of a vector; 0 if not available
 * @param reason why, in words for a person; where a flag would switch vectors on, it names the flag
 */
public record SimdSupport(boolean available, int bits, String reason) {
  /** The system property that overrides what is found. */
  public static final String PROPERTY = "einkorn.simd";

  /** The module that has vectors. */
  public static final String MODULE = "jdk.incubator.vector";

  private static final List<Integer> WIDTHS = List.of(128, 256, 512);

  /** The sizes of elements that the JVM is prepared for. */
  private static final Set<Integer> PREPARED = ConcurrentHashMap.newKeySet();

  /** Vectors of a known width, or none at all. */
  public SimdSupport {
    if (available ? !WIDTHS.contains(bits) : bits != 0) {
      throw new IllegalArgumentException(
          "vectors of %s bits, available: %b".formatted(bits, available));
    }
  }

  /**
   * What holds in this JVM.
   *
   * @throws IllegalArgumentException if the system property has a value that it cannot have
   */
  public static SimdSupport detect() {
    boolean resolved = ModuleLayer.boot().findModule(MODULE).isPresent();
    return decide(
        System.getProperty(PROPERTY),
        resolved ? preferredBits() : 0,
        resolved,
        System.getProperty("java.vm.info", ""));
  }

  /**
   * The decision.
   *
   * @param property the value of the system property, null if it is not set
   * @param preferred the bits of the machine's preferred vector, 0 if unknown
   * @param resolved whether the JVM was started with the module
   * @param vmInfo how the JVM says that it runs bytecode
   */
  static SimdSupport decide(
      @Nullable String property, int preferred, boolean resolved, String vmInfo) {
    String wish = property == null ? "auto" : property;
    boolean explicit = WIDTHS.stream().anyMatch(width -> wish.equals(width.toString()));
    if (!explicit && !wish.equals("auto") && !wish.equals("off")) {
      throw new IllegalArgumentException(
          "system property %s is '%s'; it must be auto, off, 128, 256 or 512"
              .formatted(PROPERTY, wish));
    }
    if (wish.equals("off")) {
      return off("off, by -D%s=off".formatted(PROPERTY));
    }
    if (!resolved) {
      return off("off; java --add-modules %s switches it on".formatted(MODULE));
    }
    if (explicit) {
      int bits = Integer.parseInt(wish);
      String doubt =
          bits > preferred ? "; slow, since this machine prefers %s".formatted(preferred) : "";
      return new SimdSupport(
          true, bits, "on, %s bits by -D%s=%s%s".formatted(bits, PROPERTY, wish, doubt));
    }
    // Without C2 each vector is an object: correct, and a hundred times slower than scalar code.
    if (vmInfo.contains("interpreted mode") || vmInfo.contains("emulated-client")) {
      return off("off, since this JVM runs without its optimizing compiler (%s)".formatted(vmInfo));
    }
    if (!WIDTHS.contains(preferred)) {
      return off("off, since this machine prefers vectors of %s bits".formatted(preferred));
    }
    return new SimdSupport(true, preferred, "on, %s bits".formatted(preferred));
  }

  /**
   * Prepares the JVM for kernels with vectors, once in a process for each size of elements: before
   * it, how well one of them is compiled can depend on which lengths of vectors the process has
   * used. Takes some tenths of a second; does nothing where there are no vectors.
   *
   * @param elementBytes 4, 8 or both: what kernels compute with
   */
  public static void prepare(Set<Integer> elementBytes) {
    if (PREPARED.containsAll(elementBytes)) {
      return;
    }
    synchronized (PREPARED) {
      for (int bytes : elementBytes) {
        if (!PREPARED.contains(bytes) && detect().available()) {
          VectorDispatch.settle(bytes);
        }
        PREPARED.add(bytes);
      }
    }
  }

  /** Begins to {@link #prepare} on a thread of its own, which waits much of the time. */
  public static void prepareAside(Set<Integer> elementBytes) {
    if (!PREPARED.containsAll(elementBytes)) {
      Thread.ofPlatform()
          .daemon()
          .name("einkorn-vectors")
          .inheritInheritableThreadLocals(false)
          .start(() -> prepare(elementBytes));
    }
  }

  /** The number of elements in a vector; 1 if vectors are off, and for conditions. */
  public int lanes(ElementType type) {
    return available && type.isNumeric() ? bits / (8 * type.byteSize()) : 1;
  }

  private static SimdSupport off(String reason) {
    return new SimdSupport(false, 0, reason);
  }

  /** The bits of the preferred vector, 0 if that cannot be asked. */
  private static int preferredBits() {
    try {
      return PreferredVectors.bits();
    } catch (LinkageError e) {
      return 0; // Another version of the incubating module.
    }
  }
}
