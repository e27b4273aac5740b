package io.millrace.proto.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.proto.wire.History.Baseline;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds the contracts of this working tree against what was committed and released before. */
class WireCheckTest {
    @TempDir
    Path scratch;

    @Test
    void nothingBreaksAgainstTheLastCommitAndTheLastRelease() throws Exception {
        var now = Protoc.compile(Protoc.sources());
        assertThat(now.getFileList()).isNotEmpty();
        var baselines = new History(Protoc.sources()).baselines();
        baselines.missing().forEach(reason -> System.out.println("wire check: nothing to compare with: " + reason));
        for (Baseline baseline : baselines.found()) {
            var before = Protoc.compile(Files.createTempDirectory(scratch, "before"), baseline.files());
            assertThat(WireBreaks.between(before, now))
                    .as("breaks against the %s", baseline.name())
                    .isEmpty();
            System.out.println("wire check: nothing breaks against the " + baseline.name());
        }
    }
}
