package io.millrace.inference.app.ensemble;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.InferenceReason;
import java.util.Optional;

/** The ensembles that can be called. Thread-safe; answers from memory. */
public interface HeldEnsembles {
    /** Where nothing is applied. */
    HeldEnsembles NONE = new HeldEnsembles() {
        @Override
        public boolean knows(String name) {
            return false;
        }

        @Override
        public EnsembleUse use(String name, Optional<String> version) {
            throw new Refusal(InferenceReason.MODEL_NOT_FOUND, "there is no ensemble '" + name + "'");
        }
    };

    /** Whether there is an ensemble of this name. */
    boolean knows(String name);

    /**
     * An ensemble for a call, with a version of each of its models held: a model that several steps run is of one version in all of them.
     *
     * @throws Refusal MODEL_NOT_FOUND; MODEL_UNAVAILABLE where a model of its does not serve or does not fit
     */
    EnsembleUse use(String name, Optional<String> version);
}
