package io.millrace.inference.domain;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** In which fields two definitions of one pipeline differ. */
public final class PipelineDifference {
    private final List<String> fields = new ArrayList<>();

    private PipelineDifference() {}

    /** Paths as in the definition, such as {@code input.topic} or {@code request.distance}; empty where at most comments and the order of keys differ. */
    public static List<String> between(Pipeline before, Pipeline after) {
        var difference = new PipelineDifference();
        difference.input(before.input(), after.input());
        difference.field("key", before.key(), after.key());
        difference.members("entity", before.entity(), after.entity());
        difference.members("request", before.request(), after.request());
        difference.field("features", before.features(), after.features());
        difference.field("service", before.service(), after.service());
        difference.field("missing", before.missing(), after.missing());
        difference.field("include-event", before.includeEvent(), after.includeEvent());
        difference.field(
                "record-vector", before.extras().vector(), after.extras().vector());
        difference.field("novelty", before.extras().novelty(), after.extras().novelty());
        difference.field(
                "contributions", before.extras().contributions(), after.extras().contributions());
        difference.field(
                "complete.wait", before.complete().patience(), after.complete().patience());
        difference.field(
                "complete.otherwise",
                before.complete().otherwise(),
                after.complete().otherwise());
        difference.field("model.name", before.model().name(), after.model().name());
        difference.field(
                "model.version", before.model().version(), after.model().version());
        difference.outputs(before.outputs(), after.outputs());
        difference.field("alert", before.alert(), after.alert());
        return List.copyOf(difference.fields);
    }

    private void input(Pipeline.Input before, Pipeline.Input after) {
        field("input.topic", before.topic(), after.topic());
        field("input.format", before.format(), after.format());
        field("input.timestamp.field", before.timestampField(), after.timestampField());
        field("input.timestamp.unit", before.unit(), after.unit());
        field("input.start", before.start(), after.start());
        field("input.contract", before.contract(), after.contract());
    }

    private void outputs(List<Output> before, List<Output> after) {
        if (before.size() != 1 || after.size() != 1) {
            field("outputs", before, after);
            return;
        }
        field("output.topic", before.getFirst().topic(), after.getFirst().topic());
        field("output.format", before.getFirst().format(), after.getFirst().format());
        field("output.when", before.getFirst().route(), after.getFirst().route());
    }

    private void members(String name, Map<String, ?> before, Map<String, ?> after) {
        var keys = new TreeSet<>(before.keySet());
        keys.addAll(after.keySet());
        for (String key : keys) {
            if (!before.containsKey(key) || !after.containsKey(key)) {
                fields.add(name + "." + key);
            } else {
                field(name + "." + key, before.get(key), after.get(key));
            }
        }
    }

    private void field(String path, Object before, Object after) {
        if (!before.equals(after)) {
            fields.add(path);
        }
    }
}
