package io.millrace.inference.app.explain;

import io.millrace.inference.domain.Datatype;
import io.millrace.inference.domain.GoldenRequest;
import io.millrace.inference.domain.ModelDefinition;
import io.millrace.inference.domain.ModelDefinition.Column;
import io.millrace.inference.domain.ModelDefinition.Input;
import io.millrace.inference.domain.ModelDefinition.TensorType;
import io.millrace.inference.domain.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A model's rows as numbers: the columns of all inputs of its definition behind each other, and as the tensors that they are for the model. */
public final class Rows {
    private Rows() {}

    /** How many columns a row has. */
    public static int width(ModelDefinition definition) {
        return definition.inputs().stream()
                .mapToInt(input -> input.columns().size())
                .sum();
    }

    /** Features by reference, request fields by name. */
    public static List<String> names(ModelDefinition definition) {
        return columns(definition).stream().map(Rows::name).toList();
    }

    public static List<Column> columns(ModelDefinition definition) {
        return definition.inputs().stream()
                .flatMap(input -> input.columns().stream())
                .toList();
    }

    private static String name(Column column) {
        return switch (column) {
            case Column.Feature(String reference, var _) -> reference;
            case Column.Request(String field) -> field;
        };
    }

    /** By column. */
    public static TensorType[] types(ModelDefinition definition) {
        return definition.inputs().stream()
                .flatMap(input -> input.columns().stream().map(_ -> input.type()))
                .toArray(TensorType[]::new);
    }

    /** What a column of the type holds of a value. */
    public static double held(TensorType type, double value) {
        return switch (type) {
            case FLOAT32 -> (float) value;
            case FLOAT64 -> value;
            case INT64, STRING -> Math.rint(value);
        };
    }

    /** Rows of a model that takes no texts, as it takes them. */
    public static List<Tensor> tensors(ModelDefinition definition, double[][] rows) {
        return tensors(definition, rows, new Texts());
    }

    /** Rows as the model takes them. */
    public static List<Tensor> tensors(ModelDefinition definition, double[][] rows, Texts texts) {
        var tensors = new ArrayList<Tensor>(definition.inputs().size());
        int from = 0;
        for (Input input : definition.inputs()) {
            int columns = input.columns().size();
            List<Long> shape = List.of((long) rows.length, (long) columns);
            if (input.type() == TensorType.STRING) {
                var elements = new ArrayList<byte[]>(rows.length * columns);
                for (double[] row : rows) {
                    for (int i = 0; i < columns; i++) {
                        elements.add(texts.text(row[from + i]));
                    }
                }
                tensors.add(Tensor.ofStrings(input.name(), shape, elements));
                from += columns;
                continue;
            }
            ByteBuffer data = ByteBuffer.allocateDirect(Math.multiplyExact(
                            rows.length * columns, input.type().bytes()))
                    .order(ByteOrder.LITTLE_ENDIAN);
            for (double[] row : rows) {
                for (int i = 0; i < columns; i++) {
                    switch (input.type()) {
                        case FLOAT32 -> data.putFloat((float) row[from + i]);
                        case FLOAT64 -> data.putDouble(row[from + i]);
                        case INT64 -> data.putLong((long) row[from + i]);
                        case STRING -> throw new IllegalStateException("texts are no numbers");
                    }
                }
            }
            tensors.add(new Tensor(input.name(), input.type().datatype(), shape, data.flip()));
            from += columns;
        }
        return tensors;
    }

    /** The rows of tensors [rows, columns] as a pipeline fills them, in the order of the definition's inputs. */
    public static double[][] of(List<Tensor> tensors, int rows, Texts texts) {
        int width = 0;
        for (Tensor tensor : tensors) {
            width += tensor.elements() / rows;
        }
        double[][] all = new double[rows][width];
        int from = 0;
        for (Tensor tensor : tensors) {
            int columns = tensor.elements() / rows;
            if (tensor.datatype() == Datatype.BYTES) {
                List<ByteBuffer> strings = tensor.strings();
                for (int i = 0; i < strings.size(); i++) {
                    all[i / columns][from + i % columns] = texts.number(strings.get(i));
                }
                from += columns;
                continue;
            }
            for (int row = 0; row < rows; row++) {
                for (int i = 0; i < columns; i++) {
                    all[row][from + i] = tensor.number(row * columns + i).doubleValue();
                }
            }
            from += columns;
        }
        return all;
    }

    /** The finite rows of golden requests that are of the form that pipelines fill. */
    public static List<double[]> of(ModelDefinition definition, List<GoldenRequest> golden) {
        var rows = new ArrayList<double[]>();
        for (GoldenRequest request : golden) {
            of(definition, request).ifPresent(given -> rows.addAll(List.of(given)));
        }
        return rows;
    }

    private static Optional<double[][]> of(ModelDefinition definition, GoldenRequest request) {
        var tensors = new ArrayList<Tensor>();
        long rows = -1;
        for (Input input : definition.inputs()) {
            Optional<Tensor> tensor = request.inputs().stream()
                    .filter(given -> given.name().equals(input.name()))
                    .findFirst();
            if (input.type() == TensorType.STRING
                    || tensor.isEmpty()
                    || tensor.get().datatype() != input.type().datatype()
                    || tensor.get().shape().size() != 2
                    || tensor.get().shape().get(1) != input.columns().size()) {
                return Optional.empty();
            }
            long size = tensor.get().shape().getFirst();
            if (size == 0 || rows >= 0 && size != rows) {
                return Optional.empty();
            }
            rows = size;
            tensors.add(tensor.get());
        }
        if (rows < 0) {
            return Optional.empty();
        }
        double[][] read = of(tensors, (int) rows, new Texts());
        for (double[] row : read) {
            for (double value : row) {
                if (!Double.isFinite(value)) {
                    return Optional.empty();
                }
            }
        }
        return Optional.of(read);
    }

    /** A row of what stands in where features are missing; where nothing does, as for request fields, the first golden request's value, or 0. */
    public static double[] usual(ModelDefinition definition, List<GoldenRequest> golden) {
        List<double[]> known = of(definition, golden);
        List<Column> columns = columns(definition);
        double[] usual = new double[columns.size()];
        for (int i = 0; i < usual.length; i++) {
            double otherwise = known.isEmpty() ? 0 : known.getFirst()[i];
            usual[i] = columns.get(i) instanceof Column.Feature feature
                    ? feature.impute().orElse(otherwise)
                    : otherwise;
        }
        return usual;
    }
}
