package io.millrace.inference.engine.xgboost;

import ai.onnx.proto.OnnxMl.ModelProto;
import io.millrace.inference.app.LoadedModel;
import io.millrace.inference.app.ModelRefusedException;
import io.millrace.inference.domain.ModelDefinition;
import io.millrace.inference.domain.ModelDefinition.Column;
import io.millrace.inference.domain.ModelDefinition.Input;
import io.millrace.inference.domain.ModelFault;
import java.nio.ByteBuffer;
import java.util.List;

/** A model of XGBoost on its way to ONNX. */
public final class XgboostConversion {
    private final Forest forest;

    private XgboostConversion(Forest forest) {
        this.forest = forest;
    }

    /**
     * Reads a model file.
     *
     * @throws ModelRefusedException NOT_THIS_FORMAT, NOT_CONVERTIBLE; SIGNATURE_MISMATCH where the file names its features in another order than the definition
     */
    public static XgboostConversion of(ByteBuffer content, ModelDefinition definition) throws ModelRefusedException {
        Forest forest = ForestReader.read(content);
        for (Input input : definition.inputs()) {
            checkNames(
                    forest.names(),
                    input.columns().stream().map(XgboostConversion::name).toList());
        }
        return new XgboostConversion(forest);
    }

    /** The model as ONNX. */
    public ModelProto onnx() {
        return ForestOnnx.write(forest);
    }

    /**
     * Holds the model, once it is loaded, against the trees that it was made of.
     *
     * @throws ModelRefusedException CONVERSION_DIFFERS
     */
    public void check(LoadedModel converted) throws ModelRefusedException {
        ConversionCheck.check(forest, converted);
    }

    /** Names may differ altogether; but one that stands in another place shows that columns were swapped. */
    private static void checkNames(List<String> names, List<String> columns) throws ModelRefusedException {
        for (int i = 0; i < names.size(); i++) {
            int declared = columns.indexOf(names.get(i));
            if (declared >= 0
                    && declared != i
                    && !(i < columns.size() && columns.get(i).equals(names.get(i)))) {
                throw new ModelRefusedException(
                        ModelFault.SIGNATURE_MISMATCH,
                        "feature '" + names.get(i) + "' is number " + i + " in the file, but column " + declared
                                + " of model.yaml; the file's order is " + names);
            }
        }
    }

    private static String name(Column column) {
        return switch (column) {
            case Column.Feature(String reference, var _) -> reference.substring(reference.indexOf(':') + 1);
            case Column.Request(String field) -> field;
        };
    }
}
