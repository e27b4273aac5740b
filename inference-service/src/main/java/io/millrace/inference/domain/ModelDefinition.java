package io.millrace.inference.domain;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What a version of a model is, as its {@code model.yaml} says: which file, and what goes into which tensor.
 *
 * @param file name of the model file, beside {@code model.yaml}
 * @param digest SHA-256 of the file in lower-case hex
 * @param size of the file in bytes, where it is said
 * @param inputs the tensors that pipelines fill, with what goes into their columns; none where the model is there for calls with tensors alone
 * @param output the prediction among what the model gives; there where {@code inputs} is not empty
 * @param serving how it is run
 * @param reference the rows that it was made with, where they lie beside it
 */
public record ModelDefinition(
        String name,
        String version,
        Engine engine,
        String file,
        String digest,
        OptionalLong size,
        List<Input> inputs,
        Optional<Output> output,
        ModelServing serving,
        Optional<Reference> reference) {
    public ModelDefinition {
        inputs = List.copyOf(inputs);
    }

    /** Of a model that brings no reference. */
    public ModelDefinition(
            String name,
            String version,
            Engine engine,
            String file,
            String digest,
            OptionalLong size,
            List<Input> inputs,
            Optional<Output> output,
            ModelServing serving) {
        this(name, version, engine, file, digest, size, inputs, output, serving, Optional.empty());
    }

    /** Of an ONNX file, and of a model that says nothing of how it is run. */
    public ModelDefinition(
            String name, String version, String file, String digest, List<Input> inputs, Optional<Output> output) {
        this(
                name,
                version,
                Engine.ONNXRUNTIME,
                file,
                digest,
                OptionalLong.empty(),
                inputs,
                output,
                ModelServing.UNSAID);
    }

    /**
     * Rows that later ones are compared with.
     *
     * @param file beside {@code model.yaml}
     * @param digest SHA-256 of the file in lower-case hex, where it is said
     * @param score the column that holds the model's predictions, where there is one
     */
    public record Reference(String file, RowFormat format, Optional<String> digest, Optional<String> score) {}

    /** How rows of a reference are written. */
    public enum RowFormat {
        PARQUET,
        CSV
    }

    /** What runs the file, and thereby what format it is of; written in lower case. */
    public enum Engine {
        /** ONNX, by ONNX Runtime. */
        ONNXRUNTIME,
        /** XGBoost's own JSON or UBJSON, which is converted to ONNX when it is loaded. */
        XGBOOST,
        /** TorchScript, by PyTorch, where that is installed. */
        PYTORCH
    }

    /** An input tensor [rows, columns]. */
    public record Input(String name, TensorType type, List<Column> columns) {
        public Input {
            columns = List.copyOf(columns);
        }
    }

    /** Element types of input tensors, written in lower case. */
    public enum TensorType {
        FLOAT32(Datatype.FP32),
        FLOAT64(Datatype.FP64),
        INT64(Datatype.INT64),
        /** Texts, as UTF-8. */
        STRING(Datatype.BYTES);

        private final Datatype datatype;

        TensorType(Datatype datatype) {
            this.datatype = datatype;
        }

        /** What fills tensors of this type; empty where pipelines do not. */
        public static Optional<TensorType> of(Datatype datatype) {
            return Arrays.stream(values())
                    .filter(type -> type.datatype == datatype)
                    .findFirst();
        }

        public Datatype datatype() {
            return datatype;
        }

        /** Size of one element; 0 of texts. */
        public int bytes() {
            return datatype.bytes();
        }
    }

    /** Where a column's value comes from. */
    public sealed interface Column {
        /** A feature; {@code impute} stands in where it is missing and the pipeline allows that. */
        record Feature(String reference, OptionalDouble impute) implements Column {}

        /** A field of the event or request. */
        record Request(String field) implements Column {}
    }

    /** The output tensor, and the column of it that is the prediction, from 0. */
    public record Output(String tensor, int column) {}

    /** The features that the model needs, in the order in which its inputs name them. */
    public Set<String> features() {
        var features = new LinkedHashSet<String>();
        for (Input input : inputs) {
            for (Column column : input.columns()) {
                if (column instanceof Column.Feature feature) {
                    features.add(feature.reference());
                }
            }
        }
        return features;
    }

    /** The request fields that the model needs, in the order in which its inputs name them. */
    public Set<String> requestFields() {
        var fields = new LinkedHashSet<String>();
        for (Input input : inputs) {
            for (Column column : input.columns()) {
                if (column instanceof Column.Request request) {
                    fields.add(request.field());
                }
            }
        }
        return fields;
    }
}
