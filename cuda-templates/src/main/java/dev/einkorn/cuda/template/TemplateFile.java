package dev.einkorn.cuda.template;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.stringtemplate.v4.AutoIndentWriter;
import org.stringtemplate.v4.ST;
import org.stringtemplate.v4.STErrorListener;
import org.stringtemplate.v4.STGroup;
import org.stringtemplate.v4.misc.STMessage;

/**
 * A template among the resources; what it leaves open is filled in from a record.
 *
 * @param name of the file
 * @param text of the file
 */
record TemplateFile(String name, String text) {
  private static final char DELIMITER = '$';

  private static final class Errors implements STErrorListener {
    private final List<String> messages = new ArrayList<>();

    @Override
    public void compileTimeError(STMessage message) {
      messages.add(message.toString());
    }

    @Override
    public void runTimeError(STMessage message) {
      messages.add(message.toString());
    }

    @Override
    public void IOError(STMessage message) {
      messages.add(message.toString());
    }

    @Override
    public void internalError(STMessage message) {
      messages.add(message.toString());
    }
  }

  /** The template of a kind of kernel: {@code slow_sum.cu} of {@code SlowSumKernel}. */
  static TemplateFile of(Class<? extends KernelTemplate> kernel) {
    String simple = kernel.getSimpleName();
    String stem = simple.substring(0, simple.length() - "Kernel".length());
    return read(stem.replaceAll("(?<=[a-z])(?=[A-Z])", "_").toLowerCase(Locale.ROOT) + ".cu");
  }

  /** A resource beside this class. */
  static TemplateFile read(String file) {
    try (InputStream in = TemplateFile.class.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalStateException("there is no template " + file);
      }
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return new TemplateFile(file, text.replace("\r\n", "\n"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The text with the variables filled in.
   *
   * @throws IllegalStateException if the template has a variable that the record lacks
   */
  String render(KernelTemplate variables) {
    var errors = new Errors();
    var group = new STGroup(DELIMITER, DELIMITER);
    group.setListener(errors);
    var template = new ST(group, text);
    for (RecordComponent component : variables.getClass().getRecordComponents()) {
      template.add(component.getName(), value(variables, component));
    }
    var out = new StringWriter();
    template.write(new AutoIndentWriter(out, "\n"), Locale.ROOT, errors);
    if (!errors.messages.isEmpty()) {
      throw new IllegalStateException(name + ": " + String.join("; ", errors.messages));
    }
    return out.toString();
  }

  private static Object value(KernelTemplate variables, RecordComponent component) {
    try {
      return component.getAccessor().invoke(variables);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException("cannot read " + component, e);
    }
  }
}
