package io.millrace.local.demo;

import io.millrace.local.measure.Scores;
import io.millrace.local.platform.CommandFailure;
import io.millrace.local.replay.Event;
import io.millrace.local.training.FeatureReader;
import io.millrace.local.training.LogisticModel;
import io.millrace.local.training.ModelFolder;
import io.millrace.local.training.OnnxFile;
import io.millrace.local.training.PipelineShape;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/** Fits a pipeline's model on asks whose outcome is known, with the features that serving gives for them. */
final class Training {
    /** Above this ONNX Runtime and Tribuo do not mean the same model. */
    private static final double LARGEST_DIFFERENCE = 1e-5;

    private static final int BATCH = 500;
    private static final double HELD = 0.1;
    private static final Duration COMPLETE_WITHIN = Duration.ofSeconds(5);

    private final PipelineShape pipeline;
    private final FeatureReader reader;

    Training(PipelineShape pipeline, FeatureReader reader) {
        this.pipeline = pipeline;
        this.reader = reader;
    }

    /**
     * What training gave.
     *
     * @param held rows that were kept out of the fit, the last ones in time, and how the model does on them
     * @param baseRate share of true outcomes among the rows that were fitted
     * @param difference the largest between ONNX Runtime and Tribuo on the held rows
     * @param second another version, which nobody has published yet
     */
    record Result(
            String digest, int rows, int held, double heldAuc, double baseRate, double difference, Candidate second) {}

    /** A model that could be published: the rows that it was fitted on, and how it does on those that were held out. */
    record Candidate(LogisticModel model, byte[] onnx, List<double[]> rows, double heldAuc) {}

    /** Waits until everything that was sent is in the features. */
    void awaitApplied(Event probe, LongConsumer waiting) {
        long rounds = 0;
        while (!reader.read(List.of(probe), COMPLETE_WITHIN).complete()) {
            waiting.accept(rounds++);
            if (rounds > 60) {
                throw CommandFailure.failed("feature-service did not apply the history within 5 minutes");
            }
        }
    }

    /** Reads the training rows in batches, fits, compares ONNX Runtime with Tribuo and publishes the version. */
    Result run(List<Event> asks, ModelFolder models, LongConsumer progress) {
        double[][] rows = rows(asks, progress);
        boolean[] labels = new boolean[asks.size()];
        for (int row = 0; row < labels.length; row++) {
            labels[row] = asks.get(row).outcome();
        }
        int fitted = rows.length - (int) Math.floor(rows.length * HELD);
        Candidate first = fit(rows, labels, 0, fitted);
        Candidate second = fit(rows, labels, fitted / 2, fitted);
        double[][] held = Arrays.copyOfRange(rows, fitted, rows.length);
        double difference = Math.max(difference(first, held), difference(second, held));
        int positives = 0;
        for (int row = 0; row < fitted; row++) {
            positives += labels[row] ? 1 : 0;
        }
        String digest = models.publish(pipeline, pipeline.modelVersion(), first.model(), first.onnx(), first.rows());
        return new Result(
                digest, fitted, held.length, first.heldAuc(), (double) positives / fitted, difference, second);
    }

    /** Fits on the rows from {@code from} to {@code to}; the ones behind are held out. */
    private Candidate fit(double[][] rows, boolean[] labels, int from, int to) {
        LogisticModel model;
        double[][] fitted = Arrays.copyOfRange(rows, from, to);
        try {
            model = LogisticModel.fit(columns(), fitted, Arrays.copyOfRange(labels, from, to));
        } catch (IllegalArgumentException e) {
            throw CommandFailure.failed(e.getMessage() + "; take more events");
        }
        var scores = new Scores();
        for (int row = to; row < rows.length; row++) {
            scores.add(model.probability(rows[row]), labels[row]);
        }
        return new Candidate(model, OnnxFile.of(model), List.of(fitted), scores.auc());
    }

    private static double difference(Candidate candidate, double[][] held) {
        double difference = OnnxFile.largestDifference(candidate.model(), candidate.onnx(), held);
        if (difference > LARGEST_DIFFERENCE) {
            throw CommandFailure.failed("ONNX Runtime and Tribuo differ by " + difference + " on the trained model");
        }
        return difference;
    }

    private List<String> columns() {
        return Stream.concat(pipeline.features().stream(), pipeline.request().stream())
                .toList();
    }

    private double[][] rows(List<Event> asks, LongConsumer progress) {
        var rows = new ArrayList<double[]>();
        for (int from = 0; from < asks.size(); from += BATCH) {
            List<Event> batch = asks.subList(from, Math.min(asks.size(), from + BATCH));
            double[][] features = reader.read(batch, Duration.ZERO).values();
            for (int row = 0; row < batch.size(); row++) {
                rows.add(withRequest(features[row], batch.get(row)));
            }
            progress.accept(rows.size());
        }
        return rows.toArray(double[][]::new);
    }

    private double[] withRequest(double[] features, Event ask) {
        double[] row =
                Arrays.copyOf(features, features.length + pipeline.request().size());
        for (int field = 0; field < pipeline.request().size(); field++) {
            Object value = ask.fields().get(pipeline.request().get(field));
            row[features.length + field] = value instanceof Number number ? number.doubleValue() : Double.NaN;
        }
        return row;
    }
}
