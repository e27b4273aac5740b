package io.millrace.inference.app;

import io.millrace.inference.domain.ModelFault;
import io.millrace.inference.domain.VersionPolicy;
import java.util.HashMap;
import java.util.Map;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The version policies of models, as they were read last. While one is wrong, the one before it goes on holding. Not thread-safe. */
final class ModelPolicies {
    private static final Logger LOG = Logger.getLogger(ModelPolicies.class);

    private final ModelRepository repository;
    private final Map<String, Known> known = new HashMap<>();

    private record Known(
            String fingerprint,
            @Nullable VersionPolicy policy,
            @Nullable ModelRefusedException fault) {}

    ModelPolicies(ModelRepository repository) {
        this.repository = repository;
    }

    /**
     * The policy that holds for a model.
     *
     * @param fingerprint of its policy; empty where it has none
     * @throws ModelRefusedException where its policy is wrong, and none was right before
     */
    VersionPolicy of(String model, @Nullable String fingerprint) throws ModelRefusedException {
        if (fingerprint == null) {
            known.remove(model);
            return new VersionPolicy.All();
        }
        Known last = known.get(model);
        if (last == null || !last.fingerprint().equals(fingerprint)) {
            last = read(model, fingerprint, last == null ? null : last.policy());
            known.put(model, last);
        }
        if (last.policy() != null) {
            return last.policy();
        }
        if (last.fault() != null) {
            throw last.fault();
        }
        throw new IllegalStateException("a policy is known or at fault");
    }

    private Known read(String model, String fingerprint, @Nullable VersionPolicy before) {
        try {
            VersionPolicy policy = repository.policy(model);
            LOG.infof("Model %s: versions that serve: %s", model, policy);
            return new Known(fingerprint, policy, null);
        } catch (ModelRefusedException e) {
            LOG.warnf(
                    "The version policy of model %s is refused%s: %s",
                    model, before == null ? "" : ", the one before goes on holding", e.getMessage());
            return new Known(e.fault() == ModelFault.UNREADABLE ? "" : fingerprint, before, e);
        }
    }
}
