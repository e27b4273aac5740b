package io.millrace.benchmarks.inference;

import io.millrace.benchmarks.features.Overload;
import io.millrace.benchmarks.load.Figure;
import io.millrace.benchmarks.load.Table;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Overload of inference-service: calls of a network that costs enough for the load, on the same processors, to be little beside it. */
@Command(
        name = "inference",
        description =
                "three times the peak rate of calls of a network of two layers over gRPC and HTTP: answers in time beside"
                        + " the peak, and how fast the rest is refused")
public final class OverloadInferenceCommand implements Callable<Integer> {
    private static final String MODEL = "dense";
    private static final int COLUMNS = 64;
    private static final int CONNECTIONS = 4;

    @Option(names = "--rounds", defaultValue = "3", description = "rounds (default ${DEFAULT-VALUE})")
    private int rounds;

    @Option(names = "--seconds", defaultValue = "5", description = "seconds of each round (default ${DEFAULT-VALUE})")
    private int seconds;

    @Option(names = "--width", defaultValue = "1536", description = "of the two layers (default ${DEFAULT-VALUE})")
    private int width;

    @Option(names = "--rows", defaultValue = "64", description = "of a call (default ${DEFAULT-VALUE})")
    private int rows;

    @Override
    public Integer call() {
        Duration length = Duration.ofSeconds(seconds);
        var network = new BenchModel(COLUMNS, width, width);
        System.out.printf("ONNX Runtime alone: %d rows %.0f us%n", rows, EngineAlone.p50Micros(network, rows, 500));
        var figures = new ArrayList<Figure>();
        var calls = new InferCalls(network, MODEL, rows);
        String what = rows + " rows of a network of 2 x " + width;
        try (var bench = new InferenceBench(network, Map.of(MODEL, ""))) {
            calls.teach(bench.service(), bench.echo());
            try (var target = calls.overGrpc(bench.service(), CONNECTIONS, Overload.DEADLINE);
                    var floor = calls.overGrpc(bench.echo(), CONNECTIONS, Overload.DEADLINE)) {
                figures.addAll(new Overload(bench.service(), rounds, length, floor).measure("gRPC " + what, target));
            }
            try (var target = calls.overSockets(bench.service(), Overload.DEADLINE);
                    var floor = calls.overSockets(bench.echo(), Overload.DEADLINE)) {
                figures.addAll(new Overload(bench.service(), rounds, length, floor).measure("HTTP " + what, target));
            }
        }
        System.out.print(Table.of(figures));
        return figures.stream().allMatch(Figure::isMet) ? 0 : 1;
    }
}
