package io.millrace.inference.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.definitions.DefinitionFile;
import io.millrace.definitions.Fault;
import io.millrace.definitions.Faults;
import io.millrace.inference.domain.ModelServing;
import io.millrace.inference.domain.ModelServing.AnswerCaching;
import io.millrace.inference.domain.ModelServing.Batching;
import io.millrace.inference.sample.ModelFiles;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class ServingYamlTest {
    private final Faults faults = new Faults();

    @Test
    void howAModelIsRunIsRead() {
        ModelServing serving = read("""
                batching: {max-size: 64, max-delay: 500us, objective: {p99: 20ms}}
                concurrency: 2
                queue: {max-size: 100, timeout: 50ms}
                cache: {max-entries: 1000, ttl: 1m}
                """);
        assertThat(faults.all()).isEmpty();
        assertThat(serving)
                .isEqualTo(new ModelServing(
                        Optional.of(new Batching(64, Duration.ofNanos(500_000), Optional.of(Duration.ofMillis(20)))),
                        OptionalInt.of(2),
                        OptionalInt.of(100),
                        Optional.of(Duration.ofMillis(50)),
                        Optional.of(new AnswerCaching(1000, Optional.of(Duration.ofMinutes(1))))));
    }

    @Test
    void whatIsLeftOutIsTheServices() {
        assertThat(read("")).isEqualTo(ModelServing.UNSAID);
        assertThat(read("batching: {max-size: 8}").batching())
                .contains(new Batching(8, Duration.ZERO, Optional.empty()));
        assertThat(faults.all()).isEmpty();
    }

    @Test
    void whatIsWrongIsNamed() {
        read("""
                batching: {max-delay: 1h, objective: {p95: 1ms}}
                concurrency: 0
                queue: {size: 5}
                cache: {ttl: 1m}
                """);
        assertThat(texts())
                .anyMatch(text -> text.contains("'max-size' is missing"))
                .anyMatch(text -> text.contains("'max-delay' must be 0 ms to 10 s"))
                .anyMatch(text -> text.contains("'p99' is missing"))
                .anyMatch(text -> text.contains("unknown key 'p95'"))
                .anyMatch(text -> text.contains("'concurrency' must be 1 to 1000, was 0"))
                .anyMatch(text -> text.contains("unknown key 'size'"))
                .anyMatch(text -> text.contains("'max-entries' is missing"));
    }

    private List<String> texts() {
        return faults.all().stream().map(Fault::toString).toList();
    }

    private ModelServing read(String rest) {
        String yaml = ModelFiles.yaml("m", "1", "model.onnx", "0".repeat(64), rest);
        return ModelYaml.read(new DefinitionFile("model.yaml", yaml), "m", "1", faults)
                .serving();
    }
}
