package dev.einkorn.compiler.emit.cuda;

import dev.einkorn.runtime.KernelException;
import java.util.List;
import java.util.Optional;

/**
 * What kernels of a program note when they meet values for which the language defines no result:
 * four 64-bit words, zero before the call. The first thread to fail fills them in; the results of
 * the call are then undefined.
 */
public final class DeviceFailure {
  /** How many 64-bit words there are. */
  public static final int WORDS = 4;

  private static final int DIVISION = 1;
  private static final int POWER = 2;
  private static final int INDEX = 3;

  private DeviceFailure() {}

  /**
   * The exception that the words say, if any.
   *
   * @param words code, place, and two numbers
   * @param places texts of the accesses that may fail: {@link DeviceProgram#places}
   */
  public static Optional<KernelException> of(long[] words, List<String> places) {
    return switch ((int) words[0]) {
      case 0 -> Optional.empty();
      case DIVISION ->
          Optional.of(
              new KernelException(
                  KernelException.Code.DIVISION_BY_ZERO,
                  "integer %s divided by zero".formatted(words[2])));
      case POWER ->
          Optional.of(
              new KernelException(
                  KernelException.Code.NEGATIVE_INTEGER_POWER,
                  "integer %s to the negative power %s; cast to f64 if that is meant"
                      .formatted(words[2], words[3])));
      case INDEX ->
          Optional.of(
              KernelException.indexOutOfRange(words[2], words[3], places.get((int) words[1])));
      default -> throw new IllegalArgumentException("no failure has the code " + words[0]);
    };
  }
}
