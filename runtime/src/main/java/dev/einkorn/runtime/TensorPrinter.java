package dev.einkorn.runtime;

/**
 * Prints a tensor as numpy would: {@code f32[2,3]}, then the values in nested brackets. An axis of
 * more than six positions shows its first and last three, and after {@value #BUDGET} values the
 * rest is left out.
 */
final class TensorPrinter {
  private static final long EDGE = 3;
  private static final int BUDGET = 400;

  private final Storage storage;
  private final Layout layout;
  private final StringBuilder text = new StringBuilder();
  private int printed;

  private TensorPrinter(Storage storage, Layout layout) {
    this.storage = storage;
    this.layout = layout;
  }

  static String print(Storage storage, Layout layout) {
    var printer = new TensorPrinter(storage, layout);
    printer.text.append(storage.elementType()).append(Layout.format(layout.shape()));
    printer.text.append(layout.rank() > 1 ? '\n' : ' ');
    printer.print(0, layout.offset());
    return printer.text.toString();
  }

  private void print(int axis, long at) {
    if (axis == layout.rank()) {
      printElement(at);
      return;
    }
    long extent = layout.extent(axis);
    boolean elided = extent > 2 * EDGE;
    text.append('[');
    for (long i = 0; i < extent; i++) {
      if (i > 0) {
        separate(axis);
      }
      if (elided && i == EDGE) {
        text.append("...");
        i = extent - EDGE - 1;
      } else if (printed >= BUDGET) {
        text.append("...");
        break;
      } else {
        print(axis + 1, at + i * layout.stride(axis));
      }
    }
    text.append(']');
  }

  private void separate(int axis) {
    int inner = layout.rank() - axis - 1;
    if (inner == 0) {
      text.append(", ");
    } else {
      text.append(',').repeat('\n', inner).repeat(' ', axis + 1);
    }
  }

  private void printElement(long at) {
    printed++;
    switch (storage.elementType()) {
      case F32 -> text.append((float) storage.getDouble(at));
      case F64 -> text.append(storage.getDouble(at));
      case I32, I64 -> text.append(storage.getLong(at));
      case BOOL -> text.append(storage.getLong(at) != 0);
    }
  }
}
