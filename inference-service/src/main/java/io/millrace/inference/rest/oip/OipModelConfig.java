package io.millrace.inference.rest.oip;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.millrace.inference.app.infer.TargetMetadata;
import io.millrace.inference.app.queue.BatchChoice;
import io.millrace.inference.domain.Datatype;
import io.millrace.inference.domain.TensorSpec;
import io.millrace.inference.domain.ensemble.Ensemble.ModelStep;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A model's configuration in Triton's form.
 *
 * @param dynamic_batching there where calls are joined
 * @param ensemble_scheduling of an ensemble that runs models
 * @param max_batch_size most rows of one call; 0 where tensors have no batch dimension
 */
@RegisterForReflection
record OipModelConfig(
        String name,
        String platform,
        String backend,
        int max_batch_size,
        List<ConfiguredTensor> input,
        List<ConfiguredTensor> output,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable DynamicBatching dynamic_batching,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable EnsembleScheduling ensemble_scheduling) {
    /** How calls are joined at the moment: the most rows of a run, and how long it waits for them. */
    @RegisterForReflection
    record DynamicBatching(List<Integer> preferred_batch_size, long max_queue_delay_microseconds) {
        static DynamicBatching of(BatchChoice choice) {
            return new DynamicBatching(
                    List.of(choice.maxSize()), choice.maxDelay().toNanos() / 1000);
        }
    }

    /** The models of an ensemble. */
    @RegisterForReflection
    record EnsembleScheduling(List<Step> step) {
        static EnsembleScheduling of(List<ModelStep> steps) {
            return new EnsembleScheduling(steps.stream()
                    .map(step -> new Step(
                            step.model().name(), TargetMetadata.number(step.model()), step.inputs(), step.outputs()))
                    .toList());
        }
    }

    /**
     * A step that runs a model.
     *
     * @param model_version -1: the newest, or a version that is no number
     * @param input_map the model's inputs, each with the ensemble's tensor that goes into it
     * @param output_map the model's outputs, each with the ensemble's tensor that it becomes
     */
    @RegisterForReflection
    record Step(String model_name, long model_version, Map<String, String> input_map, Map<String, String> output_map) {}

    /**
     * A tensor.
     *
     * @param dims without the batch; -1: any size
     */
    @RegisterForReflection
    record ConfiguredTensor(String name, String data_type, List<Long> dims) {}

    static OipModelConfig of(TargetMetadata target, int maxRows) {
        boolean isBatch = target.signature().isBatch();
        return new OipModelConfig(
                target.name(),
                target.platform(),
                target.backend(),
                isBatch ? maxRows : 0,
                tensors(target.signature().inputs(), isBatch),
                tensors(target.signature().outputs(), isBatch),
                target.batching().map(DynamicBatching::of).orElse(null),
                target.steps().isEmpty() ? null : EnsembleScheduling.of(target.steps()));
    }

    private static List<ConfiguredTensor> tensors(List<TensorSpec> specs, boolean isBatch) {
        return specs.stream()
                .map(spec -> new ConfiguredTensor(
                        spec.name(),
                        spec.datatype() == Datatype.BYTES ? "TYPE_STRING" : "TYPE_" + spec.datatype(),
                        spec.configured(isBatch)))
                .toList();
    }
}
