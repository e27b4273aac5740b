package io.millrace.inference.kafka;

import io.millrace.inference.app.watch.WatchStreams;
import io.millrace.inference.domain.Pipeline;
import org.jspecify.annotations.Nullable;

/** Watches of pipelines over Kafka. */
public final class KafkaWatchStreams implements WatchStreams {
    private final WatchParts parts;

    public KafkaWatchStreams(WatchParts parts) {
        this.parts = parts;
    }

    @Override
    public Running start(Pipeline pipeline, @Nullable Running predecessor) {
        return WatchLoop.start(pipeline, parts, predecessor);
    }
}
