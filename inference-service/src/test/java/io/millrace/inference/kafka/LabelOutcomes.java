package io.millrace.inference.kafka;

import io.millrace.inference.domain.label.Outcome;
import java.util.Map;
import java.util.function.IntFunction;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Outcomes that a test writes as the joiner would. */
public final class LabelOutcomes {
    private LabelOutcomes() {}

    /** Makes the topic where it is missing. Says the topic's id. */
    public static String topic(String labels) {
        try (var topics = new LabelTopics(Stage.settings(0, 500))) {
            return topics.ensure(LabelSettings.outcomes(labels), 1, Map.of());
        }
    }

    public static void write(String labels, int from, int many, IntFunction<Outcome> outcomes) {
        topic(labels);
        try (var producer = new KafkaProducer<byte[], byte[]>(
                Map.of("bootstrap.servers", TestBroker.bootstrapServers()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            var json = new OutcomeJson();
            for (int i = from; i < from + many; i++) {
                producer.send(
                        new ProducerRecord<>(LabelSettings.outcomes(labels), 0, null, json.write(outcomes.apply(i))));
            }
        }
    }
}
