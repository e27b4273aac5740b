package io.millrace.edge.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.edge.app.Checkpoint;
import io.millrace.edge.app.RegisteredNode;
import io.millrace.edge.domain.EdgeNode;
import io.millrace.edge.domain.NodeUrl;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileNodeStoreTest {
    @TempDir
    Path directory;

    @Test
    void nodesOutliveTheProcess() throws Exception {
        Path file = directory.resolve("nodes.log");
        try (var store = FileNodeStore.open(file)) {
            store.put(List.of(node("a", 10), node("b", 10)));
            store.put(List.of(node("a", 20)));
            store.remove("b");
            store.put(List.of(node("c", 30)));
        }
        try (var store = FileNodeStore.open(file)) {
            assertThat(store.load()).containsExactly(node("a", 20), node("c", 30));
        }
    }

    @Test
    void aRegistrationThatWasTornOffIsGoneAsAWholeAndTheOthersStay() throws Exception {
        Path file = directory.resolve("nodes.log");
        long before;
        try (var store = FileNodeStore.open(file)) {
            store.put(List.of(node("a", 10)));
            before = Files.size(file);
            store.put(List.of(node("b", 10), node("c", 10)));
        }
        byte[] whole = Files.readAllBytes(file);
        for (int length = (int) before; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            try (var store = FileNodeStore.open(file)) {
                assertThat(store.load()).containsExactly(node("a", 10));
                store.put(List.of(node("d", 10)));
            }
            try (var store = FileNodeStore.open(file)) {
                assertThat(store.load()).containsExactly(node("a", 10), node("d", 10));
            }
        }
    }

    @Test
    void theLogIsRewrittenWhereItHasGrown() throws Exception {
        Path file = directory.resolve("nodes.log");
        try (var store = FileNodeStore.open(file, 20_000)) {
            for (int i = 0; i < 500; i++) {
                store.put(List.of(node("n" + i % 10, 1 + i)));
            }
            assertThat(Files.size(file)).isLessThan(21_000);
        }
        try (var store = FileNodeStore.open(file)) {
            assertThat(store.load()).hasSize(10).contains(node("n9", 500));
        }
    }

    @Test
    void tenThousandNodesAreOneRecord() throws Exception {
        Path file = directory.resolve("nodes.log");
        try (var store = FileNodeStore.open(file)) {
            store.put(
                    IntStream.range(0, 10_000).mapToObj(i -> node("n" + i, 10)).toList());
        }
        try (var store = FileNodeStore.open(file)) {
            assertThat(store.load()).hasSize(10_000);
        }
    }

    @Test
    void aCheckpointComesBackAndADamagedOneIsSetAside() throws Exception {
        Path file = directory.resolve("checkpoint");
        var memory = new Checkpoint.Memory(
                "a",
                1,
                2,
                3,
                4,
                5,
                new long[16],
                new long[] {6, 7},
                8,
                9,
                10,
                11,
                Map.of("INVALID", 12L),
                "2026-01-01T00:00:00Z",
                null);
        var checkpoints = new FileCheckpoints(file);
        assertThat(checkpoints.load()).isEmpty();
        checkpoints.save(new Checkpoint(99, List.of(memory)));

        assertThat(checkpoints.load()).get().usingRecursiveComparison().isEqualTo(new Checkpoint(99, List.of(memory)));

        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
        assertThat(checkpoints.load()).isEmpty();
        assertThat(checkpoints.damaged()).isOne();
        assertThat(Files.exists(directory.resolve("checkpoint.damaged"))).isTrue();
    }

    private static RegisteredNode node(String id, int seconds) {
        return new RegisteredNode(
                new EdgeNode(
                        id,
                        id.equals("b") ? Optional.empty() : Optional.of(NodeUrl.parse("http://127.0.0.1:9901/x")),
                        "airports",
                        Duration.ofSeconds(seconds)),
                7);
    }
}
