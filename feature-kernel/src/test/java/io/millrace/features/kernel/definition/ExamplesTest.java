package io.millrace.features.kernel.definition;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.definitions.DefinitionFile;
import io.millrace.definitions.Faults;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExamplesTest {
    private static final List<String> FOLDERS = List.of("entities", "feature-views", "on-demand", "feature-services");

    @ParameterizedTest
    @ValueSource(strings = {"flights", "shop"})
    void everyExampleHasDefinitionsOfAllKindsWithoutAFault(String example) {
        List<DefinitionFile> files = FOLDERS.stream()
                .flatMap(folder -> files(Path.of("..", "examples", example, folder)).stream())
                .toList();
        var faults = new Faults();

        DefinitionSet set = new DefinitionReader().read(files, DefinitionSet.EMPTY, faults);

        assertThat(faults.all()).isEmpty();
        assertThat(set.keys().stream().map(DefinitionKey::kind)).contains(DefinitionKey.Kind.values());
    }

    @Test
    void whatUsersOfFeastAreShownIsTheExampleItself() {
        Path example = Path.of("..", "examples", "feast");
        var faults = new Faults();

        new DefinitionReader().read(files(example.resolve("feature-views")), DefinitionSet.EMPTY, faults);

        assertThat(faults.all()).isEmpty();
        String program = read(example.resolve("drivers.py"));
        assertThat(read(Path.of("..", "docs", "feast.md")))
                .contains(read(example.resolve("feature_store.yaml")))
                .contains(read(example.resolve("feature-views/driver_hourly_stats.yaml")))
                .contains(program.substring(program.indexOf("store = ")));
        assertThat(read(Path.of("..", "README.md"))).contains(read(example.resolve("feature_store.yaml")));
    }

    private static List<DefinitionFile> files(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted()
                    .map(file -> new DefinitionFile(file.toString(), read(file)))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
