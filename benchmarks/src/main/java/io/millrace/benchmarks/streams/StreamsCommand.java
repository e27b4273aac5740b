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
    private static final String WITHOUT_FEATURES = "scoring without features, beside the bare copy loop";
    private static final String WITH_FEATURES = "scoring with features, beside the copy loop that asks an echo";

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
    private final List<Double> streamBroker = new ArrayList<>();
    private final List<Double> copyBroker = new ArrayList<>();
    private final List<Double> lookUpCpu = new ArrayList<>();

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
                double peak = Figure.median(figures.stream()
                        .filter(figure -> figure.name().equals(withFeatures ? WITH_FEATURES : WITHOUT_FEATURES))
                        .findFirst()
                        .orElseThrow()
                        .subject());
                figures.addAll(latency(bench, withFeatures, (int) (peak / 2)));
            }
        }
        System.out.print(Table.of(figures));
        return figures.stream().allMatch(Figure::isMet) ? 0 : 1;
    }

    private List<Figure> measure(StreamBench bench, CopyLoop bare, CopyLoop asking, int rounds) {
        forget();
        var figures = new ArrayList<Figure>();
        figures.add(Rounds.paired(
                WITHOUT_FEATURES,
                "events/s",
                rounds,
                Goal.atLeast(0.6),
                () -> stream(bench, false),
                () -> copy(bench, bare)));
        figures.addAll(processors());
        forget();
        figures.add(Rounds.paired(
                WITH_FEATURES,
                "events/s",
                rounds,
                Goal.atLeast(0.5),
                () -> stream(bench, true),
                () -> copy(bench, asking)));
        figures.addAll(processors());
        figures.add(Figure.alone("the same, processor time of feature-service", "us/event", lookUpCpu));
        return figures;
    }

    /** Beside it what a copy loop takes at the same rate, and how late the events themselves are sent. */
    private List<Figure> latency(StreamBench bench, boolean withFeatures, int rate) {
        String what = "event to committed prediction at %,d/s, half of the peak, %s features"
                .formatted(rate, withFeatures ? "with" : "without");
        Latency.Result floor = new Latency(bench, "latency-of-copies-" + withFeatures).ofCopies(rate, seconds, poll);
        Latency.Result result = new Latency(bench, "latency-" + withFeatures).ofStream(rate, seconds, withFeatures);
        return List.of(
                new Figure(what + ", p50", "ms", List.of(result.p50Millis()), List.of(floor.p50Millis()), null),
                new Figure(what + ", p99", "ms", List.of(result.p99Millis()), List.of(floor.p99Millis()), null),
                new Figure(
                        "the same (goal: 250 ms)", "ms", List.of(result.p99Millis()), List.of(250.0), Goal.atMost(1)),
                new Figure(
                        "how late its events were sent, p99",
                        "ms",
                        List.of(result.lateMillis()),
                        List.of(floor.lateMillis()),
                        null));
    }

    private void forget() {
        List.of(streamCpu, copyCpu, streamBroker, copyBroker, lookUpCpu).forEach(List::clear);
    }

    private List<Figure> processors() {
        return List.of(
                new Figure("the same, processor time of the process", "us/event", streamCpu, copyCpu, null),
                new Figure("the same, processor time of the broker", "us/event", streamBroker, copyBroker, null));
    }

    private double stream(StreamBench bench, boolean withFeatures) {
        String name = "bench-" + names.incrementAndGet();
        bench.createTopic(name + ".out");
        double before = bench.inference().cpuNanos();
        double broker = bench.brokerCpuNanos();
        double features = bench.features().cpuNanos();
        bench.apply(name, EVENTS, name + ".out", withFeatures);
        double rate = bench.rate(name, events);
        streamCpu.add((bench.inference().cpuNanos() - before) / 1e3 / events);
        streamBroker.add((bench.brokerCpuNanos() - broker) / 1e3 / events);
        lookUpCpu.add((bench.features().cpuNanos() - features) / 1e3 / events);
        bench.remove(name);
        return rate;
    }

    private double copy(StreamBench bench, CopyLoop loop) {
        String name = "copy-" + names.incrementAndGet();
        double before = ServerProcess.cpuNanosOfThis();
        double broker = bench.brokerCpuNanos();
        double rate = loop.run(name, EVENTS, "bench.copies", events, poll);
        copyCpu.add((ServerProcess.cpuNanosOfThis() - before) / 1e3 / events);
        copyBroker.add((bench.brokerCpuNanos() - broker) / 1e3 / events);
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
