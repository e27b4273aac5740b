package io.millrace.local;

import io.millrace.local.apply.Applier;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Says what applying a folder would do, and does nothing. */
@Command(
        name = "plan",
        description =
                "Say what apply would do with a folder of definitions: created, changed, retired, backfills, readers.",
        mixinStandardHelpOptions = true)
final class PlanCommand implements Callable<Integer> {
    @Mixin
    private FolderOptions options = new FolderOptions();

    @Override
    public Integer call() {
        return options.run(Applier::plan);
    }
}
