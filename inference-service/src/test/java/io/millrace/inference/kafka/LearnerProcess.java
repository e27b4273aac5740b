package io.millrace.inference.kafka;

import io.millrace.inference.app.EventLog;
import io.millrace.inference.app.label.FoldFeed.Keeping;
import io.millrace.inference.app.label.LabelTelemetry;
import io.millrace.inference.app.learn.LearnerCommands.Asked;
import io.millrace.inference.app.learn.LearnerFold;
import io.millrace.inference.app.learn.OnlineModels;
import io.millrace.inference.domain.Pipeline.Missing;
import io.millrace.inference.sample.KnownDefinitions;
import io.millrace.inference.sample.LabelStreamsOf;
import io.millrace.inference.sample.Pipelines;
import io.millrace.inference.store.FoldFiles;
import io.millrace.inference.store.SnapshotFolder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/** A replica that feeds an online model, as a process of its own, to be killed. */
public final class LearnerProcess {
    private LearnerProcess() {}

    /** Arguments: bootstrap servers, labels, folder of states, folder of models. */
    public static void main(String[] arguments) throws Exception {
        var streams = new KafkaLabelStreams(
                settings(arguments[0]), new FoldFiles(Path.of(arguments[2])), LabelTelemetry.NONE, Optional.empty());
        streams.start(
                LabelStreamsOf.key(arguments[1], "labels-in"),
                Pipelines.of(Missing.IMPUTE),
                () -> List.of(fold(Path.of(arguments[3]))),
                null);
        new CountDownLatch(1).await();
    }

    static LearnerFold fold(Path models) {
        return OnlineModels.fold(
                OnlineModels.withTexts(
                        "algorithm: logistic-regression", "snapshot: {every: 700, keep: 4}\nguard: {window: 300}"),
                new SnapshotFolder(models),
                KnownDefinitions.NONE,
                _ -> Asked.NOTHING,
                EventLog.NONE);
    }

    static LabelSettings settings(String bootstrapServers) {
        return new LabelSettings(
                Stage.settings(bootstrapServers, 0, 200),
                1_000_000,
                Duration.ofHours(1),
                Duration.ofDays(1),
                Duration.ofDays(1),
                new Keeping(53, Duration.ofMillis(200)));
    }
}
