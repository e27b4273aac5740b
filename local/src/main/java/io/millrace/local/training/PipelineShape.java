package io.millrace.local.training;

import io.millrace.definitions.DefinitionFile;
import io.millrace.definitions.Faults;
import io.millrace.definitions.MapNode;
import io.millrace.definitions.Yaml;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What training must know of a pipeline. Whether the definition is right is inference-service's to say.
 *
 * @param entity join key to the event's field
 * @param request event fields that the model takes directly
 * @param features {@code view:feature}
 * @param outputTopic where predictions go
 * @param alert what is raised beside them, where it names a topic of its own
 */
public record PipelineShape(
        String name,
        String inputTopic,
        Map<String, String> entity,
        List<String> request,
        List<String> features,
        String modelName,
        String modelVersion,
        String outputTopic,
        Optional<Alert> alert) {
    /** A condition, and the topic that gets an event for each prediction that meets it. */
    public record Alert(String when, String topic) {}

    /**
     * Reads the first pipeline of a file.
     *
     * @throws io.millrace.definitions.InvalidDefinitionException where something that is needed here is missing
     */
    public static PipelineShape read(DefinitionFile file) {
        var faults = new Faults();
        Optional<PipelineShape> shape =
                Yaml.documents(file, faults).stream().findFirst().map(PipelineShape::of);
        faults.throwIfAny();
        return shape.orElseThrow(() -> new IllegalArgumentException(file.path() + " holds no pipeline"));
    }

    private static PipelineShape of(MapNode pipeline) {
        Map<String, String> entity = new LinkedHashMap<>();
        pipeline.optionalMap("entity").ifPresent(map -> map.keys().forEach(key -> entity.put(key, map.string(key))));
        return new PipelineShape(
                pipeline.string("name"),
                nested(pipeline, "input", "topic"),
                entity,
                pipeline.optionalMap("request").map(MapNode::keys).orElse(List.of()),
                pipeline.strings("features"),
                nested(pipeline, "model", "name"),
                pipeline.optionalMap("model")
                        .flatMap(model -> model.optionalString("version"))
                        .orElse("1"),
                nested(pipeline, "output", "topic"),
                pipeline.optionalMap("alert")
                        .filter(alert -> alert.has("topic"))
                        .map(alert -> new Alert(alert.string("when"), alert.string("topic"))));
    }

    private static String nested(MapNode pipeline, String map, String key) {
        return pipeline.optionalMap(map).map(found -> found.string(key)).orElseGet(() -> {
            pipeline.fault(map, "'" + map + "' is missing");
            return "";
        });
    }
}
