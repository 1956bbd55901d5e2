package dev.einkorn.compiler.optimize;

import java.time.Duration;
import java.util.Optional;

/**
 * How long planning took.
 *
 * @param time from the checked program to the plan
 * @param limit of the search
 * @param limited whether the search met its limit, so that the plan is the best found until then
 * @param recalled the time of the search whose choices have been taken from a plan cache; empty if
 *     the plan was searched for now
 */
public record Planning(
    Duration time, Duration limit, boolean limited, Optional<Duration> recalled) {}
