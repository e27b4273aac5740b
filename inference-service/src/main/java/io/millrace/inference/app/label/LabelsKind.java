package io.millrace.inference.app.label;

import io.millrace.definitions.DefinitionFile;
import io.millrace.definitions.Faults;
import io.millrace.definitions.MapNode;
import io.millrace.definitions.NearestName;
import io.millrace.definitions.Place;
import io.millrace.definitions.Yaml;
import io.millrace.features.kernel.definition.SchemaFiles;
import io.millrace.inference.app.InputFormats;
import io.millrace.inference.app.definition.DefinitionKind;
import io.millrace.inference.app.definition.Definitions;
import io.millrace.inference.config.InferenceConfig;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.ServedFeatures;
import io.millrace.inference.domain.label.LabelStream;
import io.millrace.inference.domain.label.LabelStream.Join;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/** {@code kind: Labels}. */
@ApplicationScoped
public class LabelsKind implements DefinitionKind<LabelStream> {
    public static final String KIND = "Labels";

    private static final String OWN = "millrace.inference.";

    private final boolean hasRegistry;

    public LabelsKind(InferenceConfig config) {
        this.hasRegistry = config.schemaRegistry().url().isPresent();
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public Class<LabelStream> type() {
        return LabelStream.class;
    }

    @Override
    public int max() {
        return 100;
    }

    @Override
    public LabelStream read(MapNode root, String yaml) {
        return read(root, yaml, SchemaFiles.of(List.of()));
    }

    @Override
    public LabelStream read(MapNode root, String yaml, SchemaFiles schemas) {
        return LabelStreamReader.read(root, yaml, schemas);
    }

    @Override
    public List<String> differences(LabelStream before, LabelStream after) {
        var fields = new ArrayList<String>();
        DefinitionKind.compare(fields, "pipeline", before.pipeline(), after.pipeline());
        DefinitionKind.compare(fields, "input", before.input(), after.input());
        DefinitionKind.compare(fields, "label", before.label(), after.label());
        DefinitionKind.compare(fields, "fields", before.fields(), after.fields());
        DefinitionKind.compare(fields, "join", before.join(), after.join());
        DefinitionKind.compare(fields, "delay", before.delay(), after.delay());
        DefinitionKind.compare(fields, "source", before.source(), after.source());
        DefinitionKind.compare(fields, "task", before.task(), after.task());
        DefinitionKind.compare(fields, "windows", before.windows(), after.windows());
        return fields;
    }

    @Override
    public List<String> check(LabelStream labels, Definitions all, List<ServedFeatures> services) {
        var faults = new ArrayList<String>();
        check(labels, all, (_, fault) -> faults.add(fault));
        return faults;
    }

    @Override
    public void check(LabelStream labels, Place name, Definitions all, List<ServedFeatures> services, Faults faults) {
        MapNode root = Yaml.documents(new DefinitionFile(name.file(), labels.yaml()), new Faults())
                .getFirst();
        int linesBefore = name.line() - root.placeOf("name").line();
        check(labels, all, (path, fault) -> {
            Place place = place(root, path);
            faults.add(
                    new Place(place.file(), place.line() + linesBefore, place.column()),
                    "labels '" + labels.name() + "': " + fault);
        });
    }

    private static Place place(MapNode root, String path) {
        MapNode node = root;
        String[] keys = path.split("/", -1);
        for (int i = 0; i < keys.length - 1; i++) {
            if (!node.isMap(keys[i])) {
                return node.placeOf(keys[i]);
            }
            node = node.optionalMap(keys[i]).orElseThrow();
        }
        return node.placeOf(keys[keys.length - 1]);
    }

    /** @param faults path of keys in the document, with '/' between them, and what is wrong there */
    private void check(LabelStream labels, Definitions all, BiConsumer<String, String> faults) {
        if (InputFormats.needsRegistry(labels.input().format()) && !hasRegistry) {
            faults.accept(
                    "input/format",
                    "its records name their schemas in a registry, and this service has none"
                            + " (millrace.inference.schema-registry.url)");
        }
        String topic = labels.input().topic();
        if (topic.startsWith(OWN)) {
            faults.accept("input/topic", "'" + topic + "' is a topic of the service's own");
        }
        all.all(LabelStream.class).values().stream()
                .filter(other -> !other.name().equals(labels.name())
                        && other.pipeline().equals(labels.pipeline())
                        && other.input().topic().equals(topic)
                        && other.label().equals(labels.label()))
                .findFirst()
                .ifPresent(other -> faults.accept(
                        "input/topic",
                        "labels '" + other.name() + "' already reads '" + topic + "' for pipeline '" + labels.pipeline()
                                + "' with the same label"));
        Map<String, Pipeline> pipelines = new TreeMap<>(all.all(Pipeline.class));
        Pipeline pipeline = pipelines.get(labels.pipeline());
        if (pipeline == null) {
            faults.accept(
                    "pipeline",
                    "there is no pipeline '" + labels.pipeline() + "'"
                            + NearestName.hint(labels.pipeline(), pipelines.keySet()));
            return;
        }
        if (pipeline.outputTopics().contains(topic)) {
            faults.accept(
                    "input/topic", "pipeline '" + pipeline.name() + "' writes its predictions to '" + topic + "'");
        }
        if (labels.join() instanceof Join.Entity(Map<String, String> fields)) {
            fields.keySet().stream()
                    .filter(key -> !pipeline.entity().containsKey(key))
                    .sorted()
                    .forEach(key -> faults.accept(
                            "join/entity/" + key,
                            "join key '" + key + "' is none of pipeline '" + pipeline.name() + "'"
                                    + NearestName.hint(key, pipeline.entity().keySet()) + "; it has "
                                    + pipeline.entity().keySet().stream()
                                            .sorted()
                                            .toList()));
        }
    }
}
