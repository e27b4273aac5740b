package io.millrace.inference.engine.form;

import ai.onnx.proto.OnnxMl.GraphProto;
import io.millrace.inference.app.LoadedModel;
import io.millrace.inference.app.ModelFile;
import io.millrace.inference.app.explain.ModelReading;
import io.millrace.inference.domain.ModelDefinition;
import io.millrace.inference.domain.ModelDefinition.TensorType;
import org.jboss.logging.Logger;

/** Reads how a model in ONNX comes to its prediction. */
public final class OnnxReading {
    private static final Logger LOG = Logger.getLogger(OnnxReading.class);
    private static final int VARIANTS = 2;

    private OnnxReading() {}

    /** What was read, where the engine gives the same; never fails. */
    public static ModelReading read(GraphProto graph, ModelFile file, LoadedModel model) {
        ModelDefinition definition = file.definition();
        if (definition.output().isEmpty()) {
            return new ModelReading.Unread("says neither 'inputs' nor 'output' in its model.yaml");
        }
        if (definition.inputs().stream().anyMatch(input -> input.type() == TensorType.STRING)) {
            return new ModelReading.Unread("takes texts");
        }
        String first = "";
        for (int variant = 0; variant < VARIANTS; variant++) {
            try {
                Candidate candidate = new GraphReader(definition, graph, variant)
                        .prediction(definition.output().get());
                int rows = FormProof.check(candidate, definition, file.golden(), model);
                LOG.debugf(
                        "Model %s %s is read as %s; %d rows agree",
                        definition.name(),
                        definition.version(),
                        candidate.form().getClass().getSimpleName(),
                        rows);
                return candidate.form();
            } catch (UnreadException e) {
                first = first.isEmpty() ? String.valueOf(e.getMessage()) : first;
            } catch (RuntimeException e) {
                // Files of others' making: whatever they hold, a model that serves must go on serving.
                LOG.warnf(e, "Model %s %s cannot be read for explanations", definition.name(), definition.version());
                first = "cannot be read: " + e;
                break;
            }
        }
        LOG.infof("Model %s %s is explained by sampling: it %s", definition.name(), definition.version(), first);
        return new ModelReading.Unread(first);
    }
}
