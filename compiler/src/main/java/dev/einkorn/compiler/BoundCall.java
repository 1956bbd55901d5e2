package dev.einkorn.compiler;

import dev.einkorn.compiler.index.Sizes;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import dev.einkorn.runtime.kernel.Arguments;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * All calls of a program with tensors of one geometry: what such a call needs beyond the elements
 * is decided once and kept here. Immutable.
 *
 * <p>A call is a frame: the inputs of the program in order, then its outputs, null where the call
 * makes a new tensor.
 */
final class BoundCall {
  /** What computes the outputs of a frame that has all of them. */
  @FunctionalInterface
  interface Body {
    void run(Tensor[] frame);
  }

  /** An output as the program determines it for these inputs. */
  private static final class Output {
    final String name;
    final ElementType elementType;
    final long[] shape;
    final int initial;
    final boolean checked;

    Output(String name, ElementType elementType, long[] shape, int initial, boolean checked) {
      this.name = name;
      this.elementType = elementType;
      this.shape = shape;
      this.initial = initial;
      this.checked = checked;
    }
  }

  private final @Nullable Geometry[] frame;
  private final Output[] outputs;
  private final Body body;

  /**
   * Binds a call.
   *
   * @param frame of a call of this kind, whose inputs the specialization accepts
   * @param initial for each output which input has its first value, or -1
   * @param body made once the outputs are found fit
   * @throws IllegalArgumentException if an output of the frame is none that the program can write
   */
  BoundCall(
      Specialization specialization,
      Sizes sizes,
      @Nullable Tensor[] frame,
      int[] initial,
      Supplier<Body> body) {
    List<String> names = specialization.program().outputs();
    this.frame = new @Nullable Geometry[frame.length];
    for (int n = 0; n < frame.length; n++) {
      Tensor tensor = frame[n];
      this.frame[n] = tensor == null ? null : Geometry.of(tensor);
    }
    this.outputs = new Output[names.size()];
    int inputs = frame.length - names.size();
    for (int n = 0; n < outputs.length; n++) {
      String name = names.get(n);
      Tensor given = frame[inputs + n];
      outputs[n] =
          new Output(
              name,
              specialization.program().typeOf(name).elementType(),
              specialization.shape(name, sizes),
              initial[n],
              given != null && !given.isSegment());
      if (given != null) {
        check(n, given);
      }
    }
    this.body = body.get();
  }

  /** Whether a call is of this kind. Allocates nothing. */
  boolean fits(@Nullable Tensor[] call) {
    for (int n = 0; n < frame.length; n++) {
      Geometry geometry = frame[n];
      Tensor tensor = call[n];
      if (geometry == null || tensor == null) {
        if (geometry != null || tensor != null) {
          return false;
        }
      } else if (!geometry.fits(tensor)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Computes the outputs of a call of this kind, which shares no memory between an output and
   * another tensor.
   *
   * @return the frame, with all outputs
   */
  Tensor[] run(@Nullable Tensor[] call) {
    int inputs = frame.length - outputs.length;
    for (int n = 0; n < outputs.length; n++) {
      Output output = outputs[n];
      Tensor given = call[inputs + n];
      Tensor first = output.initial < 0 ? null : call[output.initial];
      if (given == null) {
        call[inputs + n] =
            first == null ? Tensor.zeros(output.elementType, output.shape) : first.copy();
      } else {
        if (!output.checked) {
          check(n, given);
        }
        if (first != null && first != given) {
          given.copyFrom(first);
        }
      }
    }
    @SuppressWarnings("NullAway") // Every slot is filled by now.
    Tensor[] complete = call;
    body.run(complete);
    return complete;
  }

  /**
   * Checks a tensor that is to receive an output.
   *
   * @throws IllegalArgumentException if it is of another type or shape, or cannot be written
   */
  void check(int n, Tensor tensor) {
    Arguments.output(outputs[n].name, tensor, outputs[n].elementType, outputs[n].shape);
  }
}
