package io.millrace.features.offline;

import static io.millrace.features.offline.OfflineFixture.VIEW;
import static io.millrace.features.offline.OfflineFixture.batch;
import static io.millrace.features.offline.OfflineFixture.offsets;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.UUID;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class S3FolderTest extends OfflineFolderContract {
    private final String prefix = UUID.randomUUID() + "/";

    @Override
    OfflineFolder open() throws IOException {
        return open(1 << 20);
    }

    /** This server checks the condition of a write and then writes, in two steps: of two writers at one time both can win there, which S3 itself rules out. */
    @Override
    int writers() {
        return 1;
    }

    private OfflineFolder open(long cacheBytes) throws IOException {
        var cache = new FileCache(temporary.resolve("cache"), cacheBytes, InstantSource.system());
        return new S3Folder(S3Folder.client(RealS3.settings(prefix)), RealS3.BUCKET, prefix, cache);
    }

    @Test
    void aStoreInABucketIsWhatItIsInAFolder() throws IOException {
        try (OfflineFolder bucket = open()) {
            ParquetOfflineStore store = OfflineFixture.store(bucket, temporary);
            store.append(VIEW, batch(0, 30));
            store.append(VIEW, batch(30, 40));
            var compaction = new Compaction(
                    store,
                    bucket,
                    OfflineFixture.parquet(temporary),
                    new Pins(),
                    temporary.resolve("work"),
                    new Compaction.Limits(2, 1 << 20, Duration.ofHours(1)),
                    InstantSource.system());

            assertThat(compaction.merge(VIEW)).isEqualTo(2);
            assertThat(offsets(store)).isEqualTo(LongStream.range(0, 40).boxed().toList());
            store.drop(VIEW.id());
            assertThat(bucket.list("")).isEmpty();
        }
    }

    @Test
    void copiesThatNobodyUsesMakeRoomForOthers() throws IOException {
        try (OfflineFolder bucket = open(10)) {
            for (String name : new String[] {"a", "b", "c"}) {
                bucket.put(name, Files.writeString(temporary.resolve(name), name.repeat(5)));
            }
            Path a = bucket.fetch("a", 5, Digests.of("aaaaa".getBytes(java.nio.charset.StandardCharsets.UTF_8)));
            Path b = bucket.fetch("b", 5, Digests.of("bbbbb".getBytes(java.nio.charset.StandardCharsets.UTF_8)));
            bucket.release("b");
            Path c = bucket.fetch("c", 5, Digests.of("ccccc".getBytes(java.nio.charset.StandardCharsets.UTF_8)));

            assertThat(a).hasContent("aaaaa");
            assertThat(b).doesNotExist();
            assertThat(c).hasContent("ccccc");
        }
    }

    @Test
    void bytesThatAreNotThoseThatWereWrittenAreRefused() throws IOException {
        try (OfflineFolder bucket = open()) {
            bucket.put("a", Files.writeString(temporary.resolve("a"), "other"));

            assertThatThrownBy(() ->
                            bucket.fetch("a", 5, Digests.of("wrote".getBytes(java.nio.charset.StandardCharsets.UTF_8))))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("damaged");
        }
    }
}
