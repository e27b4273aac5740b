package io.millrace.benchmarks.inference;

import io.millrace.benchmarks.features.ServerProcess;
import io.millrace.benchmarks.load.CountedLoop;
import io.millrace.benchmarks.load.Figure;
import io.millrace.benchmarks.load.Figure.Goal;
import io.millrace.benchmarks.load.Measured;
import io.millrace.benchmarks.load.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Many calls, and whether the service's memory grows with them. */
@Command(
        name = "soak",
        description =
                "calls as fast as they are answered, alone, joined and kept, over gRPC and HTTP: resident memory and"
                        + " live heap after each stretch; 8,640,000 calls are a day's at 100 a second")
public final class SoakCommand implements Callable<Integer> {
    private static final int STRETCHES = 12;
    private static final int SETTLED = 4;
    private static final int CALLERS = 16;
    private static final Map<String, String> MODELS = Map.of(
            "alone", "",
            "joined", "batching: {max-size: 32, max-delay: 1ms, objective: {p99: 20ms}}\n",
            "kept", "cache: {max-entries: 32}\n");

    @Option(names = "--calls", defaultValue = "240000", description = "calls in all (default ${DEFAULT-VALUE})")
    private long calls;

    @Override
    public Integer call() {
        var network = new BenchModel(32, 64);
        var resident = new ArrayList<Double>();
        try (var bench = new InferenceBench(network, MODELS)) {
            ServerProcess service = bench.service();
            for (int stretch = 1; stretch <= STRETCHES; stretch++) {
                Measured measured = stretch(network, service);
                resident.add(service.residentBytes() / 1e6);
                System.out.printf(
                        "%d calls: resident %.0f MB, heap in use %.0f MB, live after the last full collection %.0f MB,"
                                + " %.0f threads, p99 %.1f ms%n",
                        calls * stretch / STRETCHES,
                        resident.getLast(),
                        service.metric("jvm_memory_used_bytes{area=\"heap\"") / 1e6,
                        service.metric("jvm_gc_live_data_size_bytes") / 1e6,
                        service.metric("jvm_threads_live_threads"),
                        measured.micros(99) / 1e3);
            }
        }
        List<Double> before = resident.subList(0, SETTLED);
        List<Double> after = resident.subList(STRETCHES - SETTLED, STRETCHES);
        var growth = new Figure("resident memory, last third beside first", "MB", after, before, Goal.atMost(1.1));
        System.out.print(Table.of(List.of(growth)));
        return growth.isMet() ? 0 : 1;
    }

    private Measured stretch(BenchModel network, ServerProcess service) {
        long each = Math.max(CALLERS, calls / STRETCHES / (2L * MODELS.size()));
        Measured last = null;
        for (String model : MODELS.keySet()) {
            var made = new InferCalls(network, model, 1);
            try (var grpc = made.overGrpc(service, 2);
                    var http = made.overHttp(service)) {
                CountedLoop.run(grpc, CALLERS, each).withoutFailures();
                last = CountedLoop.run(http, CALLERS, each).withoutFailures();
            }
        }
        if (last == null) {
            throw new IllegalStateException("no model was called");
        }
        return last;
    }
}
