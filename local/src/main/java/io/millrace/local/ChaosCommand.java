package io.millrace.local;

import io.millrace.local.chaos.Campaign;
import io.millrace.local.chaos.Chaos;
import io.millrace.local.platform.CommandFailure;
import io.millrace.local.platform.Layout;
import io.millrace.local.platform.LocalPlatform;
import io.millrace.local.platform.PortPlan;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs faults on a platform of its own under load, and says whether the stream stayed exactly-once. */
@Command(
        name = "chaos",
        description =
                "Start a platform of its own, kill, freeze and starve it under load, and check that each event has one prediction.",
        mixinStandardHelpOptions = true)
final class ChaosCommand implements Callable<Integer> {
    private static final int PORT_BASE = 17_100;

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "1",
            description = "what faults and events are drawn from (default: ${DEFAULT-VALUE})")
    private long seed;

    @Option(
            names = "--minutes",
            paramLabel = "N",
            defaultValue = "5",
            description =
                    "how long faults begin; from 10 on, feature-service may be absent for 5 minutes (default: ${DEFAULT-VALUE})")
    private double minutes;

    @Option(
            names = "--rate",
            paramLabel = "N",
            defaultValue = "200",
            description = "events per second (default: ${DEFAULT-VALUE})")
    private int rate;

    @Option(
            names = "--steps",
            paramLabel = "STEPS",
            description =
                    "these faults instead of drawn ones, as a campaign prints them: '12.5 kill-inference-1 3.0, 20.0 kill-broker 2.0'")
    private @Nullable String steps;

    @Option(
            names = "--shrink",
            paramLabel = "N",
            defaultValue = "6",
            description =
                    "after a failure, look for fewer steps that fail in at most N runs (default: ${DEFAULT-VALUE})")
    private int shrinks;

    @Option(
            names = "--port-base",
            paramLabel = "N",
            defaultValue = "" + PORT_BASE,
            description = "all ports count from N (default: ${DEFAULT-VALUE})")
    private int base;

    @Override
    public Integer call() {
        if (minutes <= 0 || rate < 1 || shrinks < 0) {
            throw CommandFailure.usage("--minutes and --rate must be positive, --shrink not negative");
        }
        Layout common = Main.layout("data");
        var layout = new Layout(common.root(), common.home().resolve("chaos"), "data");
        var ports = new PortPlan(base);
        var platform = new LocalPlatform(layout, System.out);
        platform.refuseASecond();
        platform.endLeftovers();
        layout.checkSpace(layout.usableSpace());
        if (!ports.taken().isEmpty()) {
            throw CommandFailure.missing("taken by another program: " + String.join(", ", ports.taken())
                    + "; choose other ports with --port-base N");
        }
        var campaign = new Campaign(layout, ports, System.out, InstantSource.system());
        var chaos = new Chaos(schedule -> campaign.run(schedule, seed, rate), System.out);
        boolean clean =
                chaos.run(new Chaos.Plan(seed, Duration.ofMillis(Math.round(minutes * 60_000)), steps, shrinks));
        System.out.println("Data and logs: " + layout.home());
        return clean ? 0 : CommandFailure.FAILED;
    }
}
