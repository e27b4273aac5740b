package io.millrace.features.kafka;

import io.millrace.backing.KafkaBroker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/** One real broker for all tests of a JVM, whichever class loader they run in; its process ends with the JVM. */
public final class TestBroker {
    private static final String PROPERTY = "millrace.test.bootstrap";

    private TestBroker() {}

    /** {@code host:port} of the broker, started where it does not run yet. */
    public static String bootstrap() {
        synchronized (System.class) {
            String known = System.getProperty(PROPERTY);
            if (known == null) {
                try {
                    Path directory = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "broker");
                    known = KafkaBroker.start(directory).bootstrapServers();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                System.setProperty(PROPERTY, known);
            }
            return known;
        }
    }

    /** Lets everything here mean another broker while {@code work} runs. */
    public static void using(String bootstrap, Runnable work) {
        String before = System.getProperty(PROPERTY);
        System.setProperty(PROPERTY, bootstrap);
        try {
            work.run();
        } finally {
            if (before == null) {
                System.clearProperty(PROPERTY);
            } else {
                System.setProperty(PROPERTY, before);
            }
        }
    }

    public static Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", bootstrap()));
    }

    public static void createTopic(String topic, int partitions) {
        try (Admin admin = admin()) {
            admin.createTopics(List.of(new NewTopic(topic, Optional.of(partitions), Optional.empty())))
                    .all()
                    .get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Makes a topic where it is not there. */
    public static void ensureTopic(String topic, int partitions) {
        try (Admin admin = admin()) {
            if (!admin.listTopics().names().get().contains(topic)) {
                createTopic(topic, partitions);
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    public static void growTopic(String topic, int partitions) throws Exception {
        try (Admin admin = admin()) {
            admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(partitions)))
                    .all()
                    .get();
        }
    }

    public static void deleteTopic(String topic) throws Exception {
        try (Admin admin = admin()) {
            admin.deleteTopics(List.of(topic)).all().get();
        }
    }

    /** Writes values to one partition and returns once they are acknowledged. */
    public static void produce(String topic, int partition, @Nullable String... values) {
        try (var producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrap(), "acks", "all"),
                new StringSerializer(),
                new StringSerializer())) {
            for (String value : values) {
                producer.send(new ProducerRecord<>(topic, partition, "k", value))
                        .get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Writes values to partition 0, many at a time, and returns once all are acknowledged. */
    public static void produceQuickly(String topic, List<String> values) {
        produceQuickly(topic, 0, values);
    }

    /** Writes values to a partition, many at a time, and returns once all are acknowledged. */
    public static void produceQuickly(String topic, int partition, List<String> values) {
        try (var producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrap(), "acks", "all"),
                new StringSerializer(),
                new StringSerializer())) {
            values.forEach(value -> producer.send(new ProducerRecord<>(topic, partition, "k", value)));
            producer.flush();
        }
    }

    /** How many records have been written to a topic. */
    public static long size(String topic) {
        try (var consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrap()), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            return consumer
                    .endOffsets(consumer.partitionsFor(topic).stream()
                            .map(info -> new TopicPartition(topic, info.partition()))
                            .toList())
                    .values()
                    .stream()
                    .mapToLong(Long::longValue)
                    .sum();
        }
    }

    /** Writes values to partition 0 in one transaction, which is committed or aborted. */
    public static void transact(String topic, boolean commit, String... values) {
        try (var producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrap(), "transactional.id", "test-" + topic),
                new StringSerializer(),
                new StringSerializer())) {
            producer.initTransactions();
            producer.beginTransaction();
            for (String value : values) {
                producer.send(new ProducerRecord<>(topic, 0, "k", value));
            }
            producer.flush();
            if (commit) {
                producer.commitTransaction();
            } else {
                producer.abortTransaction();
            }
        }
    }

    /** All committed records of a topic as they are now. */
    public static List<ConsumerRecord<byte[], byte[]>> records(String topic) {
        var records = new ArrayList<ConsumerRecord<byte[], byte[]>>();
        try (var consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrap(), "isolation.level", "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.getOrDefault(p, 0L))) {
                consumer.poll(java.time.Duration.ofMillis(100)).forEach(records::add);
            }
        }
        return records;
    }

    public static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }
}
