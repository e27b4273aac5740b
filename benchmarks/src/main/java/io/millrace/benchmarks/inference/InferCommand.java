package io.millrace.benchmarks.inference;

import io.millrace.benchmarks.features.ServerProcess;
import io.millrace.benchmarks.features.ServerProcess.Spent;
import io.millrace.benchmarks.load.ClosedLoop;
import io.millrace.benchmarks.load.Figure;
import io.millrace.benchmarks.load.Figure.Goal;
import io.millrace.benchmarks.load.Table;
import io.millrace.benchmarks.load.Target;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Inference over gRPC and HTTP beside ONNX Runtime alone and an echo of the same bytes on the same kind of server. */
@Command(
        name = "infer",
        description =
                "1 and 64 rows x 32 columns over gRPC and HTTP: what a call adds to the engine and an echo, and the"
                        + " rate beside the echo's")
public final class InferCommand implements Callable<Integer> {
    private static final String MODEL = "dense";
    private static final double MOST_ADDED_MICROS = 100;
    private static final int CONNECTIONS = 4;
    private static final Duration WARM_UP = Duration.ofSeconds(6);
    /** A server is warm once a stretch was no more than this much faster than the best before it. */
    private static final double STEADY = 1.05;

    private static final int MOST_WARM_UPS = 10;

    @Option(names = "--rounds", defaultValue = "3", description = "paired rounds (default ${DEFAULT-VALUE})")
    private int rounds;

    @Option(names = "--seconds", defaultValue = "3", description = "seconds of each round (default ${DEFAULT-VALUE})")
    private int seconds;

    @Option(names = "--callers", defaultValue = "16", description = "concurrent callers (default ${DEFAULT-VALUE})")
    private int callers;

    @Option(names = "--rows", split = ",", defaultValue = "1,64", description = "rows of a call")
    private List<Integer> rows = List.of();

    private final List<Figure> figures = new ArrayList<>();
    private boolean allMet = true;

    @Override
    public Integer call() {
        var network = new BenchModel(32, 64);
        try (var bench = new InferenceBench(network, Map.of(MODEL, ""))) {
            for (int count : rows) {
                double engine = EngineAlone.p50Micros(network, count, 20_000);
                System.out.printf("ONNX Runtime alone, %d rows: p50 %.1f us%n", count, engine);
                var calls = new InferCalls(network, MODEL, count);
                calls.teach(bench.service(), bench.echo());
                try (var subject = calls.overGrpc(bench.service(), CONNECTIONS);
                        var floor = calls.overGrpc(bench.echo(), CONNECTIONS)) {
                    measure(bench, "gRPC " + count + " x 32", subject, floor, engine, count == 1);
                }
                try (var subject = calls.overHttp(bench.service());
                        var floor = calls.overHttp(bench.echo())) {
                    measure(bench, "HTTP " + count + " x 32", subject, floor, engine, count == 1);
                }
            }
        }
        System.out.print(Table.of(figures));
        return allMet && figures.stream().allMatch(Figure::isMet) ? 0 : 1;
    }

    private void measure(InferenceBench bench, String what, Target subject, Target floor, double engine, boolean one) {
        Duration length = Duration.ofSeconds(seconds);
        warmUp(subject);
        warmUp(floor);
        var measured = new Sides();
        var floors = new Sides();
        var added = new ArrayList<Double>();
        for (int round = 0; round < rounds; round++) {
            if (round % 2 == 0) {
                measured.add(bench.service(), subject, callers, length);
                floors.add(bench.echo(), floor, callers, length);
            } else {
                floors.add(bench.echo(), floor, callers, length);
                measured.add(bench.service(), subject, callers, length);
            }
            added.add(measured.alone.getLast() - floors.alone.getLast() - engine);
        }
        figures.add(new Figure(what + ", rate", "calls/s", measured.rate, floors.rate, Goal.atLeast(0.8)));
        figures.add(new Figure(what + ", one caller, p50", "us", measured.alone, floors.alone, null));
        figures.add(Figure.alone(what + ", added to echo and engine, p50", "us", added));
        figures.add(new Figure(what + ", processor time", "us/call", measured.micros, floors.micros, null));
        figures.add(new Figure(what + ", allocated", "B/call", measured.bytes, floors.bytes, null));
        if (one) {
            boolean isMet = Figure.median(added) <= MOST_ADDED_MICROS;
            allMet &= isMet;
            System.out.printf(
                    "%s: added %.1f us, goal at most %.0f us: %s%n",
                    what, Figure.median(added), MOST_ADDED_MICROS, isMet ? "met" : "MISSED");
        }
    }

    /** Calls until that is not getting faster any more: on a machine that others use, a fixed time ends while the compiler is still at work. */
    private void warmUp(Target target) {
        double best = 0;
        for (int i = 0; i < MOST_WARM_UPS; i++) {
            double rate =
                    ClosedLoop.run(target, callers, WARM_UP).withoutFailures().rate();
            if (i > 1 && rate < best * STEADY) {
                return;
            }
            best = Math.max(best, rate);
        }
    }

    /** The rounds of one side. */
    private static final class Sides {
        private final List<Double> rate = new ArrayList<>();
        private final List<Double> alone = new ArrayList<>();
        private final List<Double> micros = new ArrayList<>();
        private final List<Double> bytes = new ArrayList<>();

        void add(ServerProcess server, Target target, int callers, Duration length) {
            Spent spent =
                    server.spent(() -> ClosedLoop.run(target, callers, length).withoutFailures());
            rate.add(spent.measured().rate());
            micros.add(spent.cpuMicros() / spent.measured().answered());
            bytes.add(spent.allocatedBytes() / spent.measured().answered());
            alone.add(ClosedLoop.run(target, 1, length).withoutFailures().micros(50));
        }
    }
}
