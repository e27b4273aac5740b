package io.millrace.inference.sample;

import io.millrace.inference.domain.InputFormat;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.label.LabelStream;
import io.millrace.inference.domain.label.LabelStream.Task;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Label streams that no topic stands behind. */
public final class LabelStreams {
    private LabelStreams() {}

    public static LabelStream of(String name, String pipeline, Task task) {
        return new LabelStream(
                name,
                pipeline,
                new Pipeline.Input(
                        "labels.in",
                        InputFormat.JSON,
                        "time",
                        Pipeline.TimestampUnit.US,
                        Pipeline.Start.EARLIEST,
                        Optional.empty()),
                "label",
                Map.of(),
                new LabelStream.Join.Key("id"),
                Duration.ofHours(1),
                "",
                task,
                List.of(),
                "kind: Labels");
    }
}
