package dev.einkorn.compiler.emit.java;

import dev.einkorn.runtime.ElementType;
import java.util.Set;

/** Words of Java that emitted text needs. */
public final class JavaWords {
  /**
   * What no emitted identifier may be: keywords, literals, and names that the text uses for itself.
   */
  public static final Set<String> RESERVED =
      Set.of(
          ("_ abstract assert boolean break byte case catch char class const continue default do"
               + " double else enum exports extends false final finally float for goto if"
               + " implements import instanceof int interface long module native new null open"
               + " opens package permits private protected provides public record requires return"
               + " sealed short static strictfp super switch synchronized this throw throws to"
               + " transient transitive true try uses var void volatile when while with yield"
               + " Double DoubleVector Float FloatVector Integer IntVector Kernel KernelIndex"
               + " KernelMath Long LongVector Math MemorySegment Object Override PolynomialMath"
               + " Rank String System Tensor ValueLayout VectorMath VectorMoves VectorOperators"
               + " VectorRuns VectorSpecies Worker dev first java lane lanes_f32 lanes_f64"
               + " lanes_i32 lanes_i64 operands run sizes worker")
              .split(" "));

  private JavaWords() {}

  /** The Java type of a value. */
  static String valueType(ElementType type) {
    return switch (type) {
      case F32 -> "float";
      case F64 -> "double";
      case I32 -> "int";
      case I64 -> "long";
      case BOOL -> "boolean";
    };
  }

  /** The class whose {@code BYTES} say how long a number is. */
  static String boxedType(ElementType type) {
    return switch (type) {
      case F32 -> "Float";
      case F64 -> "Double";
      case I32 -> "Integer";
      case I64 -> "Long";
      case BOOL -> "Byte";
    };
  }

  /** The Java type of an array element; conditions are stored as bytes. */
  static String storedType(ElementType type) {
    return type == ElementType.BOOL ? "byte" : valueType(type);
  }

  /** The array that the lanes of a vector are stored to when they are folded. */
  static String laneArray(ElementType type) {
    return "lanes_" + type;
  }

  /** The constant of {@code ValueLayout} that reads and writes an element at any alignment. */
  static String valueLayout(ElementType type) {
    return switch (type) {
      case F32 -> "JAVA_FLOAT_UNALIGNED";
      case F64 -> "JAVA_DOUBLE_UNALIGNED";
      case I32 -> "JAVA_INT_UNALIGNED";
      case I64 -> "JAVA_LONG_UNALIGNED";
      case BOOL -> "JAVA_BYTE";
    };
  }

  /** A constant as Java text. */
  static String constant(Object value, ElementType type) {
    return switch (type) {
      case F32 -> floating((float) (double) (Double) value, "Float", "f");
      case F64 -> floating((Double) value, "Double", "");
      case I32 -> {
        int number = (int) (long) (Long) value;
        yield number == Integer.MIN_VALUE ? "Integer.MIN_VALUE" : Integer.toString(number);
      }
      case I64 -> {
        long number = (Long) value;
        yield number == Long.MIN_VALUE ? "Long.MIN_VALUE" : number + "L";
      }
      case BOOL -> value.toString();
    };
  }

  /** Zero as Java text. */
  static String zero(ElementType type) {
    return switch (type) {
      case F32, F64 -> constant(0.0, type);
      case I32, I64 -> constant(0L, type);
      case BOOL -> constant(false, type);
    };
  }

  private static String floating(double value, String box, String suffix) {
    if (Double.isNaN(value)) {
      return box + ".NaN";
    }
    if (Double.isInfinite(value)) {
      return box + (value > 0 ? ".POSITIVE_INFINITY" : ".NEGATIVE_INFINITY");
    }
    return (suffix.isEmpty() ? Double.toString(value) : Float.toString((float) value)) + suffix;
  }
}
