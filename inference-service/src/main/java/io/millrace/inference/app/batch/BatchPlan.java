package io.millrace.inference.app.batch;

import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.Pipeline.FieldType;
import io.millrace.inference.domain.Pipeline.ModelReference;
import io.millrace.inference.domain.ScoredBatch.FeaturePosition;
import io.millrace.inference.domain.ScoredBatch.ModelIdentity;
import io.millrace.inference.domain.ServedFeatures;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What the scoring of a file holds on to from its first to its last row, over all crashes: which features by which versions, up to which positions, and which version of the model.
 *
 * @param pipeline with all features that it reads
 * @param keyTypes the type of each join key; empty where no values of the file's columns are of the types that the views have
 * @param model with its version; empty until the first row was scored
 */
record BatchPlan(
        Pipeline pipeline,
        Map<String, FieldType> keyTypes,
        List<FeaturePosition> positions,
        Optional<ModelReference> model) {
    private static final String LINE = "\n";
    private static final String SPACE = " ";

    /** The pipeline with its features and its model's version, as rows are scored. */
    Pipeline scoring() {
        return model.map(pipeline::scoredBy).orElse(pipeline);
    }

    BatchPlan with(ModelIdentity scored) {
        var pinned = new ModelReference(scored.name(), Optional.of(scored.version()));
        return new BatchPlan(pipeline, keyTypes, positions, Optional.of(pinned));
    }

    /** Whether there are features to be had for any row. */
    boolean asks() {
        return !pipeline.features().isEmpty() && !keyTypes.isEmpty();
    }

    /** The features with the versions of their views, where those are known. */
    List<String> features() {
        return pipeline.features().stream().map(this::withVersion).toList();
    }

    private String withVersion(String reference) {
        int colon = reference.indexOf(':');
        if (reference.indexOf('@') >= 0 || colon < 0) {
            return reference;
        }
        List<String> versions = positions.stream()
                .map(FeaturePosition::view)
                .filter(view -> view.startsWith(reference.substring(0, colon) + "@"))
                .distinct()
                .toList();
        return versions.size() == 1 ? versions.getFirst() + reference.substring(colon) : reference;
    }

    Map<String, String> texts() {
        var texts = new LinkedHashMap<String, String>();
        texts.put(
                "key-types",
                keyTypes.entrySet().stream()
                        .map(key -> key.getKey() + SPACE + key.getValue())
                        .collect(Collectors.joining(LINE)));
        texts.put(
                "positions",
                positions.stream()
                        .map(at -> String.join(
                                SPACE,
                                at.view(),
                                at.topic(),
                                at.topicId(),
                                String.valueOf(at.partition()),
                                String.valueOf(at.offset())))
                        .collect(Collectors.joining(LINE)));
        pipeline.service().ifPresent(service -> {
            texts.put("service", service);
            texts.put("features", String.join(LINE, pipeline.features()));
        });
        model.ifPresent(pinned -> {
            texts.put("model", pinned.name());
            texts.put("model-version", pinned.version().orElse(""));
        });
        return texts;
    }

    /** What {@link #texts} gave, for the pipeline as it was defined. */
    static BatchPlan of(Pipeline pipeline, Map<String, String> texts) {
        var keyTypes = new LinkedHashMap<String, FieldType>();
        for (List<String> parts : lines(texts, "key-types")) {
            keyTypes.put(parts.get(0), FieldType.valueOf(parts.get(1)));
        }
        var positions = new ArrayList<FeaturePosition>();
        for (List<String> parts : lines(texts, "positions")) {
            positions.add(new FeaturePosition(
                    parts.get(0),
                    parts.get(1),
                    parts.get(2),
                    Integer.parseInt(parts.get(3)),
                    Long.parseLong(parts.get(4))));
        }
        String service = texts.get("service");
        Pipeline filled = service == null
                ? pipeline
                : pipeline.reading(new ServedFeatures(
                        service,
                        false,
                        texts.getOrDefault("features", "")
                                .lines()
                                .map(reference -> new ServedFeatures.Feature(reference, ""))
                                .toList(),
                        List.of(),
                        List.of()));
        Optional<ModelReference> pinned = Optional.ofNullable(texts.get("model-version"))
                .map(version -> new ModelReference(
                        texts.getOrDefault("model", pipeline.model().name()), Optional.of(version)));
        return new BatchPlan(filled, keyTypes, positions, pinned);
    }

    private static List<List<String>> lines(Map<String, String> texts, String name) {
        return texts.getOrDefault(name, "")
                .lines()
                .map(line -> List.of(line.split(SPACE, -1)))
                .toList();
    }
}
