package io.millrace.benchmarks;

import io.millrace.benchmarks.features.IngestCommand;
import io.millrace.benchmarks.features.OverloadCommand;
import io.millrace.benchmarks.features.ReadsCommand;
import io.millrace.benchmarks.features.RedisCommand;
import io.millrace.benchmarks.features.ScaleCommand;
import io.millrace.benchmarks.inference.BatchingCommand;
import io.millrace.benchmarks.inference.InferCommand;
import io.millrace.benchmarks.inference.OverloadInferenceCommand;
import io.millrace.benchmarks.inference.SoakCommand;
import io.millrace.benchmarks.learners.LearnersCommand;
import io.millrace.benchmarks.streams.StreamsCommand;
import java.util.Objects;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./millrace bench NAME}. Exit codes: 0 all goals are met, 1 one is missed, 2 wrong command line. */
@Command(
        name = "bench",
        description = "Runs a benchmark and prints its figures beside their floors.",
        subcommands = {
            ReadsCommand.class,
            OverloadCommand.class,
            IngestCommand.class,
            ScaleCommand.class,
            RedisCommand.class,
            StreamsCommand.class,
            InferCommand.class,
            BatchingCommand.class,
            SoakCommand.class,
            LearnersCommand.class,
            JmhCommand.class
        })
public final class Main {
    private static final Logger QUIET = Logger.getLogger("org.apache.kafka");

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = CommandLine.ScopeType.INHERIT,
            description = "Says what there is, and what the options of a benchmark are.")
    private boolean help;

    private Main() {}

    public static void main(String[] arguments) {
        QUIET.setLevel(Level.WARNING);
        var commands = new CommandLine(new Main());
        Objects.requireNonNull(commands.getSubcommands().get("overload"), "overload is declared above")
                .addSubcommand(new OverloadInferenceCommand());
        System.exit(commands.execute(arguments));
    }
}
