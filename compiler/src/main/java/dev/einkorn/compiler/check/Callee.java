package dev.einkorn.compiler.check;

import dev.einkorn.compiler.index.Function;
import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What a call calls. */
sealed interface Callee {
  /** What is called but has an access or a tensor for an argument: borders and extents. */
  List<String> OF_TENSORS = List.of("zero", "clamp", "wrap", "mirror", "extent");

  /** The number of arguments. */
  int arity();

  /** The name as written. */
  String symbol();

  /** A function that the IR has too. */
  record Elementary(Function function) implements Callee {
    @Override
    public int arity() {
      return function.arity();
    }

    @Override
    public String symbol() {
      return function.symbol();
    }
  }

  /** A cast such as {@code f64(e)}. */
  record Conversion(ElementType type) implements Callee {
    @Override
    public int arity() {
      return 1;
    }

    @Override
    public String symbol() {
      return type.toString();
    }
  }

  /** The functions that become nodes of their own. */
  enum Special implements Callee {
    /** {@code pow(a,b)}, the operator {@code ^} as a function. */
    POWER("pow", 2),
    /** {@code select(condition,a,b)}. */
    SELECT("select", 3);

    private final String symbol;
    private final int arity;

    Special(String symbol, int arity) {
      this.symbol = symbol;
      this.arity = arity;
    }

    @Override
    public int arity() {
      return arity;
    }

    @Override
    public String symbol() {
      return symbol;
    }
  }

  /** Everything that can be called, in the order of the language's description. */
  static List<Callee> all() {
    List<Callee> all = new ArrayList<>();
    Arrays.stream(Function.values()).map(Elementary::new).forEach(all::add);
    all.addAll(List.of(Special.values()));
    Arrays.stream(ElementType.values())
        .filter(ElementType::isNumeric)
        .map(Conversion::new)
        .forEach(all::add);
    return all;
  }

  /** What {@code name} calls. */
  static Optional<Callee> named(String name) {
    return all().stream().filter(each -> each.symbol().equals(name)).findFirst();
  }

  /** The names of all. */
  static List<String> names() {
    List<String> names = new ArrayList<>(OF_TENSORS);
    all().stream().map(Callee::symbol).forEach(names::add);
    return names;
  }
}
