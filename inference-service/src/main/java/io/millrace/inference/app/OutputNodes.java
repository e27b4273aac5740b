package io.millrace.inference.app;

import io.millrace.definitions.MapNode;
import io.millrace.definitions.NearestName;
import io.millrace.inference.app.condition.ConditionNames;
import io.millrace.inference.app.condition.PredictionConditions;
import io.millrace.inference.app.condition.PredictionConditions.Compiled;
import io.millrace.inference.domain.Alert;
import io.millrace.inference.domain.Output;
import io.millrace.inference.domain.Output.Format;
import io.millrace.inference.domain.Output.Route;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads where a pipeline's predictions go: {@code output}, or {@code outputs} with their routes, and {@code alert}. */
final class OutputNodes {
    private static final int MAX_OUTPUTS = 16;
    private static final Map<String, Format> FORMATS = Map.of("json", Format.JSON, "cloudevents", Format.CLOUDEVENTS);

    private final MapNode root;
    private final String input;
    private final ConditionNames names;
    private final Optional<Set<String>> features;

    /**
     * @param input the topic that the pipeline reads, which it cannot write
     * @param features those that the pipeline lists, as conditions name them, {@code view.feature}; empty where a service decides
     */
    OutputNodes(MapNode root, String input, ConditionNames names, Optional<Set<String>> features) {
        this.root = root;
        this.input = input;
        this.names = names;
        this.features = features;
    }

    List<Output> outputs() {
        if (root.has("output") == root.has("outputs")) {
            if (root.has("output")) {
                root.fault("outputs", "a pipeline has either 'output' or 'outputs'");
            } else {
                root.faults().add(root.place(), "'output' is missing: expected a map, or a list 'outputs'");
            }
        }
        var outputs = new ArrayList<Output>();
        if (root.has("outputs")) {
            List<MapNode> nodes = root.maps("outputs");
            nodes.forEach(node -> outputs.add(output(node, true)));
            checkRoutes(nodes, outputs);
            if (nodes.isEmpty() || nodes.size() > MAX_OUTPUTS) {
                root.fault("outputs", "'outputs' must be a list of 1 to " + MAX_OUTPUTS);
            }
        }
        root.optionalMap("output").ifPresent(node -> outputs.add(output(node, false)));
        return outputs;
    }

    Optional<Alert> alert() {
        return root.optionalMap("alert").map(node -> {
            String when = node.string("when");
            Optional<Boolean> constant = check(node, when);
            if (constant.isPresent()) {
                node.fault("when", "'when' is " + (constant.get() ? "met by every" : "never met by a") + " prediction");
            }
            String topic = node.has("topic") ? topic(node) : Alert.DEFAULT_TOPIC;
            Alert.Severity severity =
                    node.optionalEnum("severity", Alert.Severity.class).orElse(Alert.Severity.WARNING);
            String description = node.optionalString("description").orElse("");
            node.refuseUnknownKeys();
            return new Alert(when, topic, severity, description);
        });
    }

    private Output output(MapNode node, boolean oneOfMany) {
        String topic = topic(node);
        Format format = node.optionalChoice("format", FORMATS).orElse(Format.JSON);
        if (node.has("mode")) {
            boolean binary = node.optionalChoice("mode", Map.of("structured", false, "binary", true))
                    .orElse(false);
            if (format == Format.JSON) {
                node.fault("mode", "'mode' has a meaning for format cloudevents alone");
            } else if (binary) {
                format = Format.CLOUDEVENTS_BINARY;
            }
        }
        Route route = oneOfMany ? route(node) : new Route.Every();
        node.refuseUnknownKeys();
        return new Output(topic, route, format);
    }

    private Route route(MapNode node) {
        boolean otherwise = node.optionalBoolean("otherwise").orElse(false);
        if (!node.has("when")) {
            return otherwise ? new Route.Otherwise() : new Route.Every();
        }
        if (otherwise) {
            node.fault("otherwise", "an output has either 'when' or 'otherwise'");
        }
        String when = node.string("when");
        check(node, when)
                .filter(met -> !met)
                .ifPresent(_ -> node.fault("when", "'when' is never met: nothing would go to this output"));
        return new Route.When(when);
    }

    /** Each prediction must go somewhere, and each output must be able to get one. */
    private void checkRoutes(List<MapNode> nodes, List<Output> outputs) {
        var topics = new HashSet<String>();
        boolean conditional = false;
        boolean allTaken = false;
        boolean everyGoesSomewhere = false;
        for (int i = 0; i < outputs.size(); i++) {
            Output output = outputs.get(i);
            if (!output.topic().isEmpty() && !topics.add(output.topic())) {
                nodes.get(i).fault("topic", "topic '" + output.topic() + "' is another output's, too");
            }
            conditional |= output.route() instanceof Route.When;
            allTaken |= output.condition().filter(this::isAlwaysMet).isPresent();
            everyGoesSomewhere |= !(output.route() instanceof Route.When);
        }
        int others = 0;
        for (int i = 0; i < outputs.size(); i++) {
            if (outputs.get(i).route() instanceof Route.Otherwise) {
                if (!conditional) {
                    nodes.get(i).fault("otherwise", "'otherwise' needs another output with 'when'");
                } else if (allTaken) {
                    nodes.get(i)
                            .fault(
                                    "otherwise",
                                    "every prediction meets another output's 'when': nothing would come here");
                }
                if (++others > 1) {
                    nodes.get(i).fault("otherwise", "there is another output with 'otherwise'");
                }
            }
        }
        if (!outputs.isEmpty() && !everyGoesSomewhere && !allTaken) {
            root.fault(
                    "outputs",
                    "a prediction that meets no 'when' would go nowhere: say 'otherwise: true' in one output, or leave out its 'when'");
        }
    }

    private boolean isAlwaysMet(String condition) {
        return PredictionConditions.compile(condition, names) instanceof Compiled.Usable usable
                && Boolean.TRUE.equals(usable.constant());
    }

    /** Adds what is wrong with a condition; its answer where it always has the same. */
    private Optional<Boolean> check(MapNode node, String expression) {
        if (expression.isEmpty()) {
            return Optional.empty();
        }
        return switch (PredictionConditions.compile(expression, names)) {
            case Compiled.Faulty(int column, String message) -> {
                node.fault("when", "'when' at character " + column + ": " + message);
                yield Optional.empty();
            }
            case Compiled.Usable usable -> {
                features.ifPresent(known -> usable.features().stream()
                        .filter(feature -> !known.contains(feature))
                        .forEach(feature -> node.fault(
                                "when",
                                "'when' names feature '" + feature + "', which the pipeline does not list"
                                        + NearestName.hint(feature, known))));
                yield Optional.ofNullable(usable.constant());
            }
        };
    }

    private String topic(MapNode node) {
        String topic = node.string("topic", PipelineReader.TOPIC, PipelineReader.TOPIC_EXPECTATION);
        if (!topic.isEmpty() && (topic.equals(input) || topic.equals(input + ".dlq"))) {
            node.fault("topic", "'topic' must be another topic than the input and its dead letters");
        }
        return topic;
    }
}
