package io.millrace.benchmarks.features;

import io.millrace.benchmarks.features.ServerProcess.Spent;
import io.millrace.benchmarks.load.ClosedLoop;
import io.millrace.benchmarks.load.Figure;
import io.millrace.benchmarks.load.Figure.Goal;
import io.millrace.benchmarks.load.Measured;
import io.millrace.benchmarks.load.OpenLoop;
import io.millrace.benchmarks.load.Target;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Three times the load that a server can serve, in rounds with the peak: what is still answered in time, what a refusal costs, and what the load itself takes of the processors that both share. */
public final class Overload {
    /** What callers wait at most. */
    public static final Duration DEADLINE = Duration.ofSeconds(1);

    private static final double TIMES = 3;
    private static final int CALLERS = 16;

    /** What is left of an overload is served or refused within this. */
    private static final Duration SETTLED = Duration.ofSeconds(3);

    private final ServerProcess server;
    private final int rounds;
    private final Duration length;
    private final @Nullable Target floor;

    private final List<Double> answered = new ArrayList<>();
    private final List<Double> peaks = new ArrayList<>();
    private final List<Double> refused = new ArrayList<>();
    private final List<Double> answering = new ArrayList<>();
    private final List<Double> refusing = new ArrayList<>();
    private final List<Double> loading = new ArrayList<>();

    public Overload(ServerProcess server, int rounds, Duration length) {
        this(server, rounds, length, null);
    }

    /** @param floor a server that answers everything at once: what the load takes of the processors although nothing is refused */
    public Overload(ServerProcess server, int rounds, Duration length, @Nullable Target floor) {
        this.floor = floor;
        this.server = server;
        this.rounds = rounds;
        this.length = length;
    }

    /** Loads the server, and gives the figures. */
    public List<Figure> measure(String what, Target target) {
        ClosedLoop.run(target, CALLERS, length.multipliedBy(2));
        for (int round = 0; round < rounds; round++) {
            round(what, target);
            ClosedLoop.run(target, 1, SETTLED);
        }
        return List.of(
                new Figure(what + " at 3 x the peak, in time", "calls/s", answered, peaks, Goal.atLeast(0.9)),
                new Figure(
                        what + ", processor time of a call that is refused or late, beside one that is answered",
                        "us/call",
                        refusing,
                        answering,
                        null),
                Figure.alone(what + ", the load's own processor time per call", "us/call", loading),
                Figure.alone(what + " at 3 x the peak, p50 of a refusal", "us", refused));
    }

    private void round(String what, Target target) {
        Spent atPeak = server.spent(() -> ClosedLoop.run(target, CALLERS, length));
        double peak = atPeak.measured().rate();
        if (atPeak.measured().failed() > 0) {
            System.out.printf(
                    "%s: of the calls at the peak %d were refused or late beside %d answered (%s)%n",
                    what,
                    atPeak.measured().failed(),
                    atPeak.measured().answered(),
                    atPeak.measured().failures());
        }
        double own = ServerProcess.cpuNanosOfThis();
        Spent overloaded = server.spent(() -> OpenLoop.run(target, TIMES * peak, length));
        double spentHere = (ServerProcess.cpuNanosOfThis() - own) / 1e3;
        Measured over = overloaded.measured();
        double answeredMicros = atPeak.cpuMicros() / atPeak.measured().answered();
        long calls = Math.max(1, over.answered() + over.failed());
        peaks.add(peak);
        answering.add(answeredMicros);
        refusing.add(
                Math.max(0, overloaded.cpuMicros() - answeredMicros * over.answered()) / Math.max(1, over.failed()));
        loading.add(spentHere / calls);
        answered.add(over.rate());
        refused.add(over.failedNanos().getValueAtPercentile(50) / 1e3);
        if (floor != null) {
            double before = ServerProcess.cpuNanosOfThis();
            Measured echoed = OpenLoop.run(floor, TIMES * peak, length);
            System.out.printf(
                    "%s, an echo under the same load: %d answered, %d not (%s); processors: load %.1f s%n",
                    what,
                    echoed.answered(),
                    echoed.failed(),
                    echoed.failures(),
                    (ServerProcess.cpuNanosOfThis() - before) / 1e9);
        }
        System.out.printf(
                "%s: %.0f/s offered in %.1f s (meant: %.1f), %d answered, %d refused or late (%s); processors: server"
                        + " %.1f s, load %.1f s%n",
                what,
                TIMES * peak,
                over.elapsed().toNanos() / 1e9,
                length.toNanos() / 1e9,
                over.answered(),
                over.failed(),
                over.failures(),
                overloaded.cpuMicros() / 1e6,
                spentHere / 1e6);
    }
}
