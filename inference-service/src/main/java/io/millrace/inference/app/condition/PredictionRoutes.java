package io.millrace.inference.app.condition;

import io.millrace.inference.domain.Output;
import io.millrace.inference.domain.Output.Route;
import io.millrace.inference.domain.Pipeline;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which outputs of a pipeline take a prediction, and whether it raises the alert. Thread-safe. */
public final class PredictionRoutes {
    private final Pipeline pipeline;
    private final List<Compiled> outputs = new ArrayList<>();
    private final @Nullable PredictionCondition raises;

    private record Compiled(Output output, @Nullable PredictionCondition condition) {}

    /** Of a pipeline whose conditions were checked. */
    public PredictionRoutes(Pipeline pipeline) {
        this.pipeline = pipeline;
        ConditionNames names = ConditionNames.of(pipeline.entity().keySet(), pipeline.request());
        for (Output output : pipeline.outputs()) {
            outputs.add(new Compiled(
                    output,
                    output.condition()
                            .map(condition -> PredictionConditions.compiled(condition, names))
                            .orElse(null)));
        }
        this.raises = pipeline.alert()
                .map(alert -> PredictionConditions.compiled(alert.when(), names))
                .orElse(null);
    }

    /** Whether any output takes by a condition. */
    public boolean isConditional() {
        return outputs.stream().anyMatch(each -> each.condition() != null);
    }

    /** The outputs that take the prediction, in their order; at least one. */
    public List<Output> taking(Facts facts) {
        if (outputs.size() == 1) {
            return pipeline.outputs();
        }
        var taking = new ArrayList<Output>(outputs.size());
        boolean routed = false;
        for (Compiled compiled : outputs) {
            if (compiled.condition() != null && compiled.condition().isMetBy(facts)) {
                routed = true;
                taking.add(compiled.output());
            } else if (compiled.output().route() instanceof Route.Every) {
                taking.add(compiled.output());
            }
        }
        if (!routed) {
            outputs.stream()
                    .map(Compiled::output)
                    .filter(output -> output.route() instanceof Route.Otherwise)
                    .forEach(taking::add);
        }
        return taking;
    }

    /** Whether the prediction raises the pipeline's alert. */
    public boolean raises(Facts facts) {
        return raises != null && raises.isMetBy(facts);
    }
}
