package dev.einkorn.runtime.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The bound functions against NVIDIA's own header, on machines that have a toolkit. */
class DriverSignaturesTest {
  /** The table of functions needs no library. */
  private static List<NativeFunction> functions() {
    var api = new DriverApi(_ -> Optional.of(MemorySegment.ofAddress(16)), "none");
    List<NativeFunction> functions = new ArrayList<>(api.functions());
    functions.add(api.funcGetParamInfo.orElseThrow());
    return functions;
  }

  @Test
  void namesAndParametersAreThoseOfTheHeader() throws IOException {
    Optional<Path> file =
        Stream.of(System.getenv("CUDA_PATH"), System.getenv("CUDA_HOME"), "/usr/local/cuda")
            .filter(root -> root != null)
            .map(root -> Path.of(root, "include", "cuda.h"))
            .filter(Files::isReadable)
            .findFirst();
    assumeTrue(file.isPresent(), "no cuda.h of a CUDA toolkit on this machine");
    String header = Files.readString(file.orElseThrow()).replaceAll("(?s)/\\*.*?\\*/", "");
    for (NativeFunction function : functions()) {
      assertThat(shape(header, function.name()))
          .as(function.name())
          .isEqualTo(function.shape().name());
    }
  }

  @Test
  void everyFunctionIsBoundOnceUnderAnExportedName() {
    List<String> names = functions().stream().map(NativeFunction::name).toList();
    assertThat(names).doesNotHaveDuplicates().hasSize(37);
    assertThat(names).contains("cuMemAlloc_v2", "cuMemFree_v2", "cuStreamDestroy_v2");
  }

  /** The shape of a function in the header, where macros give plain names their versions. */
  private static String shape(String header, String exported) {
    String plain = exported.replaceFirst("_v[0-9]+$", "");
    Pattern macro =
        Pattern.compile("#define " + plain + " +(?:__CUDA_API_PTSZ\\()?(cu[A-Za-z0-9_]+)");
    Matcher versioned = macro.matcher(header);
    if (versioned.find()) {
      assertThat(versioned.group(1)).as("the exported name").isEqualTo(exported);
    } else {
      assertThat(exported).as("the exported name").isEqualTo(plain);
    }
    Matcher prototype =
        Pattern.compile("CUresult CUDAAPI " + plain + "\\(([^)]*)\\);").matcher(header);
    assertThat(prototype.find()).as("prototype of " + plain).isTrue();
    String parameters = prototype.group(1).strip();
    if (parameters.equals("void")) {
      return "NONE";
    }
    String letters =
        Stream.of(parameters.split(",", -1))
            .map(DriverSignaturesTest::letter)
            .collect(Collectors.joining());
    return letters.equals("PIIIIIIIPPP") ? "LAUNCH" : letters;
  }

  private static String letter(String parameter) {
    String type = parameter.strip().replaceFirst("[A-Za-z0-9_]+$", "").strip();
    if (type.contains("*") || type.matches("CU(context|module|function|stream|event)")) {
      return "P";
    }
    return switch (type.toLowerCase(Locale.ROOT)) {
      case "unsigned int", "int", "curesult", "cudevice", "cudevice_attribute" -> "I";
      case "cufunction_attribute" -> "I";
      case "size_t", "cudeviceptr" -> "L";
      case "unsigned char" -> "B";
      default -> "(" + type + ")";
    };
  }
}
