package io.millrace.inference.app.learn;

import io.millrace.definitions.DefinitionFile;
import io.millrace.definitions.Faults;
import io.millrace.inference.app.EventLog;
import io.millrace.inference.app.definition.DefinitionReader;
import io.millrace.inference.app.definition.Definitions;
import io.millrace.inference.domain.ScoredBatch.ModelIdentity;
import io.millrace.inference.domain.label.Outcome;
import io.millrace.inference.domain.label.Outcome.Labelled;
import io.millrace.inference.domain.label.Outcome.Prediction;
import io.millrace.inference.domain.learn.OnlineModel;
import io.millrace.inference.engine.learned.LearnedOnnx;
import io.millrace.models.kernel.random.Seeded;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Online models for tests, and a law that they can learn. */
public final class OnlineModels {
    private static final String COLUMNS = """
            columns:
              - {feature: "v:a", impute: 0.5}
              - {request: x}
            """;
    private static final String TEXTS = """
              - {request: place, category: {bits: 6}}
            interactions: [[x, place]]
            """;

    private OnlineModels() {}

    /** Named {@code online}, of labels {@code l}. */
    public static OnlineModel of(String learner, String rest) {
        return read("learner: {" + learner + "}\n" + COLUMNS + rest);
    }

    /** With a text. */
    public static OnlineModel withTexts(String learner, String rest) {
        return read("learner: {" + learner + "}\n" + COLUMNS + TEXTS + rest);
    }

    private static OnlineModel read(String rest) {
        var faults = new Faults();
        var file = new DefinitionFile("m.yaml", "kind: OnlineModel\nname: online\nlabels: l\n" + rest);
        var read = DefinitionReader.read(List.of(file), List.of(new OnlineModelKind()), faults);
        if (!faults.isEmpty()) {
            throw new IllegalArgumentException(faults.all().toString());
        }
        return (OnlineModel) read.getFirst().definition();
    }

    /** A fold of a model whose versions go to a store. */
    public static LearnerFold fold(
            OnlineModel model, VersionStore store, Definitions named, LearnerCommands commands, EventLog events) {
        var publisher = new SnapshotPublisher(new LearnedOnnx(), store, named, LearningTelemetry.NONE);
        return new LearnerFold(model, () -> model, commands, publisher, events);
    }

    /** The outcome of number {@code i}, always the same: the label is 1 the more likely the larger x and a are, and at one place. */
    public static Labelled labelled(int i) {
        Map<String, Object> values = values(i);
        double a = values.get("v:a") instanceof Double given ? given : 0.5;
        double score = a + (double) values.getOrDefault("x", 0.0) + ("p1".equals(values.get("place")) ? 1 : -0.3);
        double chance = 1 / (1 + StrictMath.exp(-2 * score));
        return labelled(i, values, new Seeded(i * 31L + 7).uniform() < chance ? 1 : 0, "gate");
    }

    public static Labelled labelled(int i, Map<String, Object> values, double label, String source) {
        return new Labelled(prediction(i, values, ""), label, i, source);
    }

    public static Prediction prediction(int i, Map<String, Object> values, String shadow) {
        return new Prediction(
                "in-0-" + i,
                "k" + i,
                Map.of(),
                new ModelIdentity("m", "1", "d"),
                Optional.empty(),
                shadow,
                0.5,
                i,
                values);
    }

    /** Now and then the feature is missing, or the text. */
    public static Map<String, Object> values(int i) {
        var random = new Seeded(i);
        var values = new HashMap<String, Object>();
        double a = random.gaussian();
        if (i % 17 != 0) {
            values.put("v:a", a);
        }
        values.put("x", random.gaussian());
        if (i % 13 != 0) {
            values.put("place", "p" + random.below(20));
        }
        return values;
    }

    /** Any outcome that is no label changes nothing. */
    public static Outcome unlabelled(int i) {
        return new Outcome.Unlabelled(prediction(i, values(i), ""));
    }
}
