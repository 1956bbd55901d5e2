package dev.einkorn.compiler.ahead;

import dev.einkorn.compiler.emit.NameAllocator;
import dev.einkorn.compiler.emit.java.JavaWords;
import dev.einkorn.compiler.index.Extent;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** The names of a generated method's variables, and sizes in terms of them. */
final class SizeNames {
  private record Size(String name) {}

  private record TensorOf(String name) {}

  private record Local(String name) {}

  private final NameAllocator names;

  SizeNames(KernelMethod method) {
    Set<String> reserved = new HashSet<>(JavaWords.RESERVED);
    method.parameters().forEach(parameter -> reserved.add(parameter.name()));
    names = new NameAllocator(reserved);
  }

  /** The variable of a size. */
  String size(String name) {
    return names.name(new Size(name), name);
  }

  /** The variable that holds a tensor which no parameter is. */
  String tensor(String name) {
    return names.name(new TensorOf(name), name);
  }

  /** Another variable. */
  String local(String wish) {
    return names.name(new Local(wish), wish);
  }

  /** A size or number as an expression. */
  String extent(String text) {
    return MethodChecker.isNumber(text) ? number(Long.parseLong(text)) : size(text);
  }

  String extent(Extent extent) {
    return switch (extent) {
      case Extent.Fixed(long value) -> number(value);
      case Extent.Symbolic(String name) -> size(name);
    };
  }

  /** A number as an argument of type {@code long}. */
  static String number(long value) {
    return value == (int) value ? Long.toString(value) : value + "L";
  }

  /** Extents as arguments. */
  String shape(List<Extent> extents) {
    return extents.stream().map(this::extent).collect(Collectors.joining(", "));
  }

  /** The same after a comma, or nothing. */
  String further(List<Extent> extents) {
    return extents.isEmpty() ? "" : ", " + shape(extents);
  }

  /** A product of type {@code double}. */
  String product(double factor, List<Extent> extents) {
    StringBuilder text = new StringBuilder(String.format(Locale.ROOT, "%.1f", factor));
    extents.forEach(extent -> text.append(" * ").append(extent(extent)));
    return text.toString();
  }
}
