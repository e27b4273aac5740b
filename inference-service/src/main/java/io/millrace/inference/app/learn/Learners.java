package io.millrace.inference.app.learn;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.definition.DefinitionCatalog;
import io.millrace.inference.app.label.LabelControl;
import io.millrace.inference.app.learn.CatalogCommands.Command;
import io.millrace.inference.domain.learn.OnlineModel;
import java.util.List;
import java.util.Optional;

/** The online models, how they fare, and what can be asked of them. Thread-safe; all calls may block. */
public final class Learners {
    private final DefinitionCatalog catalog;
    private final OnlineModelKind kind;
    private final LabelControl labels;
    private final CatalogCommands commands;
    private final LearningTelemetry telemetry;

    /**
     * An online model.
     *
     * @param status empty while another replica, or none, feeds it
     */
    public record Summary(OnlineModel model, Optional<LearnerStatus> status) {}

    public Learners(
            DefinitionCatalog catalog,
            OnlineModelKind kind,
            LabelControl labels,
            CatalogCommands commands,
            LearningTelemetry telemetry) {
        this.catalog = catalog;
        this.kind = kind;
        this.labels = labels;
        this.commands = commands;
        this.telemetry = telemetry;
    }

    /** Shows each model that is applied in the metrics from now on. */
    public void show() {
        catalog.listen(OnlineModel.class, name -> {
            if (catalog.find(OnlineModel.class, name).isPresent()) {
                telemetry.watch(
                        name, () -> catalog.find(OnlineModel.class, name).flatMap(this::status));
            } else {
                telemetry.forget(name);
            }
        });
    }

    /**
     * All online models by name.
     *
     * @throws Refusal DEFINITIONS_UNAVAILABLE
     */
    public List<Summary> list() {
        catalog.requireCurrent();
        return catalog.all(OnlineModel.class).values().stream()
                .map(model -> new Summary(model, status(model)))
                .toList();
    }

    /**
     * One of them.
     *
     * @throws Refusal ONLINE_MODEL_NOT_FOUND, DEFINITIONS_UNAVAILABLE
     */
    public Summary get(String name) {
        OnlineModel model = catalog.find(OnlineModel.class, name).orElseThrow(() -> {
            catalog.requireCurrent();
            return new Refusal(InferenceReason.ONLINE_MODEL_NOT_FOUND, "no online model is named '" + name + "'");
        });
        return new Summary(model, status(model));
    }

    /**
     * Asks for a version of what is learned now. The replica that feeds the model makes it, within seconds; without a label since the last version that is the version already.
     *
     * @throws Refusal ONLINE_MODEL_NOT_FOUND, DEFINITIONS_UNAVAILABLE
     */
    public Summary snapshot(String name) {
        get(name);
        commands.ask(name, Command.SNAPSHOT);
        return get(name);
    }

    /**
     * Lets a frozen model learn again, from the last good snapshot on.
     *
     * @param newReference whether the next window of labels is what later ones are held against, as for a law that did change; else the reference stays
     * @throws Refusal ONLINE_MODEL_NOT_FOUND; ONLINE_MODEL_NOT_FROZEN where that is known here; DEFINITIONS_UNAVAILABLE
     */
    public Summary resume(String name, boolean newReference) {
        Optional<LearnerStatus> status = get(name).status();
        if (status.isPresent() && status.get().freeze().isEmpty()) {
            throw new Refusal(InferenceReason.ONLINE_MODEL_NOT_FROZEN, "online model '" + name + "' is not frozen");
        }
        commands.ask(name, newReference ? Command.RESUME_WITH_NEW_REFERENCE : Command.RESUME);
        return get(name);
    }

    /**
     * Removes an online model; the versions that it made stay.
     *
     * @throws Refusal ONLINE_MODEL_NOT_FOUND, DEFINITIONS_UNAVAILABLE
     */
    public void remove(String name) {
        get(name);
        catalog.remove(kind, name);
    }

    private Optional<LearnerStatus> status(OnlineModel model) {
        return labels.fold(model.labels(), LearnerFold.name(model.name()), LearnerFold.class)
                .map(LearnerFold::status);
    }
}
