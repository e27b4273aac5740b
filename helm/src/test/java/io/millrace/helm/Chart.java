package io.millrace.helm;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import io.millrace.backing.Checkout;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.yaml.snakeyaml.Yaml;

/** The chart of this working tree. */
final class Chart {
    static final String RELEASE = "prod";
    static final String NAMESPACE = "ml";

    /** The oldest that Chart.yaml allows. */
    static final String OLDEST_KUBERNETES = "1.30.0";

    /** The least that has to be set. */
    static final String GIVEN = """
            kafka: {bootstrapServers: "kafka-1:9092,kafka-2:9093"}
            postgres: {url: "jdbc:postgresql://postgres:5432/millrace", secretName: postgres-login}
            """;

    private Chart() {}

    static Path path() {
        return Checkout.root().resolve("helm/millrace");
    }

    /**
     * Renders with the values of the chart, overridden by each of these YAML documents in turn.
     *
     * @throws IllegalStateException what helm says where it refuses them
     */
    static Manifests render(String... values) {
        Path[] files = Arrays.stream(values).map(Chart::file).toArray(Path[]::new);
        try {
            var command = new Helm(path())
                    .template()
                    .withName(RELEASE)
                    .withNamespace(NAMESPACE)
                    .withKubeVersion(OLDEST_KUBERNETES);
            for (Path file : files) {
                command.withValuesFile(file);
            }
            return Manifests.parse(command.call());
        } finally {
            Arrays.stream(files).forEach(Chart::delete);
        }
    }

    /** Lints a copy of the chart whose values are these: the linter takes none. */
    static LintResult lint(Path scratch, String values) {
        try (Stream<Path> files = Files.walk(path())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = scratch.resolve("millrace").resolve(path().relativize(file));
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy);
            }
            Path own = scratch.resolve("millrace/values.yaml");
            Files.writeString(own, new Yaml().dump(Values.merged(Files.readString(own), values)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Helm(scratch.resolve("millrace")).lint().strict().call();
    }

    private static Path file(String values) {
        try {
            Path file = Files.createTempFile("values", ".yaml");
            return Files.write(file, values.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
