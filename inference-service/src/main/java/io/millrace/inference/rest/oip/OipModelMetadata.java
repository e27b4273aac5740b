package io.millrace.inference.rest.oip;

import io.millrace.inference.app.infer.TargetMetadata;
import io.millrace.inference.domain.TensorSpec;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.List;

/** What a model takes and gives, in the protocol's form. */
@RegisterForReflection
record OipModelMetadata(
        String name,
        List<String> versions,
        String platform,
        List<TensorMetadata> inputs,
        List<TensorMetadata> outputs) {
    @RegisterForReflection
    record TensorMetadata(String name, String datatype, List<Long> shape) {
        static TensorMetadata of(TensorSpec spec) {
            return new TensorMetadata(spec.name(), spec.datatype().name(), spec.shape());
        }
    }

    static OipModelMetadata of(TargetMetadata target) {
        return new OipModelMetadata(
                target.name(),
                target.versions(),
                target.platform(),
                target.signature().inputs().stream().map(TensorMetadata::of).toList(),
                target.signature().outputs().stream().map(TensorMetadata::of).toList());
    }
}
