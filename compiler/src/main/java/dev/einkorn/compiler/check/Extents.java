package dev.einkorn.compiler.check;

import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.SizeParameter;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The extents of a program's variables and axes, independent of the sizes of a call.
 *
 * @param variables the extent of every variable
 * @param axes the extent of every axis of every tensor
 */
record Extents(Map<Variable, Extent> variables, Map<SizeParameter.Axis, Extent> axes) {

  /** Stands where an extent could not be determined; a program with such a place is refused. */
  static final Extent UNKNOWN = new Extent.Symbolic("?");

  /** The extent of a variable. */
  Extent of(Variable variable) {
    return variables.getOrDefault(variable, UNKNOWN);
  }

  /** The extent of an axis. */
  Extent of(String tensor, int axis) {
    return axes.getOrDefault(new SizeParameter.Axis(tensor, axis), UNKNOWN);
  }

  /** The extents of a tensor of this rank. */
  List<Extent> ofTensor(String tensor, int rank) {
    return IntStream.range(0, rank).mapToObj(axis -> of(tensor, axis)).toList();
  }
}
