package io.millrace.benchmarks.features;

import io.millrace.benchmarks.features.ServerProcess.Spent;
import io.millrace.benchmarks.load.ClosedLoop;
import io.millrace.benchmarks.load.Figure;
import io.millrace.benchmarks.load.Figure.Goal;
import io.millrace.benchmarks.load.GrpcTarget;
import io.millrace.benchmarks.load.HttpTarget;
import io.millrace.benchmarks.load.Measured;
import io.millrace.benchmarks.load.OpenLoop;
import io.millrace.benchmarks.load.Table;
import io.millrace.benchmarks.load.Target;
import io.millrace.proto.features.v1.GetOnlineFeaturesRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Three times the load that can be served: what is still answered in time, beside the peak. */
@Command(
        name = "overload",
        description =
                "three times the peak rate over gRPC and HTTP: answers in time beside the peak, and how fast the rest"
                        + " is refused")
public final class OverloadCommand implements Callable<Integer> {
    private static final Duration DEADLINE = Duration.ofSeconds(1);
    private static final double TIMES = 3;

    /** What is left of an overload is served or refused within this. */
    private static final Duration SETTLED = Duration.ofSeconds(3);

    @Option(names = "--rounds", defaultValue = "3", description = "rounds (default ${DEFAULT-VALUE})")
    private int rounds;

    @Option(names = "--seconds", defaultValue = "5", description = "seconds of each round (default ${DEFAULT-VALUE})")
    private int seconds;

    @Option(names = "--entities", defaultValue = "10000", description = "entities (default ${DEFAULT-VALUE})")
    private int entities;

    @Option(names = "--rows", defaultValue = "100", description = "entities of a read (default ${DEFAULT-VALUE})")
    private int rows;

    private final List<Figure> figures = new ArrayList<>();

    @Override
    public Integer call() {
        Shape shape = Shape.PLAIN;
        String view = shape.views().getFirst();
        try (var bench = new Bench(Map.of())) {
            bench.createTopic(shape.topic(view), 1);
            bench.apply(shape.yaml(view));
            bench.produce(
                    shape.topic(view),
                    shape.events(entities, 1, InstantSource.system().instant()));
            bench.awaitApplied(view, entities);
            var random = new Random(3);
            List<byte[]> requests = IntStream.range(0, 64)
                    .mapToObj(_ -> shape.request(rows, entities, random))
                    .map(GetOnlineFeaturesRequest::toByteArray)
                    .toList();
            try (var target = new GrpcTarget(bench.service().grpcPort(), Bench.READ, requests, 4, DEADLINE)) {
                measure(bench.service(), "gRPC " + rows + " x " + shape.title, target);
            }
            List<byte[]> bodies = IntStream.range(0, 64)
                    .mapToObj(_ -> shape.json(rows, entities, random).getBytes(StandardCharsets.UTF_8))
                    .toList();
            try (var target = new HttpTarget(bench.service().uri("/get-online-features"), bodies, DEADLINE)) {
                measure(bench.service(), "HTTP " + rows + " x " + shape.title, target);
            }
        }
        System.out.print(Table.of(figures));
        return figures.stream().allMatch(Figure::isMet) ? 0 : 1;
    }

    private void measure(ServerProcess service, String what, Target target) {
        Duration length = Duration.ofSeconds(seconds);
        ClosedLoop.run(target, 16, length.multipliedBy(2)).withoutFailures();
        var answered = new ArrayList<Double>();
        var peaks = new ArrayList<Double>();
        var refused = new ArrayList<Double>();
        var answering = new ArrayList<Double>();
        var refusing = new ArrayList<Double>();
        for (int round = 0; round < rounds; round++) {
            Spent atPeak = service.spent(() -> ClosedLoop.run(target, 16, length));
            double peak = atPeak.measured().withoutFailures().rate();
            Spent overloaded = service.spent(() -> OpenLoop.run(target, TIMES * peak, length));
            Measured over = overloaded.measured();
            peaks.add(peak);
            double answeredMicros = atPeak.cpuMicros() / atPeak.measured().answered();
            answering.add(answeredMicros);
            refusing.add(Math.max(0, overloaded.cpuMicros() - answeredMicros * over.answered())
                    / Math.max(1, over.failed()));
            answered.add(over.rate());
            refused.add(over.failedNanos().getValueAtPercentile(50) / 1e3);
            System.out.printf(
                    "%s: %.0f/s offered, %d answered, %d refused or late (%s)%n",
                    what, TIMES * peak, over.answered(), over.failed(), over.failures());
            ClosedLoop.run(target, 1, SETTLED);
        }
        figures.add(new Figure(what + " at 3 x the peak, in time", "calls/s", answered, peaks, Goal.atLeast(0.9)));
        figures.add(new Figure(
                what + ", processor time of a call that is refused or late, beside one that is answered",
                "us/call",
                refusing,
                answering,
                null));
        figures.add(Figure.alone(what + " at 3 x the peak, p50 of a refusal", "us", refused));
    }
}
