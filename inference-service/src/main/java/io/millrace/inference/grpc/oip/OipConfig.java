package io.millrace.inference.grpc.oip;

import io.millrace.inference.app.infer.TargetMetadata;
import io.millrace.inference.domain.Datatype;
import io.millrace.inference.domain.TensorSpec;
import io.millrace.inference.domain.ensemble.Ensemble.ModelStep;
import io.millrace.proto.oip.DataType;
import io.millrace.proto.oip.ModelConfig;
import io.millrace.proto.oip.ModelDynamicBatching;
import io.millrace.proto.oip.ModelEnsembling;
import io.millrace.proto.oip.ModelInput;
import io.millrace.proto.oip.ModelOutput;

/** A model's configuration in Triton's form. */
final class OipConfig {
    private OipConfig() {}

    /**
     * @param maxRows most rows of one call
     */
    static ModelConfig of(TargetMetadata target, int maxRows) {
        boolean isBatch = target.signature().isBatch();
        var config = ModelConfig.newBuilder()
                .setName(target.name())
                .setPlatform(target.platform())
                .setBackend(target.backend())
                .setMaxBatchSize(isBatch ? maxRows : 0);
        for (TensorSpec input : target.signature().inputs()) {
            config.addInput(ModelInput.newBuilder()
                    .setName(input.name())
                    .setDataType(type(input.datatype()))
                    .addAllDims(input.configured(isBatch)));
        }
        for (TensorSpec output : target.signature().outputs()) {
            config.addOutput(ModelOutput.newBuilder()
                    .setName(output.name())
                    .setDataType(type(output.datatype()))
                    .addAllDims(output.configured(isBatch)));
        }
        target.batching()
                .ifPresent(choice -> config.setDynamicBatching(ModelDynamicBatching.newBuilder()
                        .addPreferredBatchSize(choice.maxSize())
                        .setMaxQueueDelayMicroseconds(choice.maxDelay().toNanos() / 1000)));
        if (!target.steps().isEmpty()) {
            var ensemble = ModelEnsembling.newBuilder();
            for (ModelStep step : target.steps()) {
                ensemble.addStep(ModelEnsembling.Step.newBuilder()
                        .setModelName(step.model().name())
                        .setModelVersion(TargetMetadata.number(step.model()))
                        .putAllInputMap(step.inputs())
                        .putAllOutputMap(step.outputs()));
            }
            config.setEnsembleScheduling(ensemble);
        }
        return config.build();
    }

    private static DataType type(Datatype type) {
        return type == Datatype.BYTES ? DataType.TYPE_STRING : DataType.valueOf("TYPE_" + type.name());
    }
}
