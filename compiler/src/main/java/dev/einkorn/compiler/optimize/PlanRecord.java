package dev.einkorn.compiler.optimize;

import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.optimize.path.ContractionPath;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The choices that a search has made, as data: which sums were written where they are read, which
 * were computed once for several statements, which single steps of distributing and factoring each
 * polynomial took, and in which order each product is contracted. The text form is a line for each:
 *
 * {@snippet lang=text :
 * search 48210334 complete
 * inline T
 * share SUM of F32 over [n, m]: ..
 * form 1 3 0
 * rejected 0x1.2p20 4 as written
 * order searched ((0 1) 2)
 * nanos 0x1.91p13
 * program 6b1c..
 * }
 *
 * @param inlined targets, in the order in which they were inlined
 * @param shared values that are computed once for several readers, in that order
 * @param forms of the polynomials, in the order of the program
 * @param orders of the products, in the order in which they are built
 * @param nanos the predicted time
 * @param digest of the optimized program
 * @param searchTime how long the search took
 * @param limited whether it met its time limit
 */
public record PlanRecord(
    List<String> inlined,
    List<String> shared,
    List<Form> forms,
    List<Order> orders,
    double nanos,
    String digest,
    Duration searchTime,
    boolean limited) {
  private static final String COMPLETE = "complete";
  private static final String LIMITED = "limited";

  public PlanRecord {
    inlined = List.copyOf(inlined);
    shared = List.copyOf(shared);
    forms = List.copyOf(forms);
    orders = List.copyOf(orders);
  }

  /**
   * A form of a polynomial.
   *
   * @param trail how the search came to it, at least the start
   * @param rejected other forms, for people
   */
  public record Form(List<Integer> trail, List<Decision.Rejected> rejected) {
    public Form {
      trail = List.copyOf(trail);
      rejected = List.copyOf(rejected);
      if (trail.isEmpty()) {
        throw new IllegalArgumentException("a form without a start");
      }
    }
  }

  /** The order of a product, as the text of its tree, and how it was found. */
  public record Order(String tree, ContractionPath.Origin origin) {}

  /** A text that two programs have in common only if they are equal. */
  static String digest(IndexProgram program) {
    return sha256(program.toString());
  }

  /** The SHA-256 of a text, in hexadecimal digits. */
  public static String sha256(String text) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  /** The text form, a line for each choice. */
  public String text() {
    var out = new StringBuilder();
    out.append("search ").append(searchTime.toNanos()).append(' ');
    out.append(limited ? LIMITED : COMPLETE).append('\n');
    inlined.forEach(target -> out.append("inline ").append(target).append('\n'));
    shared.forEach(key -> out.append("share ").append(key).append('\n'));
    for (Form form : forms) {
      String trail =
          form.trail().stream().map(number -> number.toString()).collect(Collectors.joining(" "));
      out.append("form ").append(trail).append('\n');
      for (Decision.Rejected other : form.rejected()) {
        out.append("rejected ").append(Double.toHexString(other.nanos())).append(' ');
        out.append(other.steps()).append(' ').append(other.form()).append('\n');
      }
    }
    for (Order order : orders) {
      String origin = order.origin().name().toLowerCase(Locale.ROOT);
      out.append("order ").append(origin).append(' ').append(order.tree()).append('\n');
    }
    out.append("nanos ").append(Double.toHexString(nanos)).append('\n');
    out.append("program ").append(digest).append('\n');
    return out.toString();
  }

  /**
   * Reads the text form.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static PlanRecord parse(String text) {
    List<String> inlined = new ArrayList<>();
    List<String> shared = new ArrayList<>();
    List<Form> forms = new ArrayList<>();
    List<Order> orders = new ArrayList<>();
    double nanos = Double.NaN;
    String digest = "";
    Duration searchTime = Duration.ZERO;
    boolean limited = false;
    for (String line : text.lines().toList()) {
      String[] words = line.split(" ", 2);
      if (words.length != 2) {
        throw new IllegalArgumentException("a line without a value: " + line);
      }
      String value = words[1];
      switch (words[0]) {
        case "search" -> {
          String[] parts = parts(value, 2);
          searchTime = Duration.ofNanos(Long.parseLong(parts[0]));
          limited = parts[1].equals(LIMITED);
        }
        case "inline" -> inlined.add(value);
        case "share" -> shared.add(value);
        case "form" ->
            forms.add(
                new Form(
                    Arrays.stream(value.split(" ", -1)).map(Integer::valueOf).toList(), List.of()));
        case "rejected" -> {
          String[] parts = parts(value, 3);
          if (forms.isEmpty()) {
            throw new IllegalArgumentException("a rejected form before a chosen one");
          }
          Form form = forms.removeLast();
          List<Decision.Rejected> rejected = new ArrayList<>(form.rejected());
          rejected.add(
              new Decision.Rejected(
                  parts[2], Double.parseDouble(parts[0]), Integer.parseInt(parts[1])));
          forms.add(new Form(form.trail(), rejected));
        }
        case "order" -> {
          String[] parts = parts(value, 2);
          String origin = parts[0].toUpperCase(Locale.ROOT);
          orders.add(new Order(parts[1], ContractionPath.Origin.valueOf(origin)));
        }
        case "nanos" -> nanos = Double.parseDouble(value);
        case "program" -> digest = value;
        default -> throw new IllegalArgumentException("no choice is called " + words[0]);
      }
    }
    return new PlanRecord(inlined, shared, forms, orders, nanos, digest, searchTime, limited);
  }

  private static String[] parts(String value, int count) {
    String[] parts = value.split(" ", count);
    if (parts.length != count) {
      throw new IllegalArgumentException("expected " + count + " words, found " + value);
    }
    return parts;
  }
}
