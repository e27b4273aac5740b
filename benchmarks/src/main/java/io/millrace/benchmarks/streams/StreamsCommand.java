package io.millrace.benchmarks.streams;

import io.millrace.benchmarks.features.ServerProcess;
import io.millrace.benchmarks.load.Figure;
import io.millrace.benchmarks.load.Figure.Goal;
import io.millrace.benchmarks.load.Rounds;
import io.millrace.benchmarks.load.Table;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.ProducerRecord;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Streams, exactly once, beside transactional copy loops, and how long an event takes to its committed prediction. */
@Command(
        name = "streams",
        description =
                "exactly-once scoring without and with features, events/s beside a transactional copy loop, bare and with one batched"
                        + " call of a gRPC echo per poll; from event to committed prediction at half of the peak, p50 and p99")
public final class StreamsCommand implements Callable<Integer> {
    private static final String EVENTS = "bench.events";

    @Option(names = "--events", defaultValue = "300000", description = "of each round (default: ${DEFAULT-VALUE})")
    private int events;

    @Option(names = "--rounds", defaultValue = "3", description = "default: ${DEFAULT-VALUE}")
    private int rounds;

    @Option(
            names = "--poll",
            defaultValue = "2000",
            description = "most records of a transaction (default: ${DEFAULT-VALUE})")
    private int poll;

    @Option(
            names = "--seconds",
            defaultValue = "20",
            description = "of each measurement of latency (default: ${DEFAULT-VALUE})")
    private int seconds;

    private final AtomicInteger names = new AtomicInteger();
    private final List<Double> streamCpu = new ArrayList<>();
    private final List<Double> copyCpu = new ArrayList<>();

    @Override
    public Integer call() {
        var figures = new ArrayList<Figure>();
        try (var bench = new StreamBench(poll)) {
            bench.prepareFeatures(poll);
            fill(bench);
            var bare = new CopyLoop(bench.bootstrap(), () -> {});
            var asking = new CopyLoop(bench.bootstrap(), bench.askEcho(poll));
            measure(bench, bare, asking, 1);
            figures.addAll(measure(bench, bare, asking, rounds));
            for (boolean withFeatures : List.of(false, true)) {
                double peak = Figure.median(figures.get(withFeatures ? 2 : 0).subject());
                var latency = new Latency(bench, "latency-" + withFeatures, withFeatures);
                Latency.Result result = latency.at((int) (peak / 2), seconds);
                String what = "event to committed prediction at half of the peak, "
                        + (withFeatures ? "with features" : "without features");
                figures.add(Figure.alone(what + ", p50", "ms", List.of(result.p50Millis())));
                figures.add(new Figure(
                        what + ", p99 (goal: 250 ms)",
                        "ms",
                        List.of(result.p99Millis()),
                        List.of(250.0),
                        Goal.atMost(1)));
            }
        }
        System.out.print(Table.of(figures));
        return figures.stream().allMatch(Figure::isMet) ? 0 : 1;
    }

    private List<Figure> measure(StreamBench bench, CopyLoop bare, CopyLoop asking, int rounds) {
        streamCpu.clear();
        copyCpu.clear();
        Figure without = Rounds.paired(
                "scoring without features, beside the bare copy loop",
                "events/s",
                rounds,
                Goal.atLeast(0.6),
                () -> stream(bench, false),
                () -> copy(bare));
        Figure cpuWithout = new Figure("the same, processor time of the process", "us/event", streamCpu, copyCpu, null);
        streamCpu.clear();
        copyCpu.clear();
        Figure with = Rounds.paired(
                "scoring with features, beside the copy loop that asks an echo",
                "events/s",
                rounds,
                Goal.atLeast(0.5),
                () -> stream(bench, true),
                () -> copy(asking));
        Figure cpuWith = new Figure("the same, processor time of the process", "us/event", streamCpu, copyCpu, null);
        return List.of(without, cpuWithout, with, cpuWith);
    }

    private double stream(StreamBench bench, boolean withFeatures) {
        String name = "bench-" + names.incrementAndGet();
        bench.createTopic(name + ".out");
        double before = bench.inference().cpuNanos();
        bench.apply(name, EVENTS, name + ".out", withFeatures);
        double rate = bench.rate(name, events);
        streamCpu.add((bench.inference().cpuNanos() - before) / 1e3 / events);
        bench.remove(name);
        return rate;
    }

    private double copy(CopyLoop loop) {
        String name = "copy-" + names.incrementAndGet();
        double before = ServerProcess.cpuNanosOfThis();
        double rate = loop.run(name, EVENTS, "bench.copies", events, poll);
        copyCpu.add((ServerProcess.cpuNanosOfThis() - before) / 1e3 / events);
        return rate;
    }

    private void fill(StreamBench bench) {
        bench.createTopic(EVENTS);
        bench.createTopic("bench.copies");
        var random = new Random(1);
        try (var producer = bench.producer()) {
            for (int id = 0; id < events; id++) {
                int user = random.nextInt(StreamBench.USERS);
                producer.send(new ProducerRecord<>(
                        EVENTS, Integer.toString(user).getBytes(StandardCharsets.UTF_8), bench.event(id, user)));
            }
        }
    }
}
