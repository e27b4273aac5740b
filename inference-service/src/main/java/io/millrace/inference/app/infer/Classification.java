package io.millrace.inference.app.infer;

import io.millrace.inference.app.RowValues;
import io.millrace.inference.domain.Datatype;
import io.millrace.inference.domain.Tensor;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** Triton's classification extension: of each row the largest values, as the texts {@code value:index}. */
final class Classification {
    private Classification() {}

    /**
     * The classes of a tensor of numbers.
     *
     * @param rows whether the first dimension counts rows; else the whole tensor is one
     * @param classes at least 1; no more than there are come out
     * @return BYTES [rows, classes], or [classes]; the largest first, and among equals the lower index; NaN last
     */
    static Tensor of(Tensor output, boolean rows, int classes) {
        List<Object> values = RowValues.of(output);
        int count = rows && !output.shape().isEmpty()
                ? Math.toIntExact(output.shape().getFirst())
                : 1;
        int width = count == 0 ? 0 : values.size() / count;
        int kept = Math.min(classes, width);
        var texts = new ArrayList<byte[]>(count * kept);
        for (int row = 0; row < count; row++) {
            List<Object> candidates = values.subList(row * width, (row + 1) * width);
            IntStream.range(0, width)
                    .boxed()
                    .sorted(Comparator.comparingDouble((Integer i) -> -rank(candidates.get(i))))
                    .limit(kept)
                    .map(i -> text(output.datatype(), candidates.get(i)) + ":" + i)
                    .map(text -> text.getBytes(StandardCharsets.UTF_8))
                    .forEach(texts::add);
        }
        List<Long> shape = rows ? List.of((long) count, (long) kept) : List.of((long) kept);
        return Tensor.ofStrings(output.name(), shape, texts);
    }

    private static double rank(Object value) {
        return switch (value) {
            case Boolean flag -> flag ? 1 : 0;
            case Number number -> Double.isNaN(number.doubleValue()) ? Double.NEGATIVE_INFINITY : number.doubleValue();
            default -> throw new IllegalArgumentException("texts have no classes");
        };
    }

    /** Floats with six decimals, as C++'s {@code std::to_string} writes them. */
    private static String text(Datatype type, Object value) {
        return switch (type) {
            case FP16, BF16, FP32, FP64 -> String.format(Locale.ROOT, "%f", ((Number) value).doubleValue());
            case BOOL -> (Boolean) value ? "1" : "0";
            default -> value.toString();
        };
    }
}
