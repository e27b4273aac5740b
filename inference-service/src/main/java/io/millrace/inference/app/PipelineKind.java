package io.millrace.inference.app;

import io.millrace.definitions.MapNode;
import io.millrace.features.kernel.definition.SchemaFiles;
import io.millrace.inference.app.definition.DefinitionKind;
import io.millrace.inference.app.definition.Definitions;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.PipelineDifference;
import io.millrace.inference.domain.ServedFeatures;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** {@code kind: Pipeline}. Kept under its name alone. */
@ApplicationScoped
public class PipelineKind implements DefinitionKind<Pipeline> {
    public static final String KIND = "Pipeline";

    private final PipelineCheck check;

    public PipelineKind(PipelineCheck check) {
        this.check = check;
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public Class<Pipeline> type() {
        return Pipeline.class;
    }

    @Override
    public String key(String name) {
        return name;
    }

    @Override
    public Pipeline read(MapNode root, String yaml) {
        return read(root, yaml, SchemaFiles.of(List.of()));
    }

    @Override
    public Pipeline read(MapNode root, String yaml, SchemaFiles schemas) {
        return PipelineReader.read(root, yaml, schemas);
    }

    @Override
    public List<String> differences(Pipeline before, Pipeline after) {
        return PipelineDifference.between(before, after);
    }

    @Override
    public List<String> check(Pipeline pipeline, Definitions all, List<ServedFeatures> services) {
        return check.check(pipeline, all, services);
    }
}
