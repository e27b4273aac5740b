package io.millrace.local;

import io.millrace.local.apply.Applier;
import picocli.CommandLine.Option;

/** What {@code plan} and {@code apply} have in common. */
final class ApplyOptions {
    @Option(
            names = "--prune",
            description = "Retire feature definitions that this folder's project has and its files do not.")
    private boolean prune;

    @Option(
            names = "--force",
            description = "Go on where pipelines, feature services or on-demand views read what goes.")
    private boolean force;

    Applier.Mode mode() {
        return new Applier.Mode(prune, force);
    }
}
