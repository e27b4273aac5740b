package io.millrace.benchmarks.inference;

import io.millrace.benchmarks.features.ServerProcess.Spent;
import io.millrace.benchmarks.load.ClosedLoop;
import io.millrace.benchmarks.load.Figure;
import io.millrace.benchmarks.load.GrpcTarget;
import io.millrace.benchmarks.load.Measured;
import io.millrace.benchmarks.load.OpenLoop;
import io.millrace.benchmarks.load.Table;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Calls of one row with adaptive batching beside the same without: the peak, and rate and tail at parts of the lower peak. */
@Command(
        name = "batching",
        description = "calls of one row over gRPC with batching that is tuned to an objective, beside the same without:"
                + " the peak, and p99 and processor time at 10, 50 and 90 % of the peak without")
public final class BatchingCommand implements Callable<Integer> {
    private static final String ALONE = "alone";
    private static final String JOINED = "joined";
    private static final int CONNECTIONS = 4;
    private static final List<Double> LOADS = List.of(0.1, 0.5, 0.9);

    @Option(names = "--rounds", defaultValue = "3", description = "paired rounds (default ${DEFAULT-VALUE})")
    private int rounds;

    @Option(names = "--seconds", defaultValue = "3", description = "seconds of each round (default ${DEFAULT-VALUE})")
    private int seconds;

    @Option(names = "--callers", defaultValue = "64", description = "concurrent callers (default ${DEFAULT-VALUE})")
    private int callers;

    @Option(names = "--width", defaultValue = "768", description = "width of the two layers (default ${DEFAULT-VALUE})")
    private int width;

    @Option(names = "--max-size", defaultValue = "64", description = "declared (default ${DEFAULT-VALUE})")
    private int maxSize;

    @Option(names = "--p99", defaultValue = "20", description = "objective in milliseconds (default ${DEFAULT-VALUE})")
    private int p99;

    private final List<Figure> figures = new ArrayList<>();

    @Override
    public Integer call() {
        var network = new BenchModel(64, width, width);
        System.out.printf(
                "ONNX Runtime alone: 1 row %.0f us, %d rows %.0f us%n",
                EngineAlone.p50Micros(network, 1, 500), maxSize, EngineAlone.p50Micros(network, maxSize, 100));
        String declared = "batching: {max-size: %d, max-delay: 5ms, objective: {p99: %dms}}%n".formatted(maxSize, p99);
        try (var bench = new InferenceBench(network, Map.of(ALONE, "", JOINED, declared));
                var alone = new InferCalls(network, ALONE, 1).overGrpc(bench.service(), CONNECTIONS);
                var joined = new InferCalls(network, JOINED, 1).overGrpc(bench.service(), CONNECTIONS)) {
            double peak = peaks(bench, alone, joined);
            for (double load : LOADS) {
                at(bench, load, load * peak, alone, joined);
            }
        }
        System.out.print(Table.of(figures));
        return 0;
    }

    private double peaks(InferenceBench bench, GrpcTarget alone, GrpcTarget joined) {
        Duration length = Duration.ofSeconds(seconds);
        ClosedLoop.run(alone, callers, length.multipliedBy(2)).withoutFailures();
        ClosedLoop.run(joined, callers, length.multipliedBy(2)).withoutFailures();
        var with = new Sides();
        var without = new Sides();
        for (int round = 0; round < rounds; round++) {
            without.add(bench, () -> ClosedLoop.run(alone, callers, length));
            with.add(bench, () -> ClosedLoop.run(joined, callers, length));
        }
        with.addTo(figures, "peak with " + callers + " callers", without);
        choice(bench, "at the peak");
        return Figure.median(without.rate);
    }

    private void at(InferenceBench bench, double load, double rate, GrpcTarget alone, GrpcTarget joined) {
        Duration length = Duration.ofSeconds(seconds);
        OpenLoop.run(joined, rate, length);
        var with = new Sides();
        var without = new Sides();
        for (int round = 0; round < rounds; round++) {
            without.add(bench, () -> OpenLoop.run(alone, rate, length));
            with.add(bench, () -> OpenLoop.run(joined, rate, length));
        }
        String what = "%.0f %% of the peak without".formatted(load * 100);
        with.addTo(figures, what, without);
        choice(bench, "at " + what);
    }

    private static void choice(InferenceBench bench, String when) {
        System.out.printf(
                "%s it chose: at most %.0f rows, wait %.2f ms; p99 in the service %.1f ms%n",
                when,
                bench.service().metric("millrace_inference_batch_size_limit"),
                bench.service().metric("millrace_inference_batch_delay_seconds") * 1e3,
                bench.service().metric("millrace_inference_batch_p99_seconds") * 1e3);
    }

    /** The rounds with or without batching. */
    private static final class Sides {
        private final List<Double> rate = new ArrayList<>();
        private final List<Double> tail = new ArrayList<>();
        private final List<Double> micros = new ArrayList<>();

        void add(InferenceBench bench, Supplier<Measured> load) {
            Spent spent = bench.service().spent(load);
            Measured measured = spent.measured();
            if (measured.failed() > 0) {
                System.out.printf("%d calls failed: %s%n", measured.failed(), measured.failures());
            }
            rate.add(measured.rate());
            tail.add(measured.micros(99));
            micros.add(spent.cpuMicros() / Math.max(1, measured.answered()));
        }

        void addTo(List<Figure> figures, String what, Sides without) {
            figures.add(new Figure(what + ", answered", "calls/s", rate, without.rate, null));
            figures.add(new Figure(what + ", p99", "us", tail, without.tail, null));
            figures.add(new Figure(what + ", processor time", "us/call", micros, without.micros, null));
        }
    }
}
