package io.millrace.features.offline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every folder of the offline store does. */
abstract class OfflineFolderContract {
    @TempDir
    Path temporary;

    private OfflineFolder folder;

    /** Another view of one and the same folder, as another process has it. */
    abstract OfflineFolder open() throws IOException;

    /** How many change one file at one time in these tests. */
    int writers() {
        return 4;
    }

    @BeforeEach
    void begin() throws IOException {
        folder = open();
    }

    @AfterEach
    void close() {
        folder.close();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private Path file(String content) throws IOException {
        return Files.writeString(Files.createTempFile(temporary, "new", ".parquet"), content);
    }

    @Test
    void whatIsNotThereIsEmpty() throws IOException {
        assertThat(folder.read("view/v1/manifest.json")).isEmpty();
        assertThat(folder.list("view/v1/")).isEmpty();
    }

    @Test
    void theFirstContentIsWrittenOnlyWhereThereIsNone() throws IOException {
        assertThat(folder.replace("view/v1/manifest.json", utf8("one"), null)).isTrue();
        assertThat(folder.replace("view/v1/manifest.json", utf8("two"), null)).isFalse();

        assertThat(folder.read("view/v1/manifest.json").orElseThrow().bytes()).isEqualTo(utf8("one"));
    }

    @Test
    void contentIsReplacedOnlyWhileItIsWhatWasRead() throws IOException {
        folder.replace("m", utf8("one"), null);
        String tag = folder.read("m").orElseThrow().tag();
        try (OfflineFolder other = open()) {
            String tagThere = other.read("m").orElseThrow().tag();
            assertThat(other.replace("m", utf8("two"), tagThere)).isTrue();
        }

        assertThat(folder.replace("m", utf8("three"), tag)).isFalse();
        assertThat(folder.read("m").orElseThrow().bytes()).isEqualTo(utf8("two"));
        assertThat(folder.replace("gone", utf8("x"), tag)).isFalse();
    }

    @Test
    void ofManyWritersOneIsFirstEachTime() throws Exception {
        folder.replace("m", utf8("0"), null);
        List<Callable<Void>> writers = IntStream.range(0, writers())
                .<Callable<Void>>mapToObj(_ -> () -> {
                    try (OfflineFolder mine = open()) {
                        for (int added = 0; added < 5; ) {
                            OfflineFolder.Content before = mine.read("m").orElseThrow();
                            int count = Integer.parseInt(new String(before.bytes(), StandardCharsets.UTF_8));
                            added += mine.replace("m", utf8(Integer.toString(count + 1)), before.tag()) ? 1 : 0;
                        }
                        return null;
                    }
                })
                .toList();
        try (var threads = Executors.newFixedThreadPool(4)) {
            for (Future<Void> writer : threads.invokeAll(writers)) {
                writer.get();
            }
        }

        assertThat(folder.read("m").orElseThrow().bytes()).isEqualTo(utf8(Integer.toString(5 * writers())));
    }

    @Test
    void aFileThatWasPutIsFetchedListedAndDeleted() throws IOException {
        Path file = file("rows");
        String sha = Digests.of(file);
        folder.put("view/v1/day=2026-01-01/1-a.parquet", file);
        folder.put("view/v2/day=2026-01-01/1-a.parquet", file("other"));

        Path fetched = folder.fetch("view/v1/day=2026-01-01/1-a.parquet", 4, sha);
        assertThat(fetched).hasContent("rows");
        folder.release("view/v1/day=2026-01-01/1-a.parquet");
        assertThat(file).doesNotExist();
        assertThat(folder.list("view/v1/")).singleElement().satisfies(entry -> {
            assertThat(entry.name()).isEqualTo("view/v1/day=2026-01-01/1-a.parquet");
            assertThat(entry.bytes()).isEqualTo(4);
            assertThat(entry.modified()).isAfter("2020-01-01T00:00:00Z");
        });
        folder.delete(List.of("view/v1/day=2026-01-01/1-a.parquet", "view/v1/never-there"));
        assertThat(folder.list("view/v1/")).isEmpty();
        assertThat(folder.list("view/v2/")).hasSize(1);
        assertThatThrownBy(() -> folder.fetch("view/v1/day=2026-01-01/1-a.parquet", 4, sha))
                .isInstanceOf(IOException.class);
    }

    @Test
    void aFileOfAnotherSizeIsDamaged() throws IOException {
        Path file = file("rows");
        folder.put("a/b.parquet", file);

        assertThatThrownBy(() -> folder.fetch("a/b.parquet", 5, "00"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("damaged");
    }
}
