package io.millrace.local;

import io.millrace.local.apply.Applier;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Applies a folder of definitions to the running platform. */
@Command(
        name = "apply",
        description = "Apply a folder of definitions to the running platform.",
        mixinStandardHelpOptions = true)
final class ApplyCommand implements Callable<Integer> {
    @Mixin
    private FolderOptions options = new FolderOptions();

    @Override
    public Integer call() {
        return options.run(Applier::applyAll);
    }
}
