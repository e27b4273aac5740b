package io.millrace.local;

import io.millrace.local.apply.Applied;
import io.millrace.local.apply.Applier;
import io.millrace.local.apply.DefinitionFolder;
import io.millrace.local.platform.Channels;
import io.millrace.local.platform.CommandFailure;
import io.millrace.local.platform.PortPlan;
import java.nio.file.Path;
import java.util.function.BiFunction;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What {@code plan} and {@code apply} have in common: a folder, how it is applied, and the platform that runs. */
final class FolderOptions {
    @Parameters(
            paramLabel = "DIR",
            description =
                    "holds topics.yaml, contracts/, entities/, feature-views/, on-demand/, feature-services/, pipelines/,"
                            + " edge-nodes.yaml")
    private Path folder = Path.of("");

    @Option(
            names = "--prune",
            description = "Retire feature definitions that this folder's project has and its files do not.")
    private boolean prune;

    @Option(
            names = "--force",
            description = "Go on where pipelines, feature services or on-demand views read what goes.")
    private boolean force;

    /** What is done with the folder. */
    @FunctionalInterface
    interface Work {
        int with(DefinitionFolder folder, Applier applier, Channels channels, Applier.Mode mode);
    }

    /** Does something with the folder and prints it; the exit code. */
    int run(BiFunction<Applier, DefinitionFolder, Applied> what) {
        return with((definitions, applier, _, _) -> {
            Applied applied = what.apply(applier, definitions);
            applied.print(System.out);
            return applied.faults().isEmpty() ? 0 : CommandFailure.FAILED;
        });
    }

    /** Does something with the folder; the exit code. */
    int with(Work work) {
        DefinitionFolder definitions = DefinitionFolder.readWithFaults(Main.given(folder));
        PortPlan ports = Main.running().ports();
        var mode = new Applier.Mode(prune, force);
        try (var channels = new Channels(ports)) {
            return work.with(definitions, new Applier(channels, ports, mode), channels, mode);
        }
    }
}
