package io.millrace.benchmarks.inference;

import io.millrace.backing.KafkaBroker;
import io.millrace.benchmarks.features.ServerProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/** inference-service with a model repository, the broker that it wants to be ready, and its floor, in a folder that is deleted at the end. */
final class InferenceBench implements AutoCloseable {
    private final Path folder;
    private final KafkaBroker broker;
    private final ServerProcess service;
    private final ServerProcess echo;

    /** @param models by name, with what their model.yaml says besides; all of the same network */
    InferenceBench(BenchModel model, Map<String, String> models) {
        try {
            folder = Files.createTempDirectory("millrace-bench");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Path repository = folder.resolve("models");
        models.forEach((name, rest) -> model.publish(repository, name, rest));
        broker = KafkaBroker.start(folder.resolve("kafka"));
        Map<String, String> environment = new HashMap<>();
        environment.put("KAFKA_BOOTSTRAP_SERVERS", broker.bootstrapServers());
        environment.put("MILLRACE_INFERENCE_MODELS_DIRECTORY", repository.toString());
        service = new ServerProcess("inference-service", "inference-service", folder, environment);
        echo = new ServerProcess("echo", "benchmarks/echo", folder, Map.of());
    }

    ServerProcess service() {
        return service;
    }

    ServerProcess echo() {
        return echo;
    }

    @Override
    public void close() {
        service.close();
        echo.close();
        broker.close();
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
