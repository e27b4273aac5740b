package io.millrace.inference.sample;

import io.millrace.inference.domain.InputFormat;
import io.millrace.inference.domain.Pipeline.FieldType;
import io.millrace.inference.domain.Pipeline.Input;
import io.millrace.inference.domain.Pipeline.Start;
import io.millrace.inference.domain.Pipeline.TimestampUnit;
import io.millrace.inference.domain.label.LabelStream;
import io.millrace.inference.domain.label.LabelStream.Join;
import io.millrace.inference.domain.label.LabelStream.Task;
import io.millrace.inference.domain.label.LabelStream.Window;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Label streams of pipeline {@code p}: {@code late} says the class, {@code at} in milliseconds when it came. */
public final class LabelStreamsOf {
    private LabelStreamsOf() {}

    /** Found by field {@code id}, within an hour. */
    public static LabelStream key(String name, String topic) {
        return of(name, topic, new Join.Key("id"), Duration.ofHours(1));
    }

    public static LabelStream of(String name, String topic, Join join, Duration delay) {
        return new LabelStream(
                name,
                "p",
                new Input(topic, InputFormat.JSON, "at", TimestampUnit.MS, Start.EARLIEST, Optional.empty()),
                "late",
                Map.of("late", FieldType.BOOL),
                join,
                delay,
                "",
                new Task.Classification(0.5),
                List.of(new Window("1h", Duration.ofHours(1))),
                "kind: Labels\nname: " + name + "\n");
    }
}
