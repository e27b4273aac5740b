package io.millrace.inference.app.ensemble;

import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.ValueType;
import io.millrace.gate.Refusal;
import io.millrace.inference.app.RowValues;
import io.millrace.inference.domain.Datatype;
import io.millrace.inference.domain.Tensor;
import io.millrace.inference.domain.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A tensor as a variable of an expression: a value for each row, or a list of them where it has several columns. */
final class RowColumn {
    private RowColumn() {}

    /** The variable's type; empty where a tensor of this form is none. */
    static Optional<ValueType> type(TensorSpec spec) {
        ValueType element = element(spec.datatype());
        return switch (spec.shape().size()) {
            case 1 -> Optional.of(element);
            case 2 -> isScalar(spec) ? Optional.of(element) : element.list();
            default -> Optional.empty();
        };
    }

    /** What an expression has to give for an element of this type. */
    static ValueType element(Datatype datatype) {
        return switch (datatype) {
            case BOOL -> ValueType.BOOL;
            case UINT8, UINT16, UINT32, UINT64, INT8, INT16, INT32, INT64 -> ValueType.INT64;
            case FP16, BF16, FP32, FP64 -> ValueType.DOUBLE;
            case BYTES -> ValueType.STRING;
        };
    }

    private static boolean isScalar(TensorSpec spec) {
        return spec.shape().size() == 1 || spec.shape().get(1) == 1;
    }

    /**
     * The variable's value of each row.
     *
     * @throws Refusal INVALID_TENSOR for bytes that are not UTF-8 and for UINT64 beyond a long
     */
    static List<FeatureValue> values(TensorSpec spec, Tensor tensor, int rows) {
        List<Object> elements = RowValues.of(tensor);
        var values = new ArrayList<FeatureValue>(rows);
        if (isScalar(spec)) {
            elements.forEach(element -> values.add(value(element)));
            return values;
        }
        int columns = rows == 0 ? 0 : elements.size() / rows;
        for (int row = 0; row < rows; row++) {
            values.add(new FeatureValue.Many(elements.subList(row * columns, (row + 1) * columns).stream()
                    .map(RowColumn::value)
                    .toList()));
        }
        return values;
    }

    private static FeatureValue value(Object element) {
        return switch (element) {
            case Boolean flag -> new FeatureValue.Bool(flag);
            case Long whole -> new FeatureValue.Int(whole);
            case Double real -> new FeatureValue.Real(real);
            case String text -> new FeatureValue.Text(text);
            default -> throw new IllegalArgumentException("no element: " + element.getClass());
        };
    }
}
