package io.millrace.inference.app;

import io.millrace.definitions.DefinitionFile;
import io.millrace.gate.Refusal;
import io.millrace.inference.domain.Pipeline;
import io.quarkus.arc.DefaultBean;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** The administration of a service that holds no pipelines: every name is unknown. */
@DefaultBean
@ApplicationScoped
public class NoPipelines implements PipelineAdministration {
    @Override
    public List<PipelineOutcome> apply(List<DefinitionFile> files, boolean dryRun) {
        throw new Refusal(InferenceReason.DEFINITIONS_UNAVAILABLE, "this service keeps no pipelines");
    }

    @Override
    public List<PipelineSummary> list() {
        return List.of();
    }

    @Override
    public void pause(String name) {
        throw unknown(name);
    }

    @Override
    public void resume(String name) {
        throw unknown(name);
    }

    @Override
    public void remove(String name) {
        throw unknown(name);
    }

    @Override
    public Pipeline find(String name) {
        throw unknown(name);
    }

    private static Refusal unknown(String name) {
        return new Refusal(InferenceReason.PIPELINE_NOT_FOUND, "no pipeline is named '" + name + "'");
    }
}
