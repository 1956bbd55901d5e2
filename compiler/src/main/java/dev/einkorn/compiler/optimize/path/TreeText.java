package dev.einkorn.compiler.optimize.path;

import dev.einkorn.compiler.optimize.path.ContractionTree.Join;
import dev.einkorn.compiler.optimize.path.ContractionTree.Leaf;
import dev.einkorn.compiler.optimize.path.ContractionTree.Pair;
import dev.einkorn.compiler.optimize.path.ContractionTree.Sum;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The text form of a tree, both ways, without recursion. */
final class TreeText {
  private final String text;
  private int position;

  /** Operands seen so far, with their positions. */
  private final TreeMap<Integer, Integer> seen = new TreeMap<>();

  private TreeText(String text) {
    this.text = text;
  }

  static String print(ContractionTree tree) {
    var text = new StringBuilder();
    // what is still to be printed: trees, and text between them
    Deque<Object> left = new ArrayDeque<>();
    left.push(tree);
    while (!left.isEmpty()) {
      Object next = left.pop();
      if (next instanceof ContractionTree node) {
        List<ContractionTree> children = FlatTree.children(node);
        if (node instanceof Leaf leaf) {
          text.append(leaf.operand());
        } else {
          left.push(")");
          for (int i = children.size() - 1; i >= 0; i--) {
            left.push(children.get(i));
            left.push(i == 0 ? "(" : " ");
          }
        }
      } else {
        text.append(next);
      }
    }
    return text.toString();
  }

  static ContractionTree parse(String text) {
    return new TreeText(text).parse();
  }

  private ContractionTree parse() {
    Deque<Open> open = new ArrayDeque<>();
    ContractionTree whole = null;
    for (skipSpace(); position < text.length(); skipSpace()) {
      if (whole != null) {
        throw error(position, "nothing may follow the tree, found '" + found() + "'");
      }
      char next = text.charAt(position);
      ContractionTree done = null;
      if (next == '(') {
        open.push(new Open(position++, new ArrayList<>()));
      } else if (next == ')') {
        if (open.isEmpty()) {
          throw error(position, "no bracket is open here");
        }
        position++;
        done = close(open.pop());
      } else {
        done = operand();
      }
      if (done != null && open.isEmpty()) {
        whole = done;
      } else if (done != null) {
        open.element().parts().add(done);
      }
    }
    if (!open.isEmpty()) {
      throw error(open.element().position(), "this bracket is not closed");
    }
    if (whole == null) {
      throw error(position, "expected a tree such as ((0 1) 2), found nothing");
    }
    checkComplete();
    return whole;
  }

  private record Open(int position, List<ContractionTree> parts) {}

  private static ContractionTree close(Open open) {
    List<ContractionTree> parts = open.parts();
    return switch (parts.size()) {
      case 0 -> throw error(open.position(), "these brackets are empty");
      case 1 -> {
        if (parts.getFirst() instanceof Leaf leaf) {
          yield new Sum(leaf);
        }
        throw error(
            open.position(),
            "brackets around one thing sum an operand, but this is a nest already");
      }
      case 2 -> new Pair(parts.getFirst(), parts.getLast());
      default -> new Join(parts);
    };
  }

  private Leaf operand() {
    int start = position;
    while (position < text.length() && isDigit(text.charAt(position))) {
      position++;
    }
    if (start == position) {
      throw error(start, "expected an operand's number or a bracket, found '" + found() + "'");
    }
    int operand;
    try {
      operand = Integer.parseInt(text, start, position, 10);
    } catch (NumberFormatException e) {
      throw error(start, "the number " + text.substring(start, position) + " is too large");
    }
    Integer before = seen.putIfAbsent(operand, start);
    if (before != null) {
      throw error(start, "operand %s is already at position %s".formatted(operand, before));
    }
    return new Leaf(operand);
  }

  private void checkComplete() {
    int missing = 0;
    while (seen.containsKey(missing)) {
      missing++;
    }
    if (missing < seen.size()) {
      Map.Entry<Integer, Integer> last = seen.lastEntry();
      throw error(
          last.getValue(),
          "operand %s is here, but operand %s is missing".formatted(last.getKey(), missing));
    }
  }

  private void skipSpace() {
    while (position < text.length() && Character.isWhitespace(text.charAt(position))) {
      position++;
    }
  }

  private String found() {
    return Character.toString(text.codePointAt(position));
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static TreeSyntaxException error(int position, String message) {
    return new TreeSyntaxException(position, message);
  }
}
