package io.millrace.inference.rest.oip;

import io.millrace.inference.app.infer.TargetMetadata;
import io.millrace.inference.domain.Datatype;
import io.millrace.inference.domain.TensorSpec;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.List;

/**
 * A model's configuration in Triton's form.
 *
 * @param max_batch_size most rows of one call; 0 where tensors have no batch dimension
 */
@RegisterForReflection
record OipModelConfig(
        String name,
        String platform,
        String backend,
        int max_batch_size,
        List<ConfiguredTensor> input,
        List<ConfiguredTensor> output) {
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
                tensors(target.signature().outputs(), isBatch));
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
