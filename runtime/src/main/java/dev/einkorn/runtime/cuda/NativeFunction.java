package dev.einkorn.runtime.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * A C function of a loaded library. {@code call} is overloaded by the types of the parameters; a
 * call that does not match the shape the function was bound with is an {@link AssertionError}, not
 * a corrupted stack.
 *
 * @param name the exported name
 * @param shape the types of its parameters
 * @param address where it was found
 */
record NativeFunction(String name, Shape shape, MemorySegment address) {
  /**
   * The types of the parameters, in order: P a pointer, I a 32-bit integer, L a 64-bit one, B a
   * byte. All functions give an {@code int}.
   */
  enum Shape {
    NONE,
    I(JAVA_INT),
    P(ADDRESS),
    L(JAVA_LONG),
    IP(JAVA_INT, ADDRESS),
    PI(ADDRESS, JAVA_INT),
    PL(ADDRESS, JAVA_LONG),
    PP(ADDRESS, ADDRESS),
    PII(ADDRESS, JAVA_INT, JAVA_INT),
    PIP(ADDRESS, JAVA_INT, ADDRESS),
    PPI(ADDRESS, ADDRESS, JAVA_INT),
    PPP(ADDRESS, ADDRESS, ADDRESS),
    LPLP(JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS),
    PLLP(ADDRESS, JAVA_LONG, JAVA_LONG, ADDRESS),
    LBLP(JAVA_LONG, JAVA_BYTE, JAVA_LONG, ADDRESS),
    PLPP(ADDRESS, JAVA_LONG, ADDRESS, ADDRESS),
    PPIL(ADDRESS, ADDRESS, JAVA_INT, JAVA_LONG),
    PPIPP(ADDRESS, ADDRESS, JAVA_INT, ADDRESS, ADDRESS),
    PPPIPP(ADDRESS, ADDRESS, ADDRESS, JAVA_INT, ADDRESS, ADDRESS),
    /** A kernel's launch: function, grid, block, shared bytes, stream, parameters, extra. */
    LAUNCH(
        ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS,
        ADDRESS, ADDRESS);

    @SuppressWarnings("ImmutableEnumChecker") // It is immutable, but does not say so.
    private final FunctionDescriptor descriptor;

    Shape(MemoryLayout... parameters) {
      descriptor = FunctionDescriptor.of(JAVA_INT, parameters);
    }

    FunctionDescriptor descriptor() {
      return descriptor;
    }
  }

  // Constants, so that a call compiles to a jump; the address is an argument, so that several
  // libraries can be loaded at once.
  private static final MethodHandle NONE = handle(Shape.NONE);
  private static final MethodHandle I = handle(Shape.I);
  private static final MethodHandle P = handle(Shape.P);
  private static final MethodHandle L = handle(Shape.L);
  private static final MethodHandle IP = handle(Shape.IP);
  private static final MethodHandle PI = handle(Shape.PI);
  private static final MethodHandle PL = handle(Shape.PL);
  private static final MethodHandle PP = handle(Shape.PP);
  private static final MethodHandle PII = handle(Shape.PII);
  private static final MethodHandle PIP = handle(Shape.PIP);
  private static final MethodHandle PPI = handle(Shape.PPI);
  private static final MethodHandle PPP = handle(Shape.PPP);
  private static final MethodHandle LPLP = handle(Shape.LPLP);
  private static final MethodHandle PLLP = handle(Shape.PLLP);
  private static final MethodHandle LBLP = handle(Shape.LBLP);
  private static final MethodHandle PLPP = handle(Shape.PLPP);
  private static final MethodHandle PPIL = handle(Shape.PPIL);
  private static final MethodHandle PPIPP = handle(Shape.PPIPP);
  private static final MethodHandle PPPIPP = handle(Shape.PPPIPP);
  private static final MethodHandle LAUNCH = handle(Shape.LAUNCH);

  @SuppressWarnings("restricted") // Calling native code is what this package is for.
  private static MethodHandle handle(Shape shape) {
    return Linker.nativeLinker().downcallHandle(shape.descriptor);
  }

  int call() {
    check(Shape.NONE);
    try {
      return (int) NONE.invokeExact(address);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  int call(int a) {
    check(Shape.I);
    try {
      return (int) I.invokeExact(address, a);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  int call(MemorySegment a) {
    check(Shape.P);
    try {
      return (int) P.invokeExact(address, a);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  int call(long a) {
    check(Shape.L);
    try {
      return (int) L.invokeExact(address, a);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  int call(int a, MemorySegment b) {
    check(Shape.IP);
    try {
      return (int) IP.invokeExact(address, a, b);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  int call(MemorySegment a, int b) {
    check(Shape.PI);
    try {
      return (int) PI.invokeExact(address, a, b);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  int call(MemorySegment a, long b) {
    check(Shape.PL);
    try {
      return (int) PL.invokeExact(address, a, b);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  int call(MemorySegment a, MemorySegment b) {
    check(Shape.PP);
    try {
      return (int) PP.invokeExact(address, a, b);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  int call(MemorySegment a, int b, int c) {
    check(Shape.PII);
    try {
      return (int) PII.invokeExact(address, a, b, c);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  int call(MemorySegment a, int b, MemorySegment c) {
    check(Shape.PIP);
    try {
      return (int) PIP.invokeExact(address, a, b, c);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  int call(MemorySegment a, MemorySegment b, int c) {
    check(Shape.PPI);
    try {
      return (int) PPI.invokeExact(address, a, b, c);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  int call(MemorySegment a, MemorySegment b, MemorySegment c) {
    check(Shape.PPP);
    try {
      return (int) PPP.invokeExact(address, a, b, c);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  int call(long a, MemorySegment b, long c, MemorySegment d) {
    check(Shape.LPLP);
    try {
      return (int) LPLP.invokeExact(address, a, b, c, d);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  int call(MemorySegment a, long b, long c, MemorySegment d) {
    check(Shape.PLLP);
    try {
      return (int) PLLP.invokeExact(address, a, b, c, d);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  int call(long a, byte b, long c, MemorySegment d) {
    check(Shape.LBLP);
    try {
      return (int) LBLP.invokeExact(address, a, b, c, d);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  int call(MemorySegment a, long b, MemorySegment c, MemorySegment d) {
    check(Shape.PLPP);
    try {
      return (int) PLPP.invokeExact(address, a, b, c, d);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  int call(MemorySegment a, MemorySegment b, int c, long d) {
    check(Shape.PPIL);
    try {
      return (int) PPIL.invokeExact(address, a, b, c, d);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  int call(MemorySegment a, MemorySegment b, int c, MemorySegment d, MemorySegment e) {
    check(Shape.PPIPP);
    try {
      return (int) PPIPP.invokeExact(address, a, b, c, d, e);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  int call(
      MemorySegment a, MemorySegment b, MemorySegment c, int d, MemorySegment e, MemorySegment f) {
    check(Shape.PPPIPP);
    try {
      return (int) PPPIPP.invokeExact(address, a, b, c, d, e, f);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  int launch(
      MemorySegment function, Launch launch, MemorySegment stream, MemorySegment parameters) {
    check(Shape.LAUNCH);
    try {
      return (int)
          LAUNCH.invokeExact(
              address,
              function,
              launch.gridX(),
              launch.gridY(),
              launch.gridZ(),
              launch.blockX(),
              launch.blockY(),
              launch.blockZ(),
              launch.dynamicSharedBytes(),
              stream,
              parameters,
              MemorySegment.NULL);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  private void check(Shape called) {
    if (called != shape) {
      throw new AssertionError("%s takes %s, called with %s".formatted(name, shape, called));
    }
  }

  /** A C function throws nothing; what arrives here is a fault of the call itself. */
  private AssertionError unexpected(Throwable e) {
    return new AssertionError("call of " + name, e);
  }
}
