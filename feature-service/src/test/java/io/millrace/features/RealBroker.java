package io.millrace.features;

import io.millrace.backing.Ports;
import io.millrace.features.kafka.TestBroker;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** The service under test with a real broker and a folder of its own for RocksDB. */
public class RealBroker implements QuarkusTestResourceLifecycleManager {
    @Override
    public Map<String, String> start() {
        try {
            Path directory = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "online-store");
            var settings = new HashMap<>(Map.of(
                    "kafka.bootstrap.servers", TestBroker.bootstrap(),
                    "quarkus.grpc.server.test-port", Integer.toString(Ports.free()),
                    "millrace.features.online-store.directory",
                            directory.resolve("online").toString(),
                    "millrace.features.offline-store.directory",
                            directory.resolve("offline").toString(),
                    "millrace.features.vectors.directory",
                            directory.resolve("vectors").toString(),
                    "millrace.features.vectors.refresh-interval", "50ms",
                    "millrace.features.materialization.directory",
                            directory.resolve("batch").toString(),
                    "millrace.features.offline-store.flush-interval", "200ms",
                    "millrace.features.jobs.directory",
                            directory.resolve("jobs").toString(),
                    "millrace.features.ingestion.topic-check", "200ms"));
            settings.put(
                    "millrace.features.training-sets.directory",
                    directory.resolve("training-sets").toString());
            settings.put(
                    "millrace.features.training-sets.imports",
                    directory.resolve("imports").toString());
            return settings;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void stop() {}
}
