package io.millrace.features.vectors;

import io.millrace.features.app.VectorIndex;
import java.nio.file.Path;
import java.time.Duration;

/** Vector indexes for the tests of other rooms: what is applied can be found, and is durable, at once. */
public final class TestVectorIndex {
    private TestVectorIndex() {}

    public static VectorIndex open(Path folder) {
        return new LuceneVectorIndex(folder, new VectorFolder.VectorSettings(16, Duration.ZERO, Duration.ZERO));
    }
}
