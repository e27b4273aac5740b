package io.millrace.backing.audit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.backing.audit.StreamAudit.Expectation;
import io.millrace.backing.audit.StreamAudit.Stream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/** Takes inputs and outcomes, each kind in the order of its partitions, in whatever order beside each other, and judges them. Used by one thread. */
final class Judge {
    private static final int SAMPLES = 10;

    private final Stream stream;
    private final Expectation expectation;
    private final ObjectMapper json = new ObjectMapper();
    private final Map<Integer, BitSet> inputs = new HashMap<>();
    private final Map<Integer, BitSet> answered = new HashMap<>();
    private final Map<Integer, Integer> highest = new HashMap<>();
    private final Map<String, Long> lastSource = new HashMap<>();
    private final Map<String, String> expected = new HashMap<>();
    private final Map<String, String> given = new HashMap<>();
    private final Map<String, Owed> owed = new HashMap<>();
    private final Samples duplicate = new Samples("duplicate");
    private final Samples misordered = new Samples("misordered");
    private final Samples wrong = new Samples("wrong");
    private long predictions;
    private long deadLetters;
    private long whole;

    /** An outcome that is still missing in some topics. */
    private record Owed(String outcome, Set<String> topics) {}

    Judge(Stream stream, Expectation expectation) {
        this.stream = stream;
        this.expectation = expectation;
    }

    long outcomes() {
        return whole;
    }

    int answeredUpTo(int partition) {
        return highest.getOrDefault(partition, -1);
    }

    /** The verdict on what was taken. */
    Verdict verdict() {
        var lost = new Samples("lost");
        var stray = new Samples("outcome of no input");
        long read = 0;
        for (Map.Entry<Integer, BitSet> partition : inputs.entrySet()) {
            read += partition.getValue().cardinality();
            var missing = (BitSet) partition.getValue().clone();
            missing.andNot(answered.getOrDefault(partition.getKey(), new BitSet()));
            missing.stream().forEach(offset -> lost.add(partition.getKey() + "/" + offset));
        }
        for (Map.Entry<Integer, BitSet> partition : answered.entrySet()) {
            var more = (BitSet) partition.getValue().clone();
            more.andNot(inputs.getOrDefault(partition.getKey(), new BitSet()));
            more.stream().forEach(offset -> stray.add(partition.getKey() + "/" + offset));
        }
        owed.forEach((at, outcome) -> lost.add(at + " in " + String.join(", ", outcome.topics())));
        var samples = new ArrayList<String>();
        List.of(lost, duplicate, stray, misordered, wrong).forEach(kind -> samples.addAll(kind.some));
        return new Verdict(
                read,
                predictions,
                deadLetters,
                lost.count,
                duplicate.count + stray.count,
                misordered.count,
                wrong.count,
                samples);
    }

    void takeInput(ConsumerRecord<byte[], byte[]> record) {
        inputs.computeIfAbsent(record.partition(), _ -> new BitSet()).set(Math.toIntExact(record.offset()));
        String wanted = expectation.of(record);
        String at = record.partition() + "/" + record.offset();
        String got = given.remove(at);
        if (got == null && wanted != null) {
            expected.put(at, wanted);
        } else if (got != null) {
            compare(at, wanted, got);
        }
    }

    void takeOutcome(ConsumerRecord<byte[], byte[]> record) {
        if (!record.topic().equals(stream.deadLetters())) {
            takePrediction(record);
        } else if (header(record, "millrace.pipeline").equals(stream.pipeline())) {
            deadLetters++;
            answer(
                    record,
                    Integer.parseInt(header(record, "millrace.source-partition")),
                    Integer.parseInt(header(record, "millrace.source-offset")),
                    "dead letter " + header(record, "millrace.reason"),
                    Set.of(record.topic()));
        }
    }

    private void takePrediction(ConsumerRecord<byte[], byte[]> record) {
        predictions++;
        JsonNode event;
        try {
            event = json.readTree(record.value());
        } catch (IOException e) {
            wrong.add("a prediction that is no JSON at " + record.partition() + "/" + record.offset());
            return;
        }
        if (event.has("specversion")) {
            event = event.path("data");
        }
        JsonNode source = event.path("source");
        double prediction = event.path("prediction").asDouble(Double.NaN);
        answer(
                record,
                source.path("partition").asInt(-1),
                source.path("offset").asInt(-1),
                "prediction " + prediction,
                stream.routes().of(prediction, record.topic()));
    }

    private void answer(
            ConsumerRecord<byte[], byte[]> record, int partition, int offset, String outcome, Set<String> topics) {
        String at = partition + "/" + offset;
        if (offset < 0 || partition < 0) {
            wrong.add(outcome + " does not say where it comes from");
            return;
        }
        if (!topics.contains(record.topic())) {
            wrong.add(at + ": " + outcome + " is in " + record.topic() + ", which does not take it");
            return;
        }
        BitSet seen = answered.computeIfAbsent(partition, _ -> new BitSet());
        boolean first = !seen.get(offset);
        if (!first && !settle(at, record.topic(), outcome)) {
            duplicate.add(at + " again: " + outcome + " at " + record.topic() + " " + record.partition() + "/"
                    + record.offset());
            return;
        }
        if (first) {
            seen.set(offset);
            owe(at, record.topic(), outcome, topics);
        }
        if (!owed.containsKey(at)) {
            whole++;
            highest.merge(partition, offset, Math::max);
        }
        Long before = lastSource.put(record.topic() + "/" + record.partition() + "/" + partition, (long) offset);
        if (before != null && before > offset) {
            misordered.add(at + " behind " + partition + "/" + before);
        }
        if (!first) {
            return;
        }
        BitSet read = inputs.get(partition);
        if (read != null && read.get(offset)) {
            compare(at, expected.remove(at), outcome);
        } else {
            given.put(at, outcome);
        }
    }

    private void owe(String at, String topic, String outcome, Set<String> topics) {
        if (topics.size() > 1) {
            var others = new TreeSet<>(topics);
            others.remove(topic);
            owed.put(at, new Owed(outcome, others));
        }
    }

    /** Whether an outcome that was seen elsewhere was still missing in a topic. */
    private boolean settle(String at, String topic, String outcome) {
        Owed missing = owed.get(at);
        if (missing == null || !missing.topics().remove(topic)) {
            return false;
        }
        if (!missing.outcome().equals(outcome)) {
            wrong.add(at + ": " + outcome + " in " + topic + ", elsewhere " + missing.outcome());
        }
        if (missing.topics().isEmpty()) {
            owed.remove(at);
        }
        return true;
    }

    private void compare(String at, @Nullable String wanted, String got) {
        if (wanted != null && !wanted.equals(got)) {
            wrong.add(at + ": " + got + " instead of " + wanted);
        }
    }

    private static String header(ConsumerRecord<?, ?> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null || header.value() == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
    }

    /** Faults of one kind: how many, and the first of them. */
    private static final class Samples {
        private final String kind;
        private final List<String> some = new ArrayList<>();
        private long count;

        Samples(String kind) {
            this.kind = kind;
        }

        void add(String text) {
            count++;
            if (some.size() < SAMPLES) {
                some.add(kind + ": " + text);
            }
        }
    }
}
