package io.millrace.features.app.deletion;

import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.SourcePartition;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Where the logs of views end. */
public interface SourcePositions {
    /** The offset behind the last committed record of each partition, asked for after this was called; fails where the log is not there. */
    CompletableFuture<Map<SourcePartition, Long>> ends(FeatureView view, Duration patience);
}
