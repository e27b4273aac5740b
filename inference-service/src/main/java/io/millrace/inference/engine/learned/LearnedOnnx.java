package io.millrace.inference.engine.learned;

import io.millrace.inference.app.learn.LearnedModel;
import io.millrace.inference.app.learn.ModelFormat;
import jakarta.enterprise.context.ApplicationScoped;

/** What learners have learned, as ONNX that computes in float64; with categories by ONNX Runtime's own MurmurHash3. */
@ApplicationScoped
public class LearnedOnnx implements ModelFormat {
    @Override
    public byte[] write(LearnedModel model) {
        return switch (model) {
            case LearnedModel.Linear linear -> LinearOnnx.write(linear.form()).toByteArray();
            case LearnedModel.Trees trees -> TreesOnnx.write(trees.form()).toByteArray();
        };
    }
}
