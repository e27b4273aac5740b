package io.millrace.local.demo;

import io.millrace.local.apply.DefinitionFolder;
import io.millrace.local.platform.PortPlan;
import io.millrace.local.replay.Scenario;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * What a demo shows.
 *
 * @param name of the demo and its data folder
 * @param definitions what it applies
 * @param drift what was put into the scenario for the platform to find
 * @param surroundings starts what the scenario needs beside the platform, once the platform is up
 */
public record Demo(
        String name,
        Path definitions,
        Scenario scenario,
        Optional<Drift> drift,
        BiFunction<DefinitionFolder, PortPlan, Surroundings> surroundings) {
    /**
     * A change of the law that outcomes follow.
     *
     * @param fromMicros event time from which on it holds, microseconds since the epoch
     * @param text for people
     */
    public record Drift(long fromMicros, String text) {}
}
