package io.millrace.features.kernel.definition;

import io.millrace.features.kernel.ValueType;
import io.millrace.features.kernel.condition.ConditionLanguage;
import io.millrace.features.kernel.condition.ExpressionLanguage;
import io.millrace.features.kernel.definition.DefinitionKey.Kind;
import io.millrace.features.kernel.window.Levels;
import java.util.ArrayList;
import java.util.List;

/** Every key that the readers of definitions know, described for people: docs/definitions.md is made of it, and a test holds it to the readers. */
public final class DefinitionKeys {
    private static final String NAME = DocumentHead.NAME_EXPECTATION;
    private static final String PATH = DocumentHead.PATH_EXPECTATION;
    private static final String REQUIRED = "required";

    private DefinitionKeys() {}

    /**
     * A map of a document.
     *
     * @param path where it stands, such as {@code source.batch} or {@code features[]}; empty for the document itself
     */
    public record Section(Kind kind, String path, String meaning, List<Key> keys) {
        public Section {
            keys = List.copyOf(keys);
        }
    }

    /**
     * A key.
     *
     * @param fallback what holds where it is left out; {@code required} where it cannot be
     */
    public record Key(String name, String type, String fallback, String bounds, String meaning) {}

    /** All sections, kind by kind. */
    public static List<Section> sections() {
        var sections = new ArrayList<Section>();
        entity(sections);
        view(sections);
        onDemand(sections);
        service(sections);
        return sections;
    }

    private static Key key(String name, String type, String fallback, String bounds, String meaning) {
        return new Key(name, type, fallback, bounds, meaning);
    }

    private static List<Key> head(String version, Key... more) {
        var keys = new ArrayList<Key>();
        keys.add(key("kind", "text", REQUIRED, "", "which kind of definition this is"));
        keys.add(key("name", "text", REQUIRED, NAME, "by what requests and other definitions call it"));
        if (!version.isEmpty()) {
            keys.add(key(
                    "version",
                    "text",
                    version,
                    DocumentHead.VERSION_EXPECTATION,
                    "versions live side by side; the name alone means the newest that is active, `name@v2` that one"));
            keys.add(key(
                    "active",
                    "true or false",
                    "as it was set last; at first true",
                    "versions only",
                    "whether the name alone may mean this version; may change without a new version"));
        }
        String most = "at most " + DocumentHead.LONGEST_TEXT + " characters";
        keys.add(key("description", "text", "empty", most, "what it is; may change without a new version"));
        keys.add(key("owner", "text", "empty", most, "whom to ask; may change without a new version"));
        keys.add(key(
                "tags",
                "map of texts",
                "none",
                "at most " + DocumentHead.MOST_TAGS,
                "free words; may change without a new version"));
        keys.addAll(List.of(more));
        return keys;
    }

    private static void entity(List<Section> sections) {
        sections.add(new Section(
                Kind.ENTITY,
                "",
                "What features are about. Views name it and take its join keys. Its join keys do not change once it is applied.",
                head(
                        "",
                        key(
                                "join_keys",
                                "list of maps",
                                REQUIRED,
                                "1 to " + JoinKeyNodes.MOST_KEYS,
                                "what tells one entity from another"))));
        sections.add(new Section(Kind.ENTITY, "join_keys[]", "A join key.", List.of(joinKeyName(), joinKeyType())));
    }

    private static Key joinKeyName() {
        return key("name", "text", REQUIRED, NAME, "how requests call it");
    }

    private static Key joinKeyType() {
        return key("type", "type", REQUIRED, "bool, int64, string, bytes or timestamp", "its type");
    }

    private static void view(List<Section> sections) {
        sections.add(viewItself());
        entityOfView(sections);
        source(sections);
        sections.add(new Section(
                Kind.FEATURE_VIEW,
                "contract",
                "A data product of the registry.",
                List.of(
                        key("domain", "text", REQUIRED, "", "its domain"),
                        key("name", "text", REQUIRED, "", "its name"))));
        sections.add(feature());
    }

    private static Section viewItself() {
        String longest = ViewDocument.LONGEST_RETENTION.toDays() + "d";
        return new Section(
                Kind.FEATURE_VIEW,
                "",
                "Features that are kept, and the events or rows that they come of.",
                head(
                        REQUIRED,
                        key(
                                "entity",
                                "text or map",
                                REQUIRED,
                                "",
                                "the name of an Entity, or a name and join keys; where an Entity has that name the join keys must be its own"),
                        key("source", "map", REQUIRED, "", "where events or rows come from"),
                        key("contract", "map", "none", "", "the data product that feeds the view"),
                        key(
                                "ttl",
                                "duration",
                                "for ever",
                                "above 0, at most " + ViewDocument.LONGEST_TTL.toDays() + "d",
                                "how long a value is fresh after its event time, inclusive"),
                        key(
                                "retention",
                                "duration",
                                ViewDocument.DEFAULT_RETENTION.toDays() + "d",
                                "above 0, at most " + longest,
                                "how far before the newest applied event `as_of` may lie"),
                        key(
                                "allowed-lateness",
                                "duration",
                                "nothing is late",
                                "0s to " + ViewDocument.LONGEST_LATENESS.toDays() + "d, topics only",
                                "an event that is older than this before the newest event at smaller offsets of its partition is late: it is dead-lettered"),
                        key(
                                "fields",
                                "map of types",
                                "taken from the features",
                                "",
                                "the types of the event's fields that features and conditions use; where it is there it names all of them"),
                        key(
                                "features",
                                "list of maps",
                                REQUIRED,
                                "1 to " + ViewDocument.MOST_FEATURES + "; at most " + Levels.MOST_HOPS
                                        + " different hops",
                                "the features")));
    }

    private static void entityOfView(List<Section> sections) {
        sections.add(new Section(
                Kind.FEATURE_VIEW,
                "entity",
                "The entity, written in the view.",
                List.of(
                        key("name", "text", REQUIRED, NAME, "the entity's name"),
                        key(
                                "join_keys",
                                "list of maps",
                                REQUIRED,
                                "1 to " + JoinKeyNodes.MOST_KEYS,
                                "its join keys"))));
        sections.add(new Section(
                Kind.FEATURE_VIEW,
                "entity.join_keys[]",
                "A join key.",
                List.of(
                        joinKeyName(),
                        joinKeyType(),
                        key("field", "text", "the key's name", PATH, "the event's field that holds it"))));
    }

    private static void source(List<Section> sections) {
        sections.add(
                new Section(
                        Kind.FEATURE_VIEW,
                        "source",
                        "Exactly one of `topic`, `push: true` and `batch`.",
                        List.of(
                                key(
                                        "topic",
                                        "text",
                                        "",
                                        "the name of a Kafka topic",
                                        "events are read from its beginning on"),
                                key("push", "true or false", "false", "", "rows are pushed over REST or gRPC"),
                                key("batch", "map", "", "", "rows of files or of a query, brought in by `materialize`"),
                                key(
                                        "format",
                                        "text",
                                        "json",
                                        "json, avro or protobuf; topics only",
                                        "how the topic's records are written"),
                                key(
                                        "schema",
                                        "text",
                                        "none",
                                        "the name of a file beside this one: .avsc, .proto or .desc",
                                        "the records' schema"),
                                key("message", "text", "the file's only one", "protobuf only", "the records' message"),
                                key(
                                        "framing",
                                        "text",
                                        "registry where one is configured",
                                        "registry or none; avro and protobuf only",
                                        "whether records name their schema in a registry"),
                                key("timestamp", "map", "required but for pushes", "", "the event time"),
                                key(
                                        "created",
                                        "map",
                                        "none",
                                        "batch only",
                                        "the column that says when a row was made: of rows of equal event time the later made one counts"))));
        sections.add(new Section(
                Kind.FEATURE_VIEW,
                "source.batch",
                "A `path`, or a `query` and `on`.",
                List.of(
                        key("path", "text", "", "ends in .parquet or .csv; may have wildcards", "the files"),
                        key("query", "text", "", "", "SQL that gives the rows"),
                        key("on", "text", "", "", "the configured database connection that the query runs on"))));
        sections.add(
                new Section(
                        Kind.FEATURE_VIEW,
                        "source.timestamp",
                        "The event time: a field that holds an instant, or what Kafka keeps beside each record.",
                        List.of(
                                key("field", "text", "required but for `record`", PATH, "the field"),
                                unit(),
                                key(
                                        "record",
                                        "true or false",
                                        "false",
                                        "topic only; with no other key",
                                        "the record's own timestamp, which its producer or the broker sets, in milliseconds"))));
        sections.add(new Section(
                Kind.FEATURE_VIEW,
                "source.created",
                "A column that holds an instant.",
                List.of(key("field", "text", REQUIRED, PATH, "the column"), unit())));
    }

    private static Key unit() {
        return key("unit", "text", "rfc3339", "rfc3339, s, ms or us", "how it is written: text, or since the epoch");
    }

    private static Section feature() {
        return new Section(
                Kind.FEATURE_VIEW,
                "features[]",
                "A feature: the newest value of a field, or with `aggregate` a fold over a sliding window.",
                List.of(
                        key("name", "text", REQUIRED, NAME + "; no join key's", "the feature's name"),
                        key(
                                "type",
                                "type",
                                REQUIRED,
                                String.join(", ", ValueType.words().keySet()),
                                "its type"),
                        key("field", "text", "the feature's name, where nothing is folded", PATH, "the event's field"),
                        key(
                                "aggregate",
                                "text",
                                "the newest value",
                                "see docs/aggregates.md",
                                "how the window's events are folded"),
                        key(
                                "window",
                                "duration",
                                "required with `aggregate`",
                                "1m to 90d, or unbounded",
                                "how long the window is"),
                        key(
                                "q",
                                "number or list",
                                "required for a quantile",
                                "0 to 1; at most 100 of them",
                                "which quantile"),
                        key(
                                "k",
                                "whole number",
                                "required for first_k, last_k and top_k",
                                "1 to 100",
                                "how many values"),
                        key(
                                "categories",
                                "whole number",
                                "1000",
                                "1 to 10000; top_k and histogram",
                                "how many different values are told apart; with more of them the feature is null"),
                        key("of", "text", "sample", "sample or population; variance and stddev", "what is divided by"),
                        key(
                                "hop",
                                "duration",
                                "chosen by the window",
                                "divides the window, at most a twelfth of it",
                                "the step of the window's tail"),
                        key(
                                "where",
                                "CEL",
                                "all events",
                                "at most " + ConditionLanguage.MAX_LENGTH + " characters, gives a bool",
                                "which events are folded; for a rate, which share is meant"),
                        key(
                                "dimension",
                                "whole number",
                                "required for vectors",
                                "1 to the largest dimension",
                                "how many elements a vector has"),
                        key("metric", "text", "cosine", "cosine, dot or l2", "how far vectors are apart")));
    }

    private static void onDemand(List<Section> sections) {
        sections.add(new Section(
                Kind.ON_DEMAND_FEATURE_VIEW,
                "",
                "Features that are computed when they are read, of other features and of what the request brings. Inputs, request and features do not"
                        + " change under one version. Its name is no feature view's.",
                head(
                        REQUIRED,
                        key(
                                "inputs",
                                "list of features, or map of names to features",
                                "none",
                                "at most " + OnDemandDocument.MOST_INPUTS,
                                "`view:feature`, in the expressions under the feature's name or under the name that the map gives; may be another on-demand view's"),
                        key(
                                "request",
                                "map of types",
                                "none",
                                "",
                                "what the request brings; refused where it is not there"),
                        key(
                                "features",
                                "list of maps",
                                REQUIRED,
                                "1 to " + OnDemandDocument.MOST_FEATURES,
                                "the features"))));
        sections.add(new Section(
                Kind.ON_DEMAND_FEATURE_VIEW,
                "features[]",
                "A computed feature.",
                List.of(
                        key("name", "text", REQUIRED, NAME, "the feature's name"),
                        key(
                                "type",
                                "type",
                                REQUIRED,
                                String.join(", ", OnDemandDocument.SCALARS.keySet()),
                                "what the expression gives; checked when it is applied"),
                        key(
                                "expression",
                                "CEL",
                                REQUIRED,
                                "at most " + ExpressionLanguage.MAX_LENGTH + " characters",
                                "over the names of inputs and request, with CEL's math functions"))));
    }

    private static void service(List<Section> sections) {
        sections.add(new Section(
                Kind.FEATURE_SERVICE,
                "",
                "The features that a model asks for, under one name. One without a version may change; a version does not.",
                head(
                        "none",
                        key(
                                "features",
                                "list of texts",
                                REQUIRED,
                                "1 to " + ServiceDocument.MOST_FEATURES,
                                "`view:feature`, `view@v2:feature`, or `view` for all that it has"))));
    }
}
