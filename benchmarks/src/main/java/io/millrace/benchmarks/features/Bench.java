package io.millrace.benchmarks.features;

import io.millrace.backing.KafkaBroker;
import io.millrace.benchmarks.load.Waiting;
import io.millrace.proto.features.v1.ApplyFeatureViewsRequest;
import io.millrace.proto.features.v1.DefinitionFile;
import io.millrace.proto.features.v1.FeatureServiceGrpc;
import io.millrace.proto.features.v1.FeatureServiceGrpc.FeatureServiceBlockingStub;
import io.millrace.proto.features.v1.ListFeatureViewsRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A broker, feature-service and its floor, in a folder that is deleted at the end. */
public final class Bench implements AutoCloseable {
    static final String READ = "millrace.features.v1.FeatureService/GetOnlineFeatures";
    private static final Duration INGESTED = Duration.ofMinutes(30);
    private static final long LOOK_NANOS = 50_000_000;

    private final Path folder;
    private final KafkaBroker broker;
    private final ServerProcess service;
    private final ServerProcess echo;

    Bench(Map<String, String> settings) {
        try {
            folder = Files.createTempDirectory("millrace-bench");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        broker = KafkaBroker.start(folder.resolve("kafka"));
        Map<String, String> environment = new HashMap<>(settings);
        environment.put("KAFKA_BOOTSTRAP_SERVERS", broker.bootstrapServers());
        environment.put(
                "MILLRACE_FEATURES_ONLINE_STORE_DIRECTORY",
                folder.resolve("store").toString());
        environment.put(
                "MILLRACE_FEATURES_OFFLINE_STORE_DIRECTORY",
                folder.resolve("offline").toString());
        service = new ServerProcess("feature-service", "feature-service", folder, environment);
        echo = new ServerProcess("echo", "benchmarks/echo", folder, Map.of());
    }

    ServerProcess service() {
        return service;
    }

    ServerProcess echo() {
        return echo;
    }

    String bootstrap() {
        return broker.bootstrapServers();
    }

    Path folder() {
        return folder;
    }

    FeatureServiceBlockingStub features() {
        return FeatureServiceGrpc.newBlockingStub(service.channel());
    }

    void createTopic(String topic, int partitions) {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap()))) {
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

    /** Writes values to a topic, spread over its partitions by key, and returns once all are acknowledged. */
    void produce(String topic, Stream<Event> events) {
        try (var producer = new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers", bootstrap(),
                        "acks", "all",
                        "linger.ms", "20",
                        "batch.size", "262144",
                        "compression.type", "none"),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            events.forEach(event -> producer.send(new ProducerRecord<>(
                    topic,
                    event.key().getBytes(StandardCharsets.UTF_8),
                    event.json().getBytes(StandardCharsets.UTF_8))));
            producer.flush();
        }
    }

    /** A record of a topic. */
    record Event(String key, String json) {}

    void apply(String yaml) {
        features()
                .applyFeatureViews(ApplyFeatureViewsRequest.newBuilder()
                        .addFiles(DefinitionFile.newBuilder()
                                .setPath("bench.yaml")
                                .setContent(yaml))
                        .build());
    }

    /** Waits until so many events of a view have been applied. */
    void awaitApplied(String view, long events) {
        Waiting.until(
                () -> features().listFeatureViews(ListFeatureViewsRequest.getDefaultInstance()).getViewsList().stream()
                        .anyMatch(summary -> summary.getName().equals(view) && summary.getApplied() >= events),
                INGESTED,
                LOOK_NANOS);
    }

    /** Bytes of the files of the online store. */
    long storeBytes() {
        return bytes(folder.resolve("store"));
    }

    static long bytes(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).mapToLong(Bench::size).sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A file that has just been compacted away has no bytes. */
    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException gone) {
            return 0;
        }
    }

    @Override
    public void close() {
        service.close();
        echo.close();
        broker.close();
        delete(folder);
    }

    /** Deletes a folder with all in it. */
    public static void delete(Path folder) {
        try {
            Files.walkFileTree(folder, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.delete(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path directory, java.io.IOException thrown)
                        throws IOException {
                    Files.delete(directory);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
