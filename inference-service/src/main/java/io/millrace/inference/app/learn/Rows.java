package io.millrace.inference.app.learn;

import io.millrace.inference.app.CategoryText;
import io.millrace.inference.domain.ModelDefinition;
import io.millrace.inference.domain.learn.OnlineModel;
import io.millrace.inference.domain.learn.OnlineModel.Column;
import io.millrace.models.kernel.learn.Example;
import io.millrace.models.kernel.learn.FeatureSpace;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** Makes rows of an online model of what predictions knew. */
final class Rows {
    private final List<Column> numbers;
    private final List<Column> categories;
    private final FeatureSpace space;

    /** What values make. */
    sealed interface Read {}

    /**
     * A row.
     *
     * @param numbers of the numeric columns, in order
     * @param texts of the others, in order; empty where it was missing
     */
    record Row(double[] numbers, String[] texts) implements Read {
        void write(DataOutput out) throws IOException {
            for (double number : numbers) {
                out.writeDouble(number);
            }
            for (String text : texts) {
                byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
                out.writeInt(bytes.length);
                out.write(bytes);
            }
        }
    }

    /** No row. */
    record Unusable(LearnResult why) implements Read {}

    Rows(OnlineModel model) {
        numbers = model.numbers();
        categories = model.categories();
        space = model.space();
    }

    FeatureSpace space() {
        return space;
    }

    Example example(Row row) {
        return space.example(row.numbers(), row.texts());
    }

    /** Takes what is missing as the model imputes it; a missing text is the empty one. */
    Read read(Map<String, Object> values) {
        double[] found = new double[numbers.size()];
        for (int i = 0; i < found.length; i++) {
            Object value = value(values, numbers.get(i));
            if (value == null) {
                OptionalDouble impute = imputed(numbers.get(i));
                if (impute.isEmpty()) {
                    return new Unusable(LearnResult.FEATURE_MISSING);
                }
                found[i] = impute.getAsDouble();
            } else if (value instanceof Boolean flag) {
                found[i] = flag ? 1 : 0;
            } else if (value instanceof Number number) {
                found[i] = number.doubleValue();
            } else {
                return new Unusable(LearnResult.NOT_A_NUMBER);
            }
        }
        String[] texts = new String[categories.size()];
        for (int i = 0; i < texts.length; i++) {
            Object value = value(values, categories.get(i));
            texts[i] = value == null ? "" : CategoryText.of(value);
        }
        return new Row(found, texts);
    }

    /** A row in which every number is this, or what is imputed where it is NaN, and every text is empty. */
    Row made(double number) {
        double[] found = new double[numbers.size()];
        for (int i = 0; i < found.length; i++) {
            found[i] = Double.isNaN(number) ? imputed(numbers.get(i)).orElse(0) : number;
        }
        String[] texts = new String[categories.size()];
        java.util.Arrays.fill(texts, "");
        return new Row(found, texts);
    }

    Row read(DataInput in) throws IOException {
        double[] found = new double[numbers.size()];
        for (int i = 0; i < found.length; i++) {
            found[i] = in.readDouble();
        }
        String[] texts = new String[categories.size()];
        for (int i = 0; i < texts.length; i++) {
            byte[] bytes = new byte[in.readInt()];
            in.readFully(bytes);
            texts[i] = new String(bytes, StandardCharsets.UTF_8);
        }
        return new Row(found, texts);
    }

    private static OptionalDouble imputed(Column column) {
        return column.from() instanceof ModelDefinition.Column.Feature feature
                ? feature.impute()
                : OptionalDouble.empty();
    }

    private static @Nullable Object value(Map<String, Object> values, Column column) {
        Object value = values.get(column.name());
        if (value != null || column.from() instanceof ModelDefinition.Column.Request) {
            return value;
        }
        return FeatureNames.of(values.keySet(), column.name()).map(values::get).orElse(null);
    }
}
