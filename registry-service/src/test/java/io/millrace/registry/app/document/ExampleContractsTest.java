package io.millrace.registry.app.document;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ExampleContractsTest {
    @Test
    void everyContractOfTheExamplesIsValid() throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(Path.of("..", "examples"))) {
            files = all.filter(file -> file.toString().matches(".*/contracts/[^/]*[.]yaml"))
                    .toList();
        }
        assertThat(files).isNotEmpty();
        for (Path file : files) {
            assertThat(ContractDocument.read(file.toString(), Files.readString(file))
                            .digest())
                    .hasSize(64);
        }
    }
}
