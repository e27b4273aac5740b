package io.millrace.features.kafka;

import io.millrace.features.app.FeatureReason;
import io.millrace.features.app.batch.RejectedRows;
import io.millrace.features.config.FeaturesConfig;
import io.millrace.features.kernel.ViewId;
import io.millrace.gate.Refusal;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;

/** Rows of batch sources that cannot be used, in the dead-letter topic of the service's own log. */
@ApplicationScoped
public class KafkaRejectedRows implements RejectedRows {
    private final KafkaClients clients;
    private final Topics topics;
    private final Duration patience;

    public KafkaRejectedRows(KafkaClients clients, Topics topics, FeaturesConfig config) {
        this.clients = clients;
        this.topics = topics;
        this.patience = config.push().patience();
    }

    @Override
    public void write(ViewId view, String job, List<Rejected> rows) {
        String topic = OwnTopics.PUSH_LOG + DeadLetters.SUFFIX;
        try {
            topics.ensure(topic, Optional.empty(), Map.of());
            try (KafkaProducer<byte[], byte[]> producer =
                    clients.producer("millrace.feature-service.rejected." + UUID.randomUUID(), patience)) {
                producer.initTransactions();
                producer.beginTransaction();
                rows.forEach(row -> producer.send(record(topic, view, job, row)));
                producer.commitTransaction();
            }
        } catch (KafkaException e) {
            throw new Refusal(FeatureReason.PUSH_LOG_UNAVAILABLE, "Kafka did not take rejected rows", e);
        }
    }

    private static ProducerRecord<byte[], byte[]> record(String topic, ViewId view, String job, Rejected row) {
        var record = new ProducerRecord<>(topic, utf8(job), utf8(row.row()));
        record.headers().add("millrace.reason", utf8("UNUSABLE_ROW"));
        record.headers().add("millrace.detail", utf8(row.reason()));
        record.headers().add("millrace.view", utf8(view.toString()));
        record.headers().add("millrace.materialization", utf8(job));
        record.headers().add("millrace.row", utf8(Long.toString(row.number())));
        return record;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
