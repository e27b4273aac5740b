package io.millrace.inference.app.infer;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.ModelCatalog;
import io.millrace.inference.app.ModelCatalog.Listing;
import io.millrace.inference.app.ModelCatalog.Tallied;
import io.millrace.inference.app.ensemble.EnsembleUse;
import io.millrace.inference.app.ensemble.Ensembles;
import io.millrace.inference.domain.ModelState;
import io.millrace.inference.domain.ensemble.Ensemble;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The model repository extension of the Open Inference Protocol: what there is, and loading and letting go by hand. */
@ApplicationScoped
public class RepositoryControl {
    /** Parameter of unload, of Triton's: whether what an ensemble runs is to go with it. */
    private static final String DEPENDENTS = "unload_dependents";

    private final ModelCatalog models;
    private final Ensembles ensembles;

    /**
     * A version of a model.
     *
     * @param reason why it does not serve; else empty
     */
    public record Entry(String name, String version, State state, String reason) {}

    /** Whether a version serves, in the protocol's words. */
    public enum State {
        READY,
        UNAVAILABLE
    }

    public RepositoryControl(ModelCatalog models, Ensembles ensembles) {
        this.models = models;
        this.ensembles = ensembles;
    }

    /**
     * The versions in the repository by name, then oldest first, and the ensembles.
     *
     * @param ready only those that serve
     */
    public List<Entry> index(boolean ready) {
        return Stream.concat(
                        models.list().stream().map(RepositoryControl::entry),
                        ensembles.list().stream().map(this::entry))
                .filter(entry -> !ready || entry.state() == State.READY)
                .toList();
    }

    /**
     * What calls came to, of one model or of all.
     *
     * @param name empty: of all models
     * @throws Refusal MODEL_NOT_FOUND
     */
    public List<Tallied> statistics(String name, Optional<String> version) {
        List<Tallied> statistics = Stream.concat(models.tallies().stream(), ensembles.tallies().stream())
                .filter(tallied -> name.isEmpty() || tallied.name().equals(name))
                .filter(tallied -> version.isEmpty() || version.get().equals(tallied.version()))
                .toList();
        if (statistics.isEmpty() && !name.isEmpty()) {
            throw new Refusal(
                    InferenceReason.MODEL_NOT_FOUND,
                    "model '" + name + "'"
                            + version.map(v -> " version '" + v + "'").orElse("") + " does not serve");
        }
        return statistics;
    }

    /**
     * Loads what the repository has of a model, and goes on watching it. Idempotent.
     *
     * @param parameters names of what came with the call; a configuration or files in a call are not taken
     * @throws Refusal MODEL_NOT_FOUND; MODEL_UNAVAILABLE where no version serves afterwards; INVALID_REQUEST
     */
    public void load(String name, Set<String> parameters) {
        if (!parameters.isEmpty()) {
            throw new Refusal(
                    InferenceReason.INVALID_REQUEST,
                    "models are loaded from the repository as they are there; parameters " + parameters
                            + " are not taken");
        }
        refuseEnsemble(name);
        models.load(name);
    }

    /**
     * Lets go of a model until it is loaded again or the service starts again; calls under way end first. Idempotent.
     *
     * @param parameters names of what came with the call; nothing depends on a model in the sense of {@code unload_dependents}, so that it changes nothing
     * @throws Refusal MODEL_NOT_FOUND, INVALID_REQUEST
     */
    public void unload(String name, Set<String> parameters) {
        for (String parameter : parameters) {
            if (!parameter.equals(DEPENDENTS)) {
                throw new Refusal(
                        InferenceReason.INVALID_REQUEST, "parameter '" + parameter + "' of unload is not known");
            }
        }
        refuseEnsemble(name);
        models.unload(name);
    }

    /** An ensemble is of the definitions: it is there as long as it is applied. */
    private void refuseEnsemble(String name) {
        if (!models.knows(name) && ensembles.knows(name)) {
            throw new Refusal(
                    InferenceReason.INVALID_REQUEST,
                    "'" + name + "' is an ensemble, which is applied, not loaded: load and unload its models");
        }
    }

    private Entry entry(Ensemble ensemble) {
        try (EnsembleUse use = ensembles.use(ensemble.name(), Optional.empty())) {
            return new Entry(use.name(), use.version(), State.READY, "");
        } catch (Refusal refusal) {
            return new Entry(ensemble.name(), ensemble.version(), State.UNAVAILABLE, refusal.getMessage());
        }
    }

    private static Entry entry(Listing listing) {
        boolean serves = listing.state() == ModelState.SERVING || listing.state() == ModelState.AVAILABLE;
        return new Entry(
                listing.name(),
                listing.version(),
                serves ? State.READY : State.UNAVAILABLE,
                serves ? "" : listing.reason());
    }
}
