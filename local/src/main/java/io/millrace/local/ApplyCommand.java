package io.millrace.local;

import io.millrace.local.apply.Applied;
import io.millrace.local.apply.Applier;
import io.millrace.local.apply.DefinitionFolder;
import io.millrace.local.platform.Channels;
import io.millrace.local.platform.CommandFailure;
import io.millrace.local.platform.LocalPlatform;
import io.millrace.local.platform.PortPlan;
import io.millrace.local.platform.RunState.Snapshot;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Applies a folder of definitions to the running platform. */
@Command(
        name = "apply",
        description = "Apply a folder of definitions to the running platform.",
        mixinStandardHelpOptions = true)
final class ApplyCommand implements Callable<Integer> {
    @Parameters(
            paramLabel = "DIR",
            description =
                    "holds topics.yaml, contracts/, entities/, feature-views/, on-demand/, feature-services/, pipelines/,"
                            + " edge-nodes.yaml")
    private Path folder = Path.of("");

    @Mixin
    private ApplyOptions options = new ApplyOptions();

    @Override
    public Integer call() {
        DefinitionFolder definitions = DefinitionFolder.read(Main.given(folder));
        PortPlan ports = new LocalPlatform(Main.layout("data"), System.out)
                .running()
                .map(Snapshot::ports)
                .orElseThrow(() -> CommandFailure.failed("no platform runs here; start it with ./millrace up"));
        try (var channels = new Channels(ports)) {
            Applied applied = new Applier(channels, ports, options.mode()).applyAll(definitions);
            applied.print(System.out);
            return applied.faults().isEmpty() ? 0 : CommandFailure.FAILED;
        }
    }
}
