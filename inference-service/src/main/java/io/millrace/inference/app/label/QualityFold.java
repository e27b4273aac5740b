package io.millrace.inference.app.label;

import io.millrace.inference.app.label.Quality.Measures;
import io.millrace.inference.app.label.Quality.Version;
import io.millrace.inference.domain.label.LabelStream;
import io.millrace.inference.domain.label.LabelStream.Task;
import io.millrace.inference.domain.label.LabelStream.Window;
import io.millrace.inference.domain.label.Outcome;
import io.millrace.inference.domain.label.Outcome.Labelled;
import io.millrace.inference.domain.label.Outcome.Predicted;
import io.millrace.inference.domain.label.Outcome.Prediction;
import io.millrace.inference.domain.label.Outcome.Unlabelled;
import io.millrace.models.kernel.measure.ClassificationWindow;
import io.millrace.models.kernel.measure.RegressionWindow;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Measures the predictions of each model version over sliding windows of their times. Of the versions that predicted last, {@value #MOST} are kept. Thread-safe. */
public final class QualityFold implements OutcomeFold {
    public static final String NAME = "quality";

    static final int MOST = 32;

    /** A window slides in so many steps. */
    static final int TILES = 60;

    private final LabelStream labels;
    private final LabelTelemetry telemetry;
    private final Map<Subject, Measured> subjects = new TreeMap<>();
    private long newest = Long.MIN_VALUE;
    private long next;

    private record Subject(String model, String version, String shadow) implements Comparable<Subject> {
        static Subject of(Prediction prediction) {
            return new Subject(prediction.model().name(), prediction.model().version(), prediction.shadow());
        }

        @Override
        public int compareTo(Subject other) {
            return Comparator.comparing(Subject::model)
                    .thenComparing(Subject::version)
                    .thenComparing(Subject::shadow)
                    .compare(this, other);
        }
    }

    /** One window of one version. */
    private sealed interface Sliding {
        record Classes(ClassificationWindow window) implements Sliding {}

        record Numbers(RegressionWindow window) implements Sliding {}
    }

    private static final class Measured {
        private final List<Sliding> windows;
        private long last = Long.MIN_VALUE;

        Measured(List<Sliding> windows) {
            this.windows = windows;
        }
    }

    QualityFold(LabelStream labels, LabelTelemetry telemetry) {
        this.labels = labels;
        this.telemetry = telemetry;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String fingerprint() {
        return "1 " + labels.task() + " " + labels.windows();
    }

    @Override
    public synchronized void fold(Outcome outcome, long offset) {
        next = offset + 1;
        Prediction prediction = outcome.prediction();
        Measured measured = measured(Subject.of(prediction));
        switch (outcome) {
            case Predicted _ -> {
                newest = Math.max(newest, prediction.micros());
                measured.last = Math.max(measured.last, prediction.micros());
                for (Sliding window : measured.windows) {
                    predicted(window, prediction.micros());
                }
            }
            case Labelled(Prediction of, double label, long micros, String _) -> {
                for (Sliding window : measured.windows) {
                    labelled(window, of, label, micros);
                }
            }
            case Unlabelled _ -> {
                // It counts among the predictions and stays without a label.
            }
        }
    }

    private static void predicted(Sliding window, long micros) {
        switch (window) {
            case Sliding.Classes(ClassificationWindow classes) -> classes.predicted(micros);
            case Sliding.Numbers(RegressionWindow numbers) -> numbers.predicted(micros);
        }
    }

    private static void labelled(Sliding window, Prediction of, double label, long micros) {
        switch (window) {
            case Sliding.Classes(ClassificationWindow classes) ->
                classes.labelled(of.micros(), of.value(), label > 0.5, micros);
            case Sliding.Numbers(RegressionWindow numbers) -> numbers.labelled(of.micros(), of.value(), label, micros);
        }
    }

    private Measured measured(Subject subject) {
        Measured known = subjects.get(subject);
        if (known != null) {
            return known;
        }
        if (subjects.size() >= MOST) {
            subjects.entrySet().stream()
                    .min(Comparator.comparingLong(entry -> entry.getValue().last))
                    .map(Map.Entry::getKey)
                    .ifPresent(subjects::remove);
        }
        var made = new Measured(labels.windows().stream().map(this::sliding).toList());
        subjects.put(subject, made);
        return made;
    }

    private Sliding sliding(Window window) {
        long tile = Math.max(1, window.length().toMillis() * 1_000 / TILES);
        return switch (labels.task()) {
            case Task.Classification(double threshold) ->
                new Sliding.Classes(new ClassificationWindow(threshold, tile, TILES));
            case Task.Regression(double quantile) -> new Sliding.Numbers(new RegressionWindow(quantile, tile, TILES));
        };
    }

    /** What is known now. */
    public synchronized Quality quality() {
        var versions = new ArrayList<Version>();
        subjects.forEach((subject, measured) -> {
            var windows = new ArrayList<Quality.Window>();
            for (int i = 0; i < measured.windows.size(); i++) {
                windows.add(new Quality.Window(labels.windows().get(i).name(), measures(measured.windows.get(i))));
            }
            versions.add(new Version(subject.model(), subject.version(), subject.shadow(), windows));
        });
        return new Quality(newest == Long.MIN_VALUE ? 0 : newest, next, versions);
    }

    private Measures measures(Sliding window) {
        return switch (labels.task()) {
            case Task.Classification(double threshold)
            when window instanceof Sliding.Classes(var classes) ->
                new Measures.OfClasses(threshold, classes.measures(newest));
            case Task.Regression(double quantile)
            when window instanceof Sliding.Numbers(var numbers) ->
                new Measures.OfNumbers(quantile, numbers.measures(newest));
            case Task task -> throw new IllegalStateException("a window of another task than " + task);
        };
    }

    @Override
    public void kept(long offset) {
        telemetry.quality(labels.name(), quality());
    }

    @Override
    public synchronized void write(DataOutput out) throws IOException {
        out.writeLong(newest);
        out.writeLong(next);
        out.writeInt(subjects.size());
        for (Map.Entry<Subject, Measured> each : subjects.entrySet()) {
            out.writeUTF(each.getKey().model());
            out.writeUTF(each.getKey().version());
            out.writeUTF(each.getKey().shadow());
            out.writeLong(each.getValue().last);
            for (Sliding window : each.getValue().windows) {
                switch (window) {
                    case Sliding.Classes(ClassificationWindow classes) -> classes.write(out);
                    case Sliding.Numbers(RegressionWindow numbers) -> numbers.write(out);
                }
            }
        }
    }

    @Override
    public synchronized void read(DataInput in) throws IOException {
        newest = in.readLong();
        next = in.readLong();
        int count = in.readInt();
        for (int i = 0; i < count; i++) {
            var subject = new Subject(in.readUTF(), in.readUTF(), in.readUTF());
            long last = in.readLong();
            var windows = new ArrayList<Sliding>();
            for (int j = 0; j < labels.windows().size(); j++) {
                windows.add(
                        switch (labels.task()) {
                            case Task.Classification _ -> new Sliding.Classes(ClassificationWindow.read(in));
                            case Task.Regression _ -> new Sliding.Numbers(RegressionWindow.read(in));
                        });
            }
            var measured = new Measured(windows);
            measured.last = last;
            subjects.put(subject, measured);
        }
    }
}
