package io.millrace.inference.app.label;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.definition.DefinitionCatalog;
import io.millrace.inference.domain.label.LabelStream;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** The label streams as they are applied, how they fare, and what they say of predictions. Thread-safe; calls may block. */
@ApplicationScoped
public class Labels {
    private final DefinitionCatalog catalog;
    private final LabelControl control;
    private final LabelsKind kind;

    /**
     * A label stream on this replica.
     *
     * @param folds what is made of its outcomes here
     */
    public record Summary(LabelStream labels, LabelStreams.Status status, List<String> folds) {
        public Summary {
            folds = List.copyOf(folds);
        }
    }

    public Labels(DefinitionCatalog catalog, LabelControl control, LabelsKind kind) {
        this.catalog = catalog;
        this.control = control;
        this.kind = kind;
    }

    /**
     * All by name.
     *
     * @throws Refusal DEFINITIONS_UNAVAILABLE
     */
    public List<Summary> list() {
        catalog.requireCurrent();
        return catalog.all(LabelStream.class).values().stream()
                .map(this::summary)
                .toList();
    }

    /**
     * One.
     *
     * @throws Refusal LABELS_NOT_FOUND, DEFINITIONS_UNAVAILABLE
     */
    public Summary get(String name) {
        return catalog.find(LabelStream.class, name).map(this::summary).orElseThrow(() -> {
            catalog.requireCurrent();
            return new Refusal(InferenceReason.LABELS_NOT_FOUND, "no labels are named '" + name + "'");
        });
    }

    /**
     * How good the predictions were.
     *
     * @throws Refusal LABELS_NOT_FOUND; LABELS_ELSEWHERE where another replica reads them, or none yet; DEFINITIONS_UNAVAILABLE
     */
    public Quality quality(String name) {
        return fold(name, QualityFold.NAME, QualityFold.class).quality();
    }

    /**
     * The rows of which a model version errs more than of others, surest first.
     *
     * @throws Refusal as {@link #quality}
     */
    public List<SlicesFold.ErrorSlice> slices(String name, String model, String version) {
        return fold(name, SlicesFold.NAME, SlicesFold.class).slices(model, version);
    }

    /**
     * Something that is made of the outcomes of a label stream.
     *
     * @throws Refusal as {@link #quality}
     */
    public <F extends OutcomeFold> F fold(String name, String fold, Class<F> type) {
        Summary summary = get(name);
        return control.fold(name, fold, type)
                .orElseThrow(() -> new Refusal(
                        InferenceReason.LABELS_ELSEWHERE,
                        summary.status().owned()
                                ? "'" + fold + "' of labels '" + name + "' is not read here at the moment"
                                : "labels '" + name + "' are read by another replica"
                                        + (summary.status().reason().isEmpty()
                                                ? ""
                                                : "; here: " + summary.status().reason())));
    }

    /**
     * Ends reading the labels. Their outcomes, and where they were read to, stay: labels of the same name go on from there.
     *
     * @throws Refusal LABELS_NOT_FOUND, DEFINITIONS_UNAVAILABLE
     */
    public void remove(String name) {
        get(name);
        catalog.remove(kind, name);
    }

    private Summary summary(LabelStream labels) {
        return new Summary(
                labels,
                control.status(labels.name())
                        .orElseGet(() ->
                                new LabelStreams.Status(false, "there is no pipeline '" + labels.pipeline() + "'", -1)),
                control.folds(labels.name()));
    }
}
