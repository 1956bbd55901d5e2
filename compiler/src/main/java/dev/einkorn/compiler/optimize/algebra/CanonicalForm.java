package dev.einkorn.compiler.optimize.algebra;

import dev.einkorn.compiler.index.CanonicalNames;
import dev.einkorn.compiler.index.FreeVariables;
import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.IndexVariable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A text that products have in common if they differ in the order of factors and in the names of
 * variables only. Equal texts mean equal products; of equal products with many factors that look
 * alike some may get different texts, and are then computed twice.
 *
 * @param text the key
 * @param variables the renamed variables of the product in the order in which the text names them
 */
public record CanonicalForm(String text, List<IndexVariable> variables) {
  /** So many orders of factors that look alike are tried. */
  private static final int MOST_ORDERS = 48;

  /** The form of a product in which only bound variables are renamed. */
  public static CanonicalForm of(Term.Product product) {
    return new Search(product, false).best();
  }

  /** The form of a product in which free variables are renamed too. */
  public static CanonicalForm upToFree(Term.Product product) {
    return new Search(product, true).best();
  }

  /** A text for all factors that look alike. */
  private static String skeleton(Term term, Set<IndexVariable> kept) {
    return switch (term) {
      case Term.Factor(IndexExpr value) -> {
        Map<IndexVariable, IndexVariable> names = new HashMap<>();
        var any = new IndexVariable("?");
        FreeVariables.of(value).stream()
            .filter(variable -> !kept.contains(variable))
            .forEach(variable -> names.put(variable, any));
        yield Renaming.apply(CanonicalNames.of(value), names).toString();
      }
      case Term.Sum(List<Term.Product> products) ->
          products.stream().map(p -> skeleton(p, kept)).sorted().toList().toString();
      case Term.Product product ->
          product.coefficient()
              + "*"
              + product.summed().stream().map(b -> b.extent().toString()).sorted().toList()
              + product.factors().stream().map(f -> skeleton(f, kept)).sorted().toList();
    };
  }

  private static final class Search {
    private final Term.Product product;
    private final Set<IndexVariable> kept;
    private String text = "";
    private List<IndexVariable> variables = List.of();
    private int tried;

    Search(Term.Product product, boolean renamesFree) {
      this.product = product;
      this.kept = renamesFree ? Set.of() : new HashSet<>(product.free());
    }

    CanonicalForm best() {
      Map<Term, String> looks = new HashMap<>();
      product.factors().forEach(f -> looks.computeIfAbsent(f, factor -> skeleton(factor, kept)));
      List<List<Term>> alike =
          new ArrayList<>(
              product.factors().stream()
                  .sorted(Comparator.comparing(f -> looks.getOrDefault(f, "")))
                  .collect(
                      Collectors.groupingBy(
                          f -> looks.getOrDefault(f, ""), LinkedHashMap::new, Collectors.toList()))
                  .values());
      orders(alike, 0, new ArrayList<>());
      return new CanonicalForm(text, variables);
    }

    private void orders(List<List<Term>> alike, int group, List<Term> chosen) {
      if (tried >= MOST_ORDERS) {
        return;
      }
      if (group == alike.size()) {
        tried++;
        write(chosen);
        return;
      }
      permute(alike, group, new ArrayList<>(alike.get(group)), chosen);
    }

    private void permute(List<List<Term>> alike, int group, List<Term> left, List<Term> chosen) {
      if (left.isEmpty()) {
        orders(alike, group + 1, chosen);
        return;
      }
      for (int n = 0; n < left.size() && tried < MOST_ORDERS; n++) {
        if (left.subList(0, n).contains(left.get(n))) {
          continue; // Equal factors: the same order again.
        }
        List<Term> more = new ArrayList<>(chosen);
        more.add(left.get(n));
        permute(alike, group, Products.without(left, n), more);
      }
    }

    private void write(List<Term> factors) {
      var writer = new Writer(kept);
      writer.factors(factors);
      writer.out.append(" over ");
      product.summed().stream()
          .sorted(Comparator.comparing(b -> writer.name(b.variable()).name()))
          .forEach(b -> writer.binding(b));
      String written = product.coefficient() + "*" + writer.out;
      if (text.isEmpty() || written.compareTo(text) < 0) {
        text = written;
        variables = List.copyOf(writer.names.keySet());
      }
    }
  }

  /** Names variables in the order in which it meets them. */
  private static final class Writer {
    private final Set<IndexVariable> kept;
    private final Map<IndexVariable, IndexVariable> names = new LinkedHashMap<>();
    private final StringBuilder out = new StringBuilder();

    Writer(Set<IndexVariable> kept) {
      this.kept = kept;
    }

    IndexVariable name(IndexVariable variable) {
      return kept.contains(variable)
          ? variable
          : names.computeIfAbsent(variable, _ -> new IndexVariable("%" + names.size()));
    }

    void binding(IndexBinding binding) {
      out.append(name(binding.variable())).append('<').append(binding.extent()).append(' ');
    }

    void factors(List<Term> factors) {
      for (Term factor : factors) {
        out.append('(');
        switch (factor) {
          case Term.Factor(IndexExpr value) -> {
            Map<IndexVariable, IndexVariable> renamed = new HashMap<>();
            FreeVariables.of(value).forEach(variable -> renamed.put(variable, name(variable)));
            out.append(Renaming.apply(CanonicalNames.of(value), renamed));
          }
          case Term.Sum(List<Term.Product> products) ->
              products.stream()
                  .sorted(Comparator.comparing(p -> skeleton(p, kept)))
                  .forEach(
                      p -> {
                        out.append(" + ").append(p.coefficient()).append('*');
                        factors(
                            p.factors().stream()
                                .sorted(Comparator.comparing(f -> skeleton(f, kept)))
                                .toList());
                        p.summed().forEach(this::binding);
                      });
          case Term.Product _ -> throw new IllegalArgumentException("a product in a product");
        }
        out.append(')');
      }
    }
  }
}
