package dev.einkorn.compiler.emit.cuda;

import dev.einkorn.compiler.index.ReductionOperator;
import dev.einkorn.runtime.ElementType;
import java.util.Set;

/** Words of CUDA C++ that emitted text needs. */
final class CudaWords {
  /** What no emitted identifier may be: keywords, and names that the text or the language uses. */
  static final Set<String> RESERVED =
      Set.of(
          ("alignas alignof and and_eq asm auto bitand bitor bool break case catch char char16_t"
                  + " char32_t char8_t class co_await co_return co_yield compl concept const"
                  + " const_cast consteval constexpr constinit continue decltype default delete do"
                  + " double dynamic_cast else enum explicit export extern false float for friend"
                  + " goto if inline int long mutable namespace new noexcept not not_eq nullptr"
                  + " operator or or_eq private protected public register reinterpret_cast requires"
                  + " return short signed sizeof static static_assert static_cast struct switch"
                  + " template this thread_local throw true try typedef typeid typename union"
                  + " unsigned using virtual void volatile wchar_t while xor xor_eq final override"
                  // CUDA
                  + " threadIdx blockIdx blockDim gridDim warpSize uint3 dim3 float2 float4 double2"
                  + " int2 int4 min max abs exp log sin cos tan pow sqrt floor ceil rint fma hypot"
                  + " erf tanh sinh cosh asin acos atan atan2 expm1 log1p fmod copysign round trunc"
                  + " y0 y1 yn j0 j1 jn gamma signal index div remainder main linux unix"
                  + " printf assert"
                  // names of the prelude and of templates
                  + " failure fail floor_div floor_mod power square greatest least sign magnitude"
                  + " relu sigmoid to_int to_long gather clamp wrap_around mirror read_if"
                  + " floor_quotient nearest wrap_add wrap_sub wrap_mul wrap_neg Sum Product"
                  + " Greatest Least Any All fold_x fold_y scratch_f32 scratch_f64 scratch_i32"
                  + " scratch_i64 scratch_bool tile inside thread row column row_0 column_0"
                  + " row_tiles column_tiles row_extent column_extent depth_extent depth_first"
                  + " depth_end depth_share steps step slot locate fetch store left right left_next"
                  + " right_next left_tile right_tile thread_row thread_column sums item deep down"
                  + " across position panel along_0 across_0 block_tile line next part band"
                  + " band_rows lane warp warp_row warp_column row_item column_item memory"
                  + " left_panel right_panel copy beside is_aligned Neighbours read_neighbours"
                  + " write_neighbours DYNAMIC_SHARED copy_async copy_async_16 copy_async_commit"
                  + " copy_async_wait read_matrices read_matrices_turned to_tf32 to_bf16"
                  + " multiply_tf32 multiply_bf16 left_along left_across right_along right_across"
                  + " store_four")
              .split(" "));

  private CudaWords() {}

  /**
   * An identifier's wish without what C++ may not read: other letters become {@code uHEX}, and a
   * dot, which is in names that no program can have, an underscore.
   */
  static String ascii(String wish) {
    var name = new StringBuilder();
    wish.codePoints()
        .forEach(
            dot -> {
              int c = dot == '.' ? '_' : dot;
              boolean plain = c < 128 && (Character.isLetterOrDigit(c) || c == '_');
              if (plain) {
                name.appendCodePoint(c);
              } else {
                name.append('u').append(Integer.toHexString(c));
              }
            });
    // Two underscores, or one before a capital letter, belong to the compiler.
    String single = name.toString().replaceAll("_{2,}", "_");
    boolean leads =
        single.isEmpty() || single.startsWith("_") || Character.isDigit(single.charAt(0));
    return leads ? "v" + single : single;
  }

  /** The type of a value. */
  static String valueType(ElementType type) {
    return switch (type) {
      case F32 -> "float";
      case F64 -> "double";
      case I32 -> "int";
      case I64 -> "long long";
      case BOOL -> "bool";
    };
  }

  /** The type of an element; conditions are stored as bytes. */
  static String storedType(ElementType type) {
    return type == ElementType.BOOL ? "unsigned char" : valueType(type);
  }

  /** What combines two values of a reduction: a structure of the prelude. */
  static String fold(ReductionOperator operator) {
    return switch (operator) {
      case SUM -> "Sum";
      case PRODUCT -> "Product";
      case MAX -> "Greatest";
      case MIN -> "Least";
      case ANY -> "Any";
      case ALL -> "All";
    };
  }

  /** Zero. */
  static String zero(ElementType type) {
    return switch (type) {
      case F32 -> "0.0f";
      case F64 -> "0.0";
      case I32 -> "0";
      case I64 -> "0LL";
      case BOOL -> "false";
    };
  }

  /** A constant; infinities and NaN need a part of the prelude. */
  static String constant(Object value, ElementType type) {
    return switch (type) {
      case F32 -> floating((float) (double) (Double) value, "F32", "f");
      case F64 -> floating((Double) value, "F64", "");
      case I32 -> {
        int number = (int) (long) (Long) value;
        yield number == Integer.MIN_VALUE ? "(-2147483647 - 1)" : Integer.toString(number);
      }
      case I64 -> {
        long number = (Long) value;
        yield number == Long.MIN_VALUE ? "(-9223372036854775807LL - 1)" : number + "LL";
      }
      case BOOL -> value.toString();
    };
  }

  private static String floating(double value, String prefix, String suffix) {
    if (Double.isNaN(value)) {
      return prefix + "_NAN";
    }
    if (Double.isInfinite(value)) {
      return (value > 0 ? "" : "-") + prefix + "_INFINITY";
    }
    return (suffix.isEmpty() ? Double.toString(value) : Float.toString((float) value)) + suffix;
  }
}
