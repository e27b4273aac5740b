package io.millrace.inference.kafka;

import io.millrace.inference.app.label.LabelTelemetry;
import io.millrace.inference.sample.LabelStreamsOf;
import io.millrace.inference.store.FoldFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/** The owner of a label stream as a process of its own, to be killed. */
public final class LabelProcess {
    private LabelProcess() {}

    /** Arguments: bootstrap servers, file of the pipeline's definition, name and topic of the labels, folder of states. */
    public static void main(String[] arguments) throws Exception {
        LabelSettings settings = LabelStage.settings(arguments[0]);
        var streams = new KafkaLabelStreams(
                settings, new FoldFiles(Path.of(arguments[4])), LabelTelemetry.NONE, Optional.empty());
        streams.start(
                LabelStreamsOf.key(arguments[2], arguments[3]),
                Stage.pipeline(Files.readString(Path.of(arguments[1]))),
                () -> List.of(new SumFold("sum", "1")),
                null);
        System.out.println("started");
        new CountDownLatch(1).await();
    }
}
