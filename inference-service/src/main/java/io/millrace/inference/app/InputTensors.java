package io.millrace.inference.app;

import io.millrace.inference.app.FeatureLookup.Cell;
import io.millrace.inference.app.watch.NoveltyScorer;
import io.millrace.inference.domain.ModelDefinition.TensorType;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.RowScore.InputRow;
import io.millrace.inference.domain.RowScore.Invalid;
import io.millrace.inference.domain.ScoreRow;
import io.millrace.inference.domain.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The input tensors of one batch, filled row by row. A row that turns out to be invalid leaves no trace. Not thread-safe. */
final class InputTensors {
    private final Pipeline pipeline;
    private final List<ScoringPlan.Input> inputs;
    private final List<ByteBuffer> buffers;
    /** Of the same bytes, with positions of their own. */
    private final List<ByteBuffer> views = new ArrayList<>();

    /** Row by row, of inputs that are texts; empty of others. */
    private final List<List<byte[]>> texts = new ArrayList<>();

    private final BitSet imputed = new BitSet();
    private final MessageDigest sha256 = sha256();
    /** Of the row that was added last; made when somebody asks for its novelty. */
    private double[] columns = {};

    private int rows;

    InputTensors(Pipeline pipeline, ScoringPlan plan, int capacity) {
        this.pipeline = pipeline;
        this.inputs = plan.inputs();
        this.buffers = new ArrayList<>(inputs.size());
        for (ScoringPlan.Input input : inputs) {
            int bytes = Math.multiplyExact(capacity, rowBytes(input));
            buffers.add(ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN));
            views.add(buffers.getLast().duplicate());
            texts.add(input.type() == TensorType.STRING ? new ArrayList<>() : List.of());
        }
    }

    /**
     * Adds a row.
     *
     * @param cells one per feature of the pipeline, in its order
     * @return why the row cannot be scored, or null where it was added
     */
    @Nullable
    Invalid add(ScoreRow row, List<Cell> cells) {
        imputed.clear();
        for (int i = 0; i < inputs.size(); i++) {
            ScoringPlan.Input input = inputs.get(i);
            int at = rows * rowBytes(input);
            for (ScoringPlan.Source source : input.sources()) {
                Invalid invalid = input.type() == TensorType.STRING
                        ? putText(texts.get(i), source, row, cells)
                        : put(buffers.get(i), at, input.type(), source, row, cells);
                if (invalid != null) {
                    takeBack();
                    return invalid;
                }
                at += input.type().bytes();
            }
        }
        rows++;
        return null;
    }

    /** Forgets the texts of a row that was not added. */
    private void takeBack() {
        for (int i = 0; i < inputs.size(); i++) {
            List<byte[]> of = texts.get(i);
            if (!of.isEmpty()) {
                of.subList(rows * inputs.get(i).sources().size(), of.size()).clear();
            }
        }
    }

    int rows() {
        return rows;
    }

    /** Indexes of the features that were imputed in the row added last. */
    BitSet imputed() {
        return imputed;
    }

    /** SHA-256 of the row added last. */
    String hash() {
        for (int i = 0; i < inputs.size(); i++) {
            int bytes = rowBytes(inputs.get(i));
            ByteBuffer row = views.get(i);
            sha256.update(row.limit(rows * bytes).position((rows - 1) * bytes));
            if (inputs.get(i).type() == TensorType.STRING) {
                sha256.update(textsOf(i, rows - 1, rows, 1).data());
            }
        }
        return HexFormat.of().formatHex(sha256.digest());
    }

    /** How unlike the reference the row added last is; what was imputed counts as missing. */
    double novelty(NoveltyScorer scorer) {
        if (columns.length == 0) {
            columns = new double
                    [inputs.stream().mapToInt(input -> input.sources().size()).sum()];
        }
        double[] row = columns;
        int to = 0;
        for (int i = 0; i < inputs.size(); i++) {
            ScoringPlan.Input input = inputs.get(i);
            int at = (rows - 1) * rowBytes(input);
            for (ScoringPlan.Source source : input.sources()) {
                boolean stoodIn = source instanceof ScoringPlan.Source.Feature feature && imputed.get(feature.index());
                row[to++] = stoodIn ? Double.NaN : number(buffers.get(i), at, input.type());
                at += input.type().bytes();
            }
        }
        return scorer.score(row);
    }

    private static double number(ByteBuffer buffer, int at, TensorType type) {
        return switch (type) {
            case FLOAT32 -> buffer.getFloat(at);
            case FLOAT64 -> buffer.getDouble(at);
            case INT64 -> buffer.getLong(at);
            // A text is no number: to what looks at numbers it is missing.
            case STRING -> Double.NaN;
        };
    }

    /** The row added last. */
    List<InputRow> vector() {
        var vector = new ArrayList<InputRow>(inputs.size());
        for (int i = 0; i < inputs.size(); i++) {
            ScoringPlan.Input input = inputs.get(i);
            int columns = input.sources().size();
            if (input.type() == TensorType.STRING) {
                Tensor row = textsOf(i, rows - 1, rows, 1);
                vector.add(new InputRow(row.name(), row.datatype(), List.copyOf(RowValues.of(row))));
                continue;
            }
            int bytes = rowBytes(input);
            var row = new Tensor(
                    input.name(),
                    input.type().datatype(),
                    List.of((long) columns),
                    buffers.get(i).slice((rows - 1) * bytes, bytes));
            vector.add(new InputRow(
                    row.name(),
                    row.datatype(),
                    IntStream.range(0, columns).<Object>mapToObj(row::number).toList()));
        }
        return vector;
    }

    /** The tensors [rows, columns] of the rows that were added. */
    List<Tensor> tensors() {
        var filled = new ArrayList<Tensor>(buffers.size());
        for (int i = 0; i < inputs.size(); i++) {
            ScoringPlan.Input input = inputs.get(i);
            if (input.type() == TensorType.STRING) {
                filled.add(textsOf(i, 0, rows, rows));
                continue;
            }
            filled.add(new Tensor(
                    input.name(),
                    input.type().datatype(),
                    List.of((long) rows, (long) input.sources().size()),
                    buffers.get(i).slice(0, rows * rowBytes(input))));
        }
        return filled;
    }

    private Tensor textsOf(int input, int from, int to, int count) {
        int columns = inputs.get(input).sources().size();
        return Tensor.ofStrings(
                inputs.get(input).name(),
                List.of((long) count, (long) columns),
                texts.get(input).subList(from * columns, to * columns));
    }

    private @Nullable Invalid putText(List<byte[]> into, ScoringPlan.Source source, ScoreRow row, List<Cell> cells) {
        Object value;
        switch (source) {
            case ScoringPlan.Source.Request(String field) -> {
                value = row.fields().get(field);
                if (value == null) {
                    return RowCheck.invalid(InferenceReason.MISSING_FIELD, "request field '" + field + "' is missing");
                }
            }
            case ScoringPlan.Source.Feature feature -> {
                Cell cell = cells.get(feature.index());
                value = cell.status() == FeatureLookup.Status.PRESENT ? cell.value() : null;
                if (value == null) {
                    if (cell.status() == FeatureLookup.Status.BEFORE_RETENTION
                            || pipeline.missing() != Pipeline.Missing.IMPUTE) {
                        return missing(cell.status(), pipeline.features().get(feature.index()), row);
                    }
                    imputed.set(feature.index());
                    value = "";
                }
            }
        }
        into.add(CategoryText.of(value).getBytes(StandardCharsets.UTF_8));
        return null;
    }

    private @Nullable Invalid put(
            ByteBuffer buffer, int at, TensorType type, ScoringPlan.Source source, ScoreRow row, List<Cell> cells) {
        return switch (source) {
            case ScoringPlan.Source.Request(String field) -> {
                Object value = row.fields().get(field);
                yield value == null
                        ? RowCheck.invalid(InferenceReason.MISSING_FIELD, "request field '" + field + "' is missing")
                        : put(buffer, at, type, "request field", field, value);
            }
            case ScoringPlan.Source.Feature feature -> {
                Cell cell = cells.get(feature.index());
                String reference = pipeline.features().get(feature.index());
                Object value = cell.value();
                if (cell.status() == FeatureLookup.Status.PRESENT && value != null) {
                    yield put(buffer, at, type, "feature", reference, value);
                }
                if (cell.status() != FeatureLookup.Status.BEFORE_RETENTION
                        && pipeline.missing() == Pipeline.Missing.IMPUTE
                        && feature.impute().isPresent()) {
                    imputed.set(feature.index());
                    yield put(
                            buffer,
                            at,
                            type,
                            "feature",
                            reference,
                            feature.impute().getAsDouble());
                }
                yield missing(cell.status(), reference, row);
            }
        };
    }

    private static Invalid missing(FeatureLookup.Status status, String reference, ScoreRow row) {
        return switch (status) {
            case PRESENT, NOT_FOUND ->
                RowCheck.invalid(InferenceReason.FEATURE_MISSING, "feature '" + reference + "' has no value");
            case OUTSIDE_MAX_AGE ->
                RowCheck.invalid(InferenceReason.FEATURE_EXPIRED, "feature '" + reference + "' is older than its ttl");
            case BEFORE_RETENTION ->
                RowCheck.invalid(
                        InferenceReason.BEFORE_RETENTION,
                        "feature '" + reference + "' is not retained as of " + row.asOfMicros()
                                + " µs: the row is older than its view's retention reaches; score it from a training set,"
                                + " or give the view a version with a longer retention");
        };
    }

    private static @Nullable Invalid put(
            ByteBuffer buffer, int at, TensorType type, String what, String name, Object value) {
        if (value instanceof Boolean flag) {
            return put(buffer, at, type, what, name, flag ? 1L : 0L);
        }
        if (!(value instanceof Number number)) {
            return RowCheck.invalid(InferenceReason.WRONG_TYPE, what + " '" + name + "' is no number");
        }
        double real = number.doubleValue();
        if (!Double.isFinite(type == TensorType.FLOAT32 ? (float) real : real)) {
            return RowCheck.invalid(
                    InferenceReason.NOT_FINITE, what + " '" + name + "' is not finite as " + type + ": " + number);
        }
        switch (type) {
            case FLOAT32 -> buffer.putFloat(at, (float) real);
            case FLOAT64 -> buffer.putDouble(at, real);
            case INT64 -> {
                if (number instanceof Double && (Math.rint(real) != real || Math.abs(real) > 0x1p53)) {
                    return RowCheck.invalid(
                            InferenceReason.WRONG_TYPE, what + " '" + name + "' is no whole number: " + number);
                }
                buffer.putLong(at, number.longValue());
            }
            case STRING -> throw new IllegalStateException("texts are put elsewhere");
        }
        return null;
    }

    private static int rowBytes(ScoringPlan.Input input) {
        return input.sources().size() * input.type().bytes();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
