package dev.einkorn.runtime.cuda;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the machine code of one kernel takes, as its assembler reports.
 *
 * @param kernel the kernel's name
 * @param registers registers of a thread, at most 255
 * @param staticSharedBytes shared memory of a block that the kernel declares, in bytes; dynamic
 *     shared memory is not in it
 * @param stackBytes stack of a thread in bytes: arrays that are indexed by variables, and spills
 * @param spillStoreBytes bytes a thread stores since it has not enough registers
 * @param spillLoadBytes bytes a thread loads for that reason
 * @param barriers barriers of a block
 */
public record KernelResources(
    String kernel,
    int registers,
    int staticSharedBytes,
    int stackBytes,
    int spillStoreBytes,
    int spillLoadBytes,
    int barriers) {
  private static final Pattern ENTRY = Pattern.compile("Compiling entry function '([^']+)'");
  private static final Pattern STACK =
      Pattern.compile(
          "(\\d+) bytes stack frame, (\\d+) bytes spill stores, (\\d+) bytes spill loads");
  private static final Pattern REGISTERS = Pattern.compile("Used (\\d+) registers");
  private static final Pattern BARRIERS = Pattern.compile("used (\\d+) barriers");
  private static final Pattern SHARED = Pattern.compile("(\\d+) bytes smem");

  /** Whether the kernel has enough registers. */
  public boolean spills() {
    return spillStoreBytes > 0 || spillLoadBytes > 0;
  }

  /** As a line for people. */
  @Override
  public String toString() {
    return "%s: %s registers, %s bytes shared, %s bytes stack, %s + %s bytes spilled, %s barriers"
        .formatted(
            kernel,
            registers,
            staticSharedBytes,
            stackBytes,
            spillStoreBytes,
            spillLoadBytes,
            barriers);
  }

  /** Every kernel that the log of {@code --ptxas-options=-v} reports, in its order. */
  static List<KernelResources> parse(String log) {
    List<KernelResources> found = new ArrayList<>();
    Matcher entry = ENTRY.matcher(log);
    boolean more = entry.find();
    while (more) {
      String kernel = entry.group(1);
      int start = entry.end();
      more = entry.find();
      String part = log.substring(start, more ? entry.start() : log.length());
      Matcher stack = STACK.matcher(part);
      boolean hasStack = stack.find();
      found.add(
          new KernelResources(
              kernel,
              number(REGISTERS, part),
              number(SHARED, part),
              hasStack ? Integer.parseInt(stack.group(1)) : 0,
              hasStack ? Integer.parseInt(stack.group(2)) : 0,
              hasStack ? Integer.parseInt(stack.group(3)) : 0,
              number(BARRIERS, part)));
    }
    return List.copyOf(found);
  }

  private static int number(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    return matcher.find() ? Integer.parseInt(matcher.group(1)) : 0;
  }
}
