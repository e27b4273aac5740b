package io.millrace.inference.app;

import io.millrace.definitions.DefinitionFile;
import io.millrace.definitions.Faults;
import io.millrace.definitions.MapNode;
import io.millrace.features.kernel.definition.SchemaFiles;
import io.millrace.inference.app.condition.ConditionNames;
import io.millrace.inference.app.definition.DefinitionReader;
import io.millrace.inference.domain.Alert;
import io.millrace.inference.domain.Extras;
import io.millrace.inference.domain.Output;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.Pipeline.Completeness;
import io.millrace.inference.domain.Pipeline.FieldType;
import io.millrace.inference.domain.Pipeline.Missing;
import io.millrace.inference.domain.Pipeline.ModelReference;
import io.millrace.inference.domain.Pipeline.Otherwise;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Reads {@code kind: Pipeline} definitions; the format stands in docs/architecture.md. Finds every fault of every file in one go. */
public final class PipelineReader {
    /** The longest that an event may wait for complete features. It counts against the transaction's time. */
    public static final Duration MAX_PATIENCE = Duration.ofSeconds(30);

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,62}");
    static final Pattern TOPIC = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,244}");
    static final String TOPIC_EXPECTATION = "a topic name: at most 245 letters, digits, '.', '_' and '-'";
    public static final Pattern FIELD = Pattern.compile("[^\\p{Cntrl}]{1,200}");
    public static final String FIELD_EXPECTATION = "the name of an event field";

    private static final Pattern IDENTIFIER = Pattern.compile("[a-z][a-z0-9_]*");
    private static final Pattern FEATURE = Pattern.compile("[a-z][a-z0-9_]*(@v[1-9]\\d*)?:[a-z][a-z0-9_]*");
    private static final Pattern SERVICE = Pattern.compile("[a-z][a-z0-9_]*(@v[1-9]\\d*)?");
    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

    private PipelineReader() {}

    /** The pipelines of files that hold nothing else, in order. Where {@code faults} is not empty afterwards, the answer is not to be used. */
    public static List<Pipeline> read(List<DefinitionFile> files, Faults faults) {
        var kind = new PipelineKind((_, _, _) -> List.of());
        return DefinitionReader.read(files, List.of(kind), faults).stream()
                .map(placed -> kind.type().cast(placed.definition()))
                .toList();
    }

    /**
     * One document, whose kind has been read.
     *
     * @param schemas the schema files that came with it
     */
    static Pipeline read(MapNode root, String yaml, SchemaFiles schemas) {
        String name = root.string("name", NAME, "lower-case letters, digits and '-', a letter first, at most 63");
        InputNode input = new InputNode(schemas);
        required(root, "input", input::read);
        String key = root.string("key", FIELD, FIELD_EXPECTATION);
        Map<String, String> entity = entity(root);
        Map<String, FieldType> request = request(root);
        List<String> features = features(root);
        Optional<String> service = root.has("service")
                ? Optional.of(root.string("service", SERVICE, "the name of a feature service, or name@v1"))
                : Optional.empty();
        if (service.isPresent() && !features.isEmpty()) {
            root.fault("service", "a pipeline has either 'features' or the 'service' that lists them");
        }
        if ((!features.isEmpty() || service.isPresent()) && entity.isEmpty()) {
            root.fault(
                    service.isPresent() ? "service" : "features",
                    "features are looked up by 'entity', which names no join key");
        }
        Missing missing = root.optionalEnum("missing", Missing.class).orElse(Missing.IMPUTE);
        boolean includeEvent = root.optionalBoolean("include-event").orElse(false);
        var extras = new Extras(
                root.optionalBoolean("record-vector").orElse(false),
                root.optionalChoice("novelty", Novelties.BY_NAME),
                ContributionsNode.read(root));
        Completeness complete = root.optionalMap("complete")
                .map(PipelineReader::completeness)
                .orElse(new Completeness(Duration.ZERO, Otherwise.PROCEED));
        ModelReference model = required(root, "model", PipelineReader::model)
                .orElseGet(() -> new ModelReference("", Optional.empty()));
        var outputs = new OutputNodes(
                root,
                input.topic(),
                ConditionNames.of(entity.keySet(), request),
                service.isPresent() ? Optional.empty() : Optional.of(ConditionNames.ofFeatures(features)));
        List<Output> written = outputs.outputs();
        Optional<Alert> alert = outputs.alert();
        Novelties.check(root, extras, written, alert);
        input.checkFields(key, entity.values(), request.keySet());
        root.refuseUnknownKeys();
        return new Pipeline(
                name,
                input.input(),
                key,
                entity,
                request,
                features,
                service,
                missing,
                includeEvent,
                extras,
                complete,
                model,
                written,
                alert,
                input.kept(yaml));
    }

    private static Map<String, String> entity(MapNode root) {
        var entity = new LinkedHashMap<String, String>();
        root.optionalMap("entity").ifPresent(node -> {
            for (String joinKey : node.keys()) {
                if (!IDENTIFIER.matcher(joinKey).matches()) {
                    node.fault(joinKey, "join key '" + joinKey + "' must be lower-case letters, digits and '_'");
                }
                entity.put(joinKey, node.string(joinKey, FIELD, FIELD_EXPECTATION));
            }
        });
        return entity;
    }

    private static Map<String, FieldType> request(MapNode root) {
        var request = new HashMap<String, FieldType>();
        root.optionalMap("request").ifPresent(node -> {
            for (String field : node.keys()) {
                if (!node.has(field)) {
                    node.fault(field, "'" + field + "' needs a type: bool, int64, double or string");
                }
                node.optionalEnum(field, FieldType.class).ifPresent(type -> request.put(field, type));
            }
        });
        return request;
    }

    private static List<String> features(MapNode root) {
        List<String> features = root.strings("features");
        var seen = new HashSet<String>();
        for (String feature : features) {
            if (!FEATURE.matcher(feature).matches()) {
                root.fault("features", "'" + feature + "' must be view:feature or view@v1:feature");
            } else if (!seen.add(feature)) {
                root.fault("features", "'" + feature + "' stands twice");
            }
        }
        return features;
    }

    private static Completeness completeness(MapNode node) {
        Duration patience = node.duration("wait");
        if (patience.isNegative() || patience.compareTo(MAX_PATIENCE) > 0) {
            node.fault("wait", "'wait' must be at most " + MAX_PATIENCE.toSeconds() + "s");
        }
        Otherwise otherwise = node.optionalEnum("otherwise", Otherwise.class).orElse(Otherwise.PROCEED);
        node.refuseUnknownKeys();
        return new Completeness(patience, otherwise);
    }

    private static ModelReference model(MapNode node) {
        String name = node.string("name", WORD, "letters, digits, '.', '_' and '-'");
        Optional<String> version = node.has("version")
                ? Optional.of(node.string("version", WORD, "letters, digits, '.', '_' and '-'"))
                : Optional.empty();
        node.refuseUnknownKeys();
        return new ModelReference(name, version);
    }

    static <T> Optional<T> required(MapNode node, String key, Function<MapNode, T> read) {
        if (!node.has(key)) {
            node.faults().add(node.place(), "'" + key + "' is missing: expected a map");
            return Optional.empty();
        }
        return node.optionalMap(key).map(read);
    }
}
