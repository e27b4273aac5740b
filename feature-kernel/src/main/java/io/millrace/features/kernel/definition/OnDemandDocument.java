package io.millrace.features.kernel.definition;

import io.millrace.definitions.MapNode;
import io.millrace.features.kernel.FeatureName;
import io.millrace.features.kernel.FeatureView.EventField;
import io.millrace.features.kernel.OnDemandView;
import io.millrace.features.kernel.OnDemandView.Computed;
import io.millrace.features.kernel.OnDemandView.Input;
import io.millrace.features.kernel.ValueType;
import io.millrace.features.kernel.ViewId;
import io.millrace.features.kernel.condition.ExpressionLanguage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads one document into an on-demand view. */
final class OnDemandDocument {
    static final int MOST_INPUTS = 200;
    static final int MOST_FEATURES = 200;
    static final Map<String, ValueType> SCALARS = scalars();

    private final MapNode document;
    private final String text;
    private final Set<String> names = new HashSet<>();

    OnDemandDocument(MapNode document, String text) {
        this.document = document;
        this.text = text;
    }

    private static Map<String, ValueType> scalars() {
        Map<String, ValueType> scalars = new LinkedHashMap<>(ValueType.words());
        scalars.values().removeIf(type -> !type.isScalar());
        return Collections.unmodifiableMap(scalars);
    }

    /** The view; empty where a fault was added. Inputs and expressions are checked with all definitions at hand. */
    Optional<OnDemandView> read() {
        int before = document.faults().all().size();
        DocumentHead head = DocumentHead.read(document, DocumentHead.Versioned.ALWAYS);
        List<Input> inputs = inputs();
        List<EventField> request = request();
        if (inputs.isEmpty() && request.isEmpty()) {
            document.fault("inputs", "there must be 'inputs' or 'request': what the features are computed of");
        }
        List<Computed> features = features();
        document.refuseUnknownKeys();
        if (document.faults().all().size() > before) {
            return Optional.empty();
        }
        return Optional.of(new OnDemandView(
                new ViewId(head.name(), head.version()),
                head.description(),
                head.owner(),
                head.tags(),
                inputs,
                request,
                features,
                text));
    }

    /** A list of features, each by its own name, or a map that gives each a name. */
    private List<Input> inputs() {
        Map<String, String> written = new LinkedHashMap<>();
        if (document.isMap("inputs")) {
            document.optionalMap("inputs").ifPresent(map -> map.keys()
                    .forEach(name -> map.optionalString(name).ifPresent(feature -> written.put(name, feature))));
        } else {
            for (String feature : document.strings("inputs")) {
                String name =
                        FeatureName.parse(feature).map(FeatureName::feature).orElse(feature);
                if (written.putIfAbsent(name, feature) != null) {
                    document.fault(
                            "inputs",
                            "two inputs are named '" + name + "'; write inputs as a map of names to features");
                }
            }
        }
        if (written.size() > MOST_INPUTS) {
            document.fault("inputs", "at most " + MOST_INPUTS + " inputs are possible");
        }
        var inputs = new ArrayList<Input>();
        written.forEach((name, feature) -> {
            Optional<FeatureName> of = FeatureName.parse(feature);
            if (of.isEmpty()) {
                document.fault("inputs", "'" + feature + "' is not of the form view:feature or view@version:feature");
            }
            variable("inputs", name);
            of.ifPresent(named -> inputs.add(new Input(name, named)));
        });
        return inputs;
    }

    private List<EventField> request() {
        var fields = new ArrayList<EventField>();
        document.optionalMap("request").ifPresent(map -> map.keys().forEach(name -> {
            variable("request", name);
            if (!map.has(name)) {
                map.fault(name, "'" + name + "' has no type");
            }
            map.optionalChoice(name, SCALARS).ifPresent(type -> fields.add(new EventField(name, type)));
        }));
        return fields;
    }

    private void variable(String key, String name) {
        if (!DocumentHead.FIELD.matcher(name).matches()) {
            document.fault(key, "'" + name + "' must be " + DocumentHead.FIELD_EXPECTATION);
        }
        if (!names.add(name)) {
            document.fault(key, "the name '" + name + "' stands twice among 'inputs' and 'request'");
        }
    }

    private List<Computed> features() {
        List<MapNode> nodes = FeatureLists.maps(document, MOST_FEATURES);
        var features = new ArrayList<Computed>();
        Set<String> seen = new HashSet<>();
        for (MapNode node : nodes) {
            String name = FeatureLists.name(node, seen);
            if (!node.has("type")) {
                node.fault("type", "'type' is missing: expected one of " + String.join(", ", SCALARS.keySet()));
            }
            Optional<ValueType> type = node.optionalChoice("type", SCALARS);
            String expression = node.string("expression");
            if (expression.length() > ExpressionLanguage.MAX_LENGTH) {
                node.fault("expression", "'expression' has more than " + ExpressionLanguage.MAX_LENGTH + " characters");
            }
            node.refuseUnknownKeys();
            type.ifPresent(of -> features.add(new Computed(name, of, expression)));
        }
        return features;
    }
}
