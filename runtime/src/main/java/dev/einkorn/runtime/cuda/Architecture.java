package dev.einkorn.runtime.cuda;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What NVRTC compiles for: a generation of chips, {@code sm_90}, whose machine code (cubin) runs on
 * the same major number and an equal or higher minor one; the features of one chip only, {@code
 * sm_90a}; or, {@code compute_90}, PTX that the driver translates for any later chip.
 *
 * @param major the compute capability's major number
 * @param minor its minor number, one digit
 * @param chipOnly whether instructions are allowed that only this very chip has
 * @param ptx whether PTX is made instead of machine code
 */
public record Architecture(int major, int minor, boolean chipOnly, boolean ptx) {
  /** The A100. */
  public static final Architecture SM_80 = new Architecture(8, 0, false, false);

  /** The H100 and H200. */
  public static final Architecture SM_90 = new Architecture(9, 0, false, false);

  private static final Pattern TEXT = Pattern.compile("(sm|compute)_(\\d{1,2})(\\d)(a?)");

  /** Numbers that can be written. */
  public Architecture {
    if (major < 1 || major > 99 || minor < 0 || minor > 9) {
      throw new IllegalArgumentException(
          "there is no compute capability %s.%s".formatted(major, minor));
    }
  }

  /**
   * Reads {@code sm_90}, {@code sm_90a} or {@code compute_90}.
   *
   * @throws IllegalArgumentException if the text is none of those
   */
  public static Architecture parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "'%s' is no architecture; write sm_90, sm_90a or compute_90".formatted(text));
    }
    return new Architecture(
        Integer.parseInt(matcher.group(2)),
        Integer.parseInt(matcher.group(3)),
        !matcher.group(4).isEmpty(),
        matcher.group(1).equals("compute"));
  }

  /** Machine code for a compute capability, given as NVRTC counts: 90. */
  static Architecture ofNumber(int number) {
    return new Architecture(number / 10, number % 10, false, false);
  }

  /**
   * What to compile for a chip, of what a compiler knows: machine code of the nearest generation
   * that runs on it, else PTX of the nearest earlier one, else nothing.
   *
   * @param chip the chip
   * @param known what the compiler can make machine code for
   */
  static Optional<Architecture> bestFor(Architecture chip, Collection<Architecture> known) {
    Comparator<Architecture> age = Comparator.comparingInt(Architecture::number);
    Optional<Architecture> code =
        known.stream()
            .filter(it -> it.major == chip.major && it.minor <= chip.minor && !it.chipOnly)
            .max(age);
    return code.isPresent()
        ? code
        : known.stream()
            .filter(it -> it.number() < chip.number() && !it.chipOnly)
            .max(age)
            .map(it -> new Architecture(it.major, it.minor, false, true));
  }

  /** The compute capability in one number: 90. */
  public int number() {
    return 10 * major + minor;
  }

  /** As NVRTC's option names it: {@code sm_90}, {@code sm_90a}, {@code compute_90}. */
  @Override
  public String toString() {
    return (ptx ? "compute_" : "sm_") + number() + (chipOnly ? "a" : "");
  }
}
