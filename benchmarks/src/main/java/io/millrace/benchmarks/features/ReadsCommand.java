package io.millrace.benchmarks.features;

import io.millrace.benchmarks.features.ServerProcess.Spent;
import io.millrace.benchmarks.load.ClosedLoop;
import io.millrace.benchmarks.load.Figure;
import io.millrace.benchmarks.load.Figure.Goal;
import io.millrace.benchmarks.load.GrpcTarget;
import io.millrace.benchmarks.load.HttpTarget;
import io.millrace.benchmarks.load.OpenLoop;
import io.millrace.benchmarks.load.Rounds;
import io.millrace.benchmarks.load.Table;
import io.millrace.benchmarks.load.Target;
import io.millrace.proto.features.v1.FeatureColumn;
import io.millrace.proto.features.v1.FeatureStatus;
import io.millrace.proto.features.v1.GetOnlineFeaturesRequest;
import io.millrace.proto.features.v1.GetOnlineFeaturesResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Reads over gRPC and HTTP beside an echo of the same bytes on the same kind of server. */
@Command(
        name = "reads",
        description =
                "1 and 100 entities x 50 features over gRPC and HTTP: rate, and p99 at half of the peak, beside an"
                        + " echo of the same bytes")
public final class ReadsCommand implements Callable<Integer> {
    private static final Duration DEADLINE = Duration.ofSeconds(10);
    private static final int REQUESTS = 256;
    private static final Duration WARM_UP = Duration.ofSeconds(5);
    private static final String TAIL_UNIT = "us";

    @Option(names = "--rounds", defaultValue = "3", description = "paired rounds (default ${DEFAULT-VALUE})")
    private int rounds;

    @Option(names = "--seconds", defaultValue = "1", description = "seconds of each round (default ${DEFAULT-VALUE})")
    private int seconds;

    @Option(names = "--entities", defaultValue = "10000", description = "entities (default ${DEFAULT-VALUE})")
    private int entities;

    @Option(names = "--callers", defaultValue = "16", description = "concurrent callers (default ${DEFAULT-VALUE})")
    private int callers;

    @Option(names = "--connections", defaultValue = "4", description = "connections (default ${DEFAULT-VALUE})")
    private int connections;

    @Option(names = "--shapes", split = ",", defaultValue = "PLAIN,FIVE_VIEWS,WINDOWED", description = "which shapes")
    private List<Shape> shapes = List.of();

    @Option(names = "--rows", split = ",", defaultValue = "1,100", description = "entities of a read")
    private List<Integer> rows = List.of();

    @Option(
            names = "--row-cache",
            defaultValue = "64M",
            description = "the service's cache of rows; 0 for none (default ${DEFAULT-VALUE})")
    private String rowCache = "";

    @Option(names = "--no-http", description = "gRPC alone")
    private boolean noHttp;

    @Option(names = "--no-tail", description = "rates alone")
    private boolean noTail;

    private final List<Figure> figures = new ArrayList<>();

    @Override
    public Integer call() {
        // The echo refuses nothing, so that neither does the service here; what it refuses when it is behind is the
        // benchmark of overload's.
        Map<String, String> settings = Map.of(
                "MILLRACE_FEATURES_ONLINE_STORE_ROW_CACHE", rowCache, "MILLRACE_FEATURES_READS_EVENT_LOOP_DELAY", "1m");
        try (var bench = new Bench(settings)) {
            for (Shape shape : shapes) {
                fill(bench, shape);
            }
            for (Shape shape : shapes) {
                for (int count : rows) {
                    grpc(bench, shape, count);
                    if (!noHttp) {
                        http(bench, shape, count);
                    }
                }
            }
        }
        System.out.print(Table.of(figures));
        return figures.stream().allMatch(Figure::isMet) ? 0 : 1;
    }

    private void fill(Bench bench, Shape shape) {
        int each = shape == Shape.WINDOWED ? 20 : 1;
        for (String view : shape.views()) {
            bench.createTopic(shape.topic(view), 1);
            bench.apply(shape.yaml(view));
            bench.produce(
                    shape.topic(view),
                    shape.events(entities, each, InstantSource.system().instant()));
        }
        shape.views().forEach(view -> bench.awaitApplied(view, (long) entities * each));
    }

    private void grpc(Bench bench, Shape shape, int count) {
        var random = new Random(7);
        List<GetOnlineFeaturesRequest> requests = IntStream.range(0, REQUESTS)
                .mapToObj(_ -> shape.request(count, entities, random))
                .toList();
        GetOnlineFeaturesResponse response = bench.features().getOnlineFeatures(requests.getFirst());
        requireAllThere(response);
        requests.forEach(request -> bench.features().getOnlineFeatures(request));
        bench.echo().send("PUT", "/prebuilt/message", response.toByteArray());
        List<byte[]> bytes =
                requests.stream().map(GetOnlineFeaturesRequest::toByteArray).toList();
        String what = "gRPC " + count + " x " + shape.title;
        System.out.printf(
                "%s: request %d bytes, response %d bytes%n",
                what, bytes.getFirst().length, response.getSerializedSize());
        try (var subject = new GrpcTarget(bench.service().grpcPort(), Bench.READ, bytes, connections, DEADLINE);
                var floor = new GrpcTarget(bench.echo().grpcPort(), Bench.READ, bytes, connections, DEADLINE)) {
            measure(bench, what, subject, floor, count == 1 ? Goal.atLeast(0.7) : Goal.atLeast(0.5));
        }
    }

    private void http(Bench bench, Shape shape, int count) {
        var random = new Random(7);
        List<byte[]> bodies = IntStream.range(0, REQUESTS)
                .mapToObj(_ -> shape.json(count, entities, random).getBytes(StandardCharsets.UTF_8))
                .toList();
        byte[] response = bench.service().send("POST", "/get-online-features", bodies.getFirst());
        bench.echo().send("PUT", "/prebuilt/json", response);
        String what = "HTTP " + count + " x " + shape.title;
        System.out.printf("%s: request %d bytes, response %d bytes%n", what, bodies.getFirst().length, response.length);
        try (var subject = new HttpTarget(bench.service().uri("/get-online-features"), bodies, DEADLINE);
                var floor = new HttpTarget(bench.echo().uri("/get-online-features"), bodies, DEADLINE)) {
            measure(bench, what, subject, floor, null);
        }
    }

    private void measure(Bench bench, String what, Target subject, Target floor, @Nullable Goal goal) {
        Duration length = Duration.ofSeconds(seconds);
        var ofSubject = new ArrayList<Spent>();
        var ofFloor = new ArrayList<Spent>();
        rate(bench.echo(), floor, WARM_UP, ofFloor);
        rate(bench.service(), subject, WARM_UP, ofSubject);
        Figure rate = Rounds.paired(
                what,
                "calls/s",
                rounds,
                goal,
                () -> rate(bench.service(), subject, length, ofSubject),
                () -> rate(bench.echo(), floor, length, ofFloor));
        show(rate);
        show(new Figure(
                what + ", processor time",
                "us/call",
                ofSubject.stream().skip(1).map(ReadsCommand::cpuPerCall).toList(),
                ofFloor.stream().skip(1).map(ReadsCommand::cpuPerCall).toList(),
                null));
        show(new Figure(
                what + ", allocated",
                "B/call",
                List.of(allocatedPerCall(ofSubject)),
                List.of(allocatedPerCall(ofFloor)),
                null));
        if (!noTail) {
            double half = Figure.median(rate.subject()) / 2;
            show(Rounds.paired(
                    what + ", p99 at " + Math.round(half) + "/s",
                    TAIL_UNIT,
                    rounds,
                    goal == null ? null : Goal.atMost(3),
                    () -> OpenLoop.run(subject, half, length).withoutFailures().micros(99),
                    () -> OpenLoop.run(floor, half, length).withoutFailures().micros(99)));
        }
    }

    private void show(Figure figure) {
        figures.add(figure);
        System.out.print(Table.of(List.of(figure)));
    }

    private double rate(ServerProcess server, Target target, Duration length, List<Spent> rounds) {
        Spent spent = server.spent(() -> ClosedLoop.run(target, callers, length));
        rounds.add(spent);
        return spent.measured().withoutFailures().rate();
    }

    private static double cpuPerCall(Spent spent) {
        return spent.cpuMicros() / spent.measured().answered();
    }

    /** Of all rounds and the warm-up together: memory that is allocated is counted when it is collected. */
    private static double allocatedPerCall(List<Spent> rounds) {
        return rounds.stream().mapToDouble(Spent::allocatedBytes).sum()
                / rounds.stream()
                        .mapToLong(spent -> spent.measured().answered())
                        .sum();
    }

    /** What is compared is the reading of values, not of nothing. */
    private static void requireAllThere(GetOnlineFeaturesResponse response) {
        for (FeatureColumn column : response.getResultsList()) {
            if (column.getStatusesList().stream().anyMatch(s -> s != FeatureStatus.FEATURE_STATUS_PRESENT)) {
                throw new IllegalStateException("a value is not there: " + column);
            }
        }
    }
}
