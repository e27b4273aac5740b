package io.millrace.local;

import io.millrace.backing.BackingException;
import io.millrace.backing.Checkout;
import io.millrace.definitions.InvalidDefinitionException;
import io.millrace.local.platform.CommandFailure;
import io.millrace.local.platform.Layout;
import io.millrace.local.platform.LocalPlatform;
import io.millrace.local.platform.RunState.Snapshot;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The program behind {@code ./millrace}. Exit codes: 0 done, 1 it did not work, 2 wrong command line, 3 the machine lacks something. */
@Command(
        name = "./millrace",
        description = "Runs Millrace on this machine.",
        mixinStandardHelpOptions = true,
        version = "Millrace 0.1.0",
        subcommands = {
            UpCommand.class,
            DownCommand.class,
            StatusCommand.class,
            PlanCommand.class,
            ApplyCommand.class,
            MaterializeCommand.class,
            ActivityCommand.Activate.class,
            ActivityCommand.Deactivate.class,
            DeleteEntityCommand.class,
            StoreCommand.Backup.class,
            StoreCommand.Restore.class,
            StoreCommand.Rebuild.class,
            ModelsCommand.class,
            DeploymentCommand.ListAll.class,
            DeploymentCommand.Rollback.class,
            DemoCommand.class,
            TrainingSetCommand.class,
            ScoreCommand.class,
            JobsCommand.class,
            ParityCommand.class,
            DriftCommand.class,
            ChaosCommand.class,
            PipelineCommands.ListThem.class,
            PipelineCommands.Pause.class,
            PipelineCommands.Resume.class,
            PipelineCommands.RewindIt.class,
            ReplayCommand.class,
            KeepCommand.class,
            LabelsCommand.class
        })
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    static int run(String... arguments) {
        return new CommandLine(new Main())
                .setExecutionExceptionHandler((error, command, parsed) -> {
                    command.getErr().println("millrace: " + explain(error));
                    return error instanceof CommandFailure failure ? failure.exitCode() : CommandFailure.FAILED;
                })
                .execute(arguments);
    }

    /** One line where the reason is known; else the exception's own words. */
    private static String explain(Exception error) {
        return switch (error) {
            case CommandFailure failure -> String.valueOf(failure.getMessage());
            case BackingException backing -> String.valueOf(backing.getMessage());
            case InvalidDefinitionException invalid -> "definitions with faults\n" + invalid.getMessage();
            case UncheckedIOException io -> "cannot read or write: " + io.getMessage() + " (disk full?)";
            default -> error.toString();
        };
    }

    /**
     * The platform of this clone.
     *
     * @throws CommandFailure where none runs
     */
    static Snapshot running() {
        return new LocalPlatform(layout("data"), System.out)
                .running()
                .orElseThrow(() -> CommandFailure.failed("no platform runs here; start it with ./millrace up"));
    }

    static Path checkout() {
        return Checkout.root();
    }

    /** Where the platform with this data folder keeps its files; {@code MILLRACE_HOME} reaches here through the script. */
    static Layout layout(String data) {
        String home = System.getProperty("millrace.home");
        return home == null ? new Layout(checkout(), data) : new Layout(checkout(), Path.of(home), data);
    }

    /** A path of the command line, which is meant from where the command was called; the script has gone to the clone's root since. */
    static Path given(Path path) {
        Path from = Path.of(System.getProperty("millrace.called.from", ""));
        return (from.toAbsolutePath().equals(Path.of("").toAbsolutePath()) ? path : from.resolve(path)).normalize();
    }
}
