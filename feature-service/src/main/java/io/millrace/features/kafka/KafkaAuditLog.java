package io.millrace.features.kafka;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.millrace.features.app.FeatureReason;
import io.millrace.features.app.deletion.AuditLog;
import io.millrace.features.config.FeaturesConfig;
import io.millrace.gate.Refusal;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.UUID;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/**
 * Entries in {@code millrace.features.audit.v1}, for ever and only appended: {@code {"at","who","action","subject","outcome","detail"}}. The record's key is the subject.
 */
@ApplicationScoped
public class KafkaAuditLog implements AuditLog {
    private static final ObjectMapper JSON = JsonMapper.builder().build();

    private final KafkaClients clients;
    private final OwnTopics own;
    private final Duration patience;
    private @Nullable KafkaProducer<byte[], byte[]> producer;

    public KafkaAuditLog(KafkaClients clients, OwnTopics own, FeaturesConfig config) {
        this.clients = clients;
        this.own = own;
        this.patience = config.push().patience();
    }

    @PreDestroy
    synchronized void close() {
        KafkaProducer<byte[], byte[]> old = producer;
        producer = null;
        if (old != null) {
            old.close(Duration.ZERO);
        }
    }

    @Override
    public synchronized void write(Entry entry) {
        try {
            KafkaProducer<byte[], byte[]> ready = producer();
            ready.beginTransaction();
            ready.send(new ProducerRecord<>(
                    OwnTopics.AUDIT_LOG, entry.subject().getBytes(StandardCharsets.UTF_8), json(entry)));
            ready.commitTransaction();
        } catch (KafkaException | IllegalStateException e) {
            close();
            throw new Refusal(FeatureReason.DELETIONS_UNAVAILABLE, "Kafka did not take the audit entry", e);
        }
    }

    private KafkaProducer<byte[], byte[]> producer() {
        KafkaProducer<byte[], byte[]> ready = producer;
        if (ready == null) {
            own.ensureAuditLog();
            ready = clients.producer("millrace.feature-service.audit." + UUID.randomUUID(), patience);
            producer = ready;
            ready.initTransactions();
        }
        return ready;
    }

    private static byte[] json(Entry entry) {
        try {
            return JSON.writeValueAsBytes(JSON.createObjectNode()
                    .put("at", entry.at().toString())
                    .put("who", entry.who())
                    .put("action", entry.action())
                    .put("subject", entry.subject())
                    .put("outcome", entry.outcome().name().toLowerCase(Locale.ROOT))
                    .put("detail", entry.detail()));
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("a tree of plain values has a JSON form", e);
        }
    }
}
