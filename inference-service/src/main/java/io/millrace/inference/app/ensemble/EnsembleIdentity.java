package io.millrace.inference.app.ensemble;

import io.millrace.inference.domain.ScoredBatch.ModelIdentity;
import io.millrace.inference.domain.ScoredBatch.Step;
import io.millrace.inference.domain.ensemble.Ensemble;
import io.millrace.inference.domain.ensemble.Ensemble.ModelStep;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.TreeSet;
import java.util.function.Function;

/** An ensemble with certain versions of its models, as predictions name it. */
final class EnsembleIdentity {
    private EnsembleIdentity() {}

    /**
     * The digest is of the definition and of the models: the same digest gives the same answers.
     *
     * @param models of the steps by name
     */
    static ModelIdentity of(Ensemble ensemble, Function<String, ModelIdentity> models) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update(ensemble.yaml().getBytes(StandardCharsets.UTF_8));
            var steps = new ArrayList<Step>();
            var engines = new TreeSet<String>();
            for (ModelStep step : ensemble.modelSteps()) {
                ModelIdentity model = models.apply(step.name());
                sha256.update((step.name() + "=" + model.digest() + "\n").getBytes(StandardCharsets.UTF_8));
                steps.add(new Step(step.name(), model.name(), model.version(), model.digest()));
                engines.add(model.engine());
            }
            return new ModelIdentity(
                    ensemble.name(),
                    ensemble.version(),
                    HexFormat.of().formatHex(sha256.digest()),
                    String.join(", ", engines),
                    steps);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
