package io.millrace.inference.domain.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.longs;

import io.millrace.inference.domain.label.LabelStream.Join;
import io.millrace.inference.domain.label.Outcome.Labelled;
import io.millrace.inference.domain.label.Outcome.Predicted;
import io.millrace.inference.domain.label.Outcome.Prediction;
import io.millrace.inference.domain.label.Outcome.Unlabelled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Whatever order partitions are read in, whatever comes twice and whenever the process dies, the outcomes are those of a plain loop over everything in order. */
class LabelJoinProperties {
    private static final long DELAY = 100;
    private static final long DISORDER = 20;

    /** A record of a partition. */
    private sealed interface Record {
        record P(Prediction prediction) implements Record {}

        record L(String place, String group, long micros, double value) implements Record {}

        record S(String id, String shadow) implements Record {}
    }

    @Test
    void byKeyTheOutcomesAreThoseOfAPlainLoop() {
        qt().withExamples(400).forAll(longs().all()).checkAssert(seed -> {
            var random = new Random(seed);
            Map<String, List<Record>> partitions = partitions(random, true);
            JoinRun run = run(random, new Join.Key("id"), partitions);
            assertThat(closed(run)).isEqualTo(plain(partitions, true));
            assertThat(eachOnce(run)).isTrue();
        });
    }

    @Test
    void byEntityTheOutcomesAreThoseOfAPlainLoop() {
        qt().withExamples(400).forAll(longs().all()).checkAssert(seed -> {
            var random = new Random(seed);
            Map<String, List<Record>> partitions = partitions(random, false);
            JoinRun run = run(random, new Join.Entity(Map.of("origin", "origin")), partitions);
            assertThat(closed(run)).isEqualTo(plain(partitions, false));
            assertThat(eachOnce(run)).isTrue();
        });
    }

    /**
     * Two partitions of predictions, two of labels, one of shadows' answers.
     *
     * @param byKey each key has one prediction, records are out of order, some come twice; else entities repeat and each partition is in order
     */
    private static Map<String, List<Record>> partitions(Random random, boolean byKey) {
        Map<String, List<Record>> partitions = new HashMap<>();
        List.of("p0", "p1", "l0", "l1", "s0").forEach(name -> partitions.put(name, new ArrayList<>()));
        int count = 30;
        for (int i = 0; i < count; i++) {
            long micros = 1 + random.nextLong(400);
            String group = byKey ? "k" + i : "e" + random.nextInt(4);
            String id = "in-0-" + i;
            of(partitions, "p" + i % 2).add(new Record.P(JoinRun.prediction(id, group, micros)));
            if (random.nextInt(3) == 0) {
                of(partitions, "s0").add(new Record.S(id, "next"));
                if (random.nextInt(3) == 0) {
                    of(partitions, "s0").add(new Record.S(id, "next"));
                }
            }
            int labels = random.nextInt(3);
            for (int j = 0; j < labels; j++) {
                long at = micros - 10 + random.nextLong(DELAY + 40);
                String to = "l" + (byKey ? i % 2 : random.nextInt(2));
                of(partitions, to).add(new Record.L("l-" + i + "-" + j, byKey ? group : key(group), at, j));
            }
        }
        of(partitions, "l0").add(new Record.L("l-none", "nobody", 50, 1));
        for (List<Record> records : partitions.values()) {
            Map<Record, Long> place = new HashMap<>();
            records.forEach(record -> place.put(record, time(record) + (byKey ? random.nextLong(DISORDER / 2) : 0)));
            records.sort(Comparator.comparingLong(place::get));
            if (byKey && random.nextBoolean() && records.size() > 6) {
                // The pipeline was moved back, or somebody sent labels again.
                int from = random.nextInt(records.size() - 5);
                records.addAll(
                        from + 5,
                        records.subList(from, from + 5).stream()
                                .map(LabelJoinProperties::again)
                                .toList());
            }
        }
        return partitions;
    }

    private static List<Record> of(Map<String, List<Record>> partitions, String name) {
        return Objects.requireNonNull(partitions.get(name), name);
    }

    /** The same in another place of the topic. */
    private static Record again(Record record) {
        return record instanceof Record.L(String place, String group, long micros, double value)
                ? new Record.L(place + "-again", group, micros, value)
                : record;
    }

    private static String key(String entity) {
        return LabelJoin.group(List.of(entity));
    }

    private static long time(Record record) {
        return switch (record) {
            case Record.P(Prediction prediction) -> prediction.micros();
            case Record.L label -> label.micros();
            case Record.S _ -> 0;
        };
    }

    private static JoinRun run(Random random, Join join, Map<String, List<Record>> partitions) {
        var run = new JoinRun(join, micros(DELAY), micros(DISORDER), 1_000);
        List<String> timed = List.of("p0", "p1", "l0", "l1");
        timed.forEach(run::expect);
        var next = new HashMap<String, Integer>();
        var left = new ArrayList<>(new TreeSet<>(partitions.keySet()));
        int preferred = random.nextInt(left.size());
        while (!left.isEmpty()) {
            String name = left.get(random.nextInt(3) == 0 ? random.nextInt(left.size()) : preferred % left.size());
            List<Record> records = of(partitions, name);
            int at = next.merge(name, 1, Integer::sum) - 1;
            if (at >= records.size()) {
                left.remove(name);
                preferred = random.nextInt(5);
                continue;
            }
            give(run, name, records.get(at));
            if (random.nextInt(4) == 0 && !left.contains("s0")) {
                // Partitions that have more are waited for; so are shadows.
                run.now.advance(Set.of(), run.now.time().newest());
            }
            if (random.nextInt(20) == 0) {
                run.restart();
            }
        }
        run.everything(100_000);
        run.restart();
        run.everything(200_000);
        return run;
    }

    private static void give(JoinRun run, String partition, Record record) {
        switch (record) {
            case Record.P(Prediction prediction) -> run.now.predicted(partition, prediction);
            case Record.L(String place, String group, long micros, double value) ->
                run.now.labelled(partition, place, group, micros, value, "");
            case Record.S(String id, String shadow) -> run.now.shadowed(id, shadow, JoinRun.MODEL, 0.25);
        }
    }

    /** Everything in order: predictions by time, then labels, by key as they stand, by entity by time. */
    private static Set<String> plain(Map<String, List<Record>> partitions, boolean byKey) {
        var predictions = new HashMap<String, Prediction>();
        var shadowed = new HashSet<String>();
        var labels = new ArrayList<Record.L>();
        for (String name : new TreeSet<>(partitions.keySet())) {
            for (Record record : of(partitions, name)) {
                switch (record) {
                    case Record.P(Prediction prediction) -> predictions.putIfAbsent(prediction.id(), prediction);
                    case Record.L label -> labels.add(label);
                    case Record.S(String id, String _) -> shadowed.add(id);
                }
            }
        }
        if (!byKey) {
            labels.sort(Comparator.comparingLong(Record.L::micros).thenComparing(Record.L::place));
        }
        var closed = new HashMap<String, String>();
        for (Record.L label : labels) {
            predictions.values().stream()
                    .filter(prediction -> (byKey ? prediction.key() : key(prediction.key())).equals(label.group()))
                    .filter(prediction -> !closed.containsKey(prediction.id()))
                    .filter(prediction ->
                            prediction.micros() <= label.micros() && label.micros() - prediction.micros() <= DELAY)
                    .max(Comparator.comparingLong(Prediction::micros).thenComparing(Prediction::id))
                    .ifPresent(taker -> closed.put(taker.id(), " label " + label.value() + " at " + label.micros()));
        }
        var all = new TreeSet<String>();
        for (String id : predictions.keySet()) {
            String how = closed.getOrDefault(id, " none");
            all.add(id + how);
            if (shadowed.contains(id)) {
                all.add(id + "/next" + how);
            }
        }
        return all;
    }

    private static Set<String> closed(JoinRun run) {
        var closed = new TreeSet<String>();
        for (Outcome outcome : run.outcomes) {
            switch (outcome) {
                case Predicted _ -> {}
                case Labelled(Prediction of, double label, long micros, String _) ->
                    closed.add(name(of) + " label " + label + " at " + micros);
                case Unlabelled(Prediction of) -> closed.add(name(of) + " none");
            }
        }
        return closed;
    }

    /** Each prediction is told once, then closed once. */
    private static boolean eachOnce(JoinRun run) {
        var open = new HashSet<String>();
        var seen = new HashSet<String>();
        for (Outcome outcome : run.outcomes) {
            String name = name(outcome.prediction());
            boolean inOrder = outcome instanceof Predicted ? seen.add(name) && open.add(name) : open.remove(name);
            if (!inOrder) {
                return false;
            }
        }
        return open.isEmpty();
    }

    private static String name(Prediction prediction) {
        return prediction.shadow().isEmpty() ? prediction.id() : prediction.id() + "/" + prediction.shadow();
    }

    private static Duration micros(long micros) {
        return Duration.ofNanos(micros * 1_000);
    }
}
