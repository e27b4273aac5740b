package io.millrace.local.demo;

import io.millrace.local.apply.DefinitionFolder;
import io.millrace.local.platform.PortPlan;
import io.millrace.local.replay.Scenario;
import java.nio.file.Path;
import java.util.function.BiFunction;

/**
 * What a demo shows.
 *
 * @param name of the demo and its data folder
 * @param definitions what it applies
 * @param surroundings starts what the scenario needs beside the platform, once the platform is up
 */
public record Demo(
        String name,
        Path definitions,
        Scenario scenario,
        BiFunction<DefinitionFolder, PortPlan, Surroundings> surroundings) {}
