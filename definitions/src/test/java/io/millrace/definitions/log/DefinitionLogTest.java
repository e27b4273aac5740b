package io.millrace.definitions.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.backing.KafkaBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DefinitionLogTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Test
    void everyReplicaHearsWhatOneWroteAndANewOneHearsWhatIsLeft(@TempDir Path directory) throws Exception {
        var heard = new CopyOnWriteArrayList<DefinitionLog.Change>();
        try (var broker = KafkaBroker.start(directory);
                var writer = DefinitionLog.follow(broker.bootstrapServers(), "definitions", change -> {});
                var other = DefinitionLog.follow(broker.bootstrapServers(), "definitions", heard::add)) {
            Map<String, @Nullable String> changes = new HashMap<>(Map.of("a", "1", "b", "2"));
            writer.write(changes, PATIENCE);
            writer.write(DefinitionLog.remove("a"), PATIENCE);

            assertThat(writer.snapshot()).isEqualTo(Map.of("b", "2"));
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(other.snapshot()).isEqualTo(Map.of("b", "2")));
            assertThat(heard).contains(new DefinitionLog.Change("a", null));

            try (var late = DefinitionLog.follow(broker.bootstrapServers(), "definitions", change -> {})) {
                assertThat(late.awaitCurrent(PATIENCE)).isTrue();
                assertThat(late.snapshot()).isEqualTo(Map.of("b", "2"));
            }
        }
    }

    @Test
    void aListenerThatThrowsDoesNotStopTheLog(@TempDir Path directory) {
        List<String> heard = new CopyOnWriteArrayList<>();
        try (var broker = KafkaBroker.start(directory);
                var log = DefinitionLog.follow(broker.bootstrapServers(), "definitions", change -> {
                    heard.add(change.key());
                    if (change.key().equals("bad")) {
                        throw new IllegalStateException("cannot apply");
                    }
                })) {
            log.write(DefinitionLog.put("bad", "x"), PATIENCE);
            log.write(DefinitionLog.put("good", "y"), PATIENCE);

            assertThat(heard).isEqualTo(List.of("bad", "good"));
        }
    }
}
