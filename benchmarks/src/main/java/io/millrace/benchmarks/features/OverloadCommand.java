package io.millrace.benchmarks.features;

import io.millrace.benchmarks.load.Figure;
import io.millrace.benchmarks.load.GrpcTarget;
import io.millrace.benchmarks.load.HttpTarget;
import io.millrace.benchmarks.load.Table;
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
                        + " is refused; of reads of features. overload inference: of a network of two layers")
public final class OverloadCommand implements Callable<Integer> {
    private static final int EVENTS_OF_A_WINDOWED_ENTITY = 20;

    @Option(names = "--rounds", defaultValue = "3", description = "rounds (default ${DEFAULT-VALUE})")
    private int rounds;

    @Option(names = "--seconds", defaultValue = "5", description = "seconds of each round (default ${DEFAULT-VALUE})")
    private int seconds;

    @Option(names = "--entities", defaultValue = "10000", description = "entities (default ${DEFAULT-VALUE})")
    private int entities;

    @Option(
            names = "--reads",
            split = ",",
            defaultValue = "PLAIN:1,PLAIN:100,WINDOWED:100",
            description = "shapes of reads and how many entities each has (default ${DEFAULT-VALUE})")
    private List<String> reads = List.of();

    @Option(
            names = "--row-cache",
            defaultValue = "64M",
            description =
                    "feature-service's cache of rows; 0: windowed rows are folded anew (default ${DEFAULT-VALUE})")
    private String rowCache = "";

    private final List<Figure> figures = new ArrayList<>();

    @Override
    public Integer call() {
        features(Duration.ofSeconds(seconds));
        System.out.print(Table.of(figures));
        return figures.stream().allMatch(Figure::isMet) ? 0 : 1;
    }

    private void features(Duration length) {
        try (var bench = new Bench(Map.of("MILLRACE_FEATURES_ONLINE_STORE_ROW_CACHE", rowCache))) {
            List<Shape> shapes =
                    reads.stream().map(OverloadCommand::shape).distinct().toList();
            shapes.forEach(shape -> fill(bench, shape));
            for (String read : reads) {
                measure(bench, shape(read), Integer.parseInt(read.substring(read.indexOf(':') + 1)), length);
            }
        }
    }

    private static Shape shape(String read) {
        return Shape.valueOf(read.substring(0, read.indexOf(':')));
    }

    private void fill(Bench bench, Shape shape) {
        int each = shape == Shape.WINDOWED ? EVENTS_OF_A_WINDOWED_ENTITY : 1;
        for (String view : shape.views()) {
            bench.createTopic(shape.topic(view), 1);
            bench.apply(shape.yaml(view));
            bench.produce(
                    shape.topic(view),
                    shape.events(entities, each, InstantSource.system().instant()));
            bench.awaitApplied(view, (long) entities * each);
        }
    }

    private void measure(Bench bench, Shape shape, int count, Duration length) {
        var random = new Random(3);
        String what = count + " x " + shape.title;
        List<byte[]> requests = IntStream.range(0, 64)
                .mapToObj(_ -> shape.request(count, entities, random))
                .map(GetOnlineFeaturesRequest::toByteArray)
                .toList();
        try (var target = new GrpcTarget(bench.service().grpcPort(), Bench.READ, requests, 4, Overload.DEADLINE)) {
            figures.addAll(new Overload(bench.service(), rounds, length).measure("gRPC " + what, target));
        }
        List<byte[]> bodies = IntStream.range(0, 64)
                .mapToObj(_ -> shape.json(count, entities, random).getBytes(StandardCharsets.UTF_8))
                .toList();
        try (var target = new HttpTarget(bench.service().uri("/get-online-features"), bodies, Overload.DEADLINE)) {
            figures.addAll(new Overload(bench.service(), rounds, length).measure("HTTP " + what, target));
        }
    }
}
