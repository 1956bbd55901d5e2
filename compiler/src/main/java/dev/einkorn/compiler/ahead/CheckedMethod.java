package dev.einkorn.compiler.ahead;

import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.optimize.path.ContractionTree;
import dev.einkorn.compiler.schedule.Schedule;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A method whose program has been checked against its parameters.
 *
 * @param sizes where the sizes come from
 * @param returned the output that is returned, if one is
 * @param schedules that are pinned, by target
 * @param orders that are pinned, by target
 */
record CheckedMethod(
    KernelMethod method,
    IndexProgram program,
    List<SizeSource> sizes,
    Optional<String> returned,
    Map<String, Schedule> schedules,
    Map<String, ContractionTree> orders) {
  CheckedMethod {
    sizes = List.copyOf(sizes);
    schedules = Collections.unmodifiableMap(new LinkedHashMap<>(schedules));
    orders = Collections.unmodifiableMap(new LinkedHashMap<>(orders));
  }

  /** The parameter of a tensor, if one is passed. */
  Optional<KernelMethod.Parameter> parameter(String tensor) {
    return method.parameters().stream().filter(each -> each.name().equals(tensor)).findFirst();
  }
}
