package dev.einkorn.compiler.optimize;

import dev.einkorn.compiler.index.Assignment;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.IndexPrinter;
import dev.einkorn.compiler.optimize.path.ContractionPath;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What has been chosen for a statement, and what not.
 *
 * @param target of the statement
 * @param form how the chosen form came about, such as {@code multiplied out, factored}
 * @param nanos the predicted time of its steps
 * @param shared temporaries that are read in several places because equal sums are computed once
 * @param paths the orders of its products of two factors or more, those inside of others first
 * @param rejected other forms, the best first
 */
public record Decision(
    String target,
    String form,
    double nanos,
    List<String> shared,
    List<Path> paths,
    List<Rejected> rejected) {
  /** So many forms are kept. */
  private static final int MOST_REJECTED = 4;

  private static final Pattern NUMBER = Pattern.compile("\\d+");

  public Decision {
    shared = List.copyOf(shared);
    paths = List.copyOf(paths);
    rejected = List.copyOf(rejected);
  }

  /**
   * A form that was not chosen.
   *
   * @param form how it came about
   * @param nanos its predicted time
   * @param steps how many nests it has
   */
  public record Rejected(String form, double nanos, int steps) {}

  /**
   * The order in which the factors of a product are contracted. What sums over nothing is not
   * stored: it is multiplied where it is read.
   *
   * @param tree over the factors, such as {@code ((A[i,j] B[j,k]) x[k])}
   * @param origin {@code optimal}, {@code searched}, {@code timed out} or {@code pinned}
   * @param multiplications in all, at the sizes of the plan; equal partial products count once
   * @param largestBytes of a partial product
   * @param peakBytes of partial products that are needed at a time
   */
  public record Path(
      String tree, String origin, double multiplications, double largestBytes, double peakBytes) {
    static Path of(StepBuilder.Ordered product, int elementBytes) {
      ContractionPath path = product.path();
      List<String> factors =
          VariableNames.readable(product.factors()).stream().map(Path::factor).toList();
      return new Path(
          NUMBER
              .matcher(path.tree().toString())
              .replaceAll(
                  operand ->
                      Matcher.quoteReplacement(factors.get(Integer.parseInt(operand.group())))),
          name(path.origin()),
          path.cost().flops(),
          path.cost().largestIntermediate() * elementBytes,
          path.cost().peak() * elementBytes);
    }

    /** A word for people. */
    static String name(ContractionPath.Origin origin) {
      return origin.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static String factor(IndexExpr value) {
      String text = IndexPrinter.print(value);
      return value instanceof IndexExpr.Access ? text : "[" + text + "]";
    }
  }

  /** The same decision where there is nothing to tell about it. */
  Decision silent() {
    return new Decision(target, "", nanos, shared, paths, rejected);
  }

  boolean isSilent() {
    return form.isEmpty();
  }

  /** The same decision, with other forms that were not chosen. */
  Decision withRejected(List<Rejected> others) {
    return new Decision(target, form, nanos, shared, paths, others);
  }

  /** This decision followed by another one for the same target. */
  Decision then(String text, double more) {
    return new Decision(target, form + ", " + text, nanos + more, shared, paths, rejected);
  }

  static Decision pinned(Assignment written, StepBuilder steps) {
    return new Decision(
        written.target(),
        "in the pinned order",
        steps.nanos(),
        steps.shared(),
        paths(steps),
        List.of());
  }

  private static List<Path> paths(StepBuilder steps) {
    return steps.products().stream()
        .map(product -> Path.of(product, steps.type().byteSize()))
        .toList();
  }

  static Decision of(Assignment written, TermSearch.Result result) {
    List<Rejected> rejected = new ArrayList<>();
    for (TermSearch.Form form : result.considered()) {
      if (form.nanos() > result.best().nanos()) {
        rejected.add(new Rejected(form.name(), form.nanos(), form.steps().steps().size()));
      }
    }
    rejected.sort(Comparator.comparingDouble(Rejected::nanos));
    return new Decision(
        written.target(),
        result.best().name(),
        result.best().nanos(),
        result.best().steps().shared(),
        paths(result.best().steps()),
        rejected.subList(0, Math.min(MOST_REJECTED, rejected.size())));
  }
}
