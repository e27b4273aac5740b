package io.millrace.inference.app.experiment;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.deploy.ArmPolicies;
import io.millrace.inference.app.deploy.ArmPolicy;
import io.millrace.inference.domain.deploy.Bandit;
import io.millrace.inference.domain.deploy.Deployment;
import io.millrace.inference.domain.deploy.Split;
import io.millrace.inference.telemetry.ExperimentMetrics;
import io.millrace.models.kernel.evidence.Choice;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/** The bandits as the replica that folds their outcomes told them last: every replica chooses by them. Thread-safe; never waits. */
@ApplicationScoped
public class Bandits implements ArmPolicies {
    private static final Logger LOG = Logger.getLogger(Bandits.class);
    private static final String KEY = "bandit/";

    private final EvidenceLog log;
    private final ExperimentMetrics metrics;
    private final Map<String, Choosing> choosing = new ConcurrentHashMap<>();

    public Bandits(EvidenceLog log, ExperimentMetrics metrics) {
        this.log = log;
        this.metrics = metrics;
        log.listen(this::heard);
    }

    @Override
    public Optional<ArmPolicy> of(Deployment deployment) {
        if (deployment.bandit().isEmpty()) {
            if (choosing.remove(deployment.name()) != null) {
                metrics.forgetBandit(deployment.name());
            }
            return Optional.empty();
        }
        var policy = new Choosing(deployment);
        choosing.put(deployment.name(), policy);
        heard(KEY + deployment.name());
        return Optional.of(policy);
    }

    /** What is known of the bandit of a deployment; empty where no reward came yet. */
    public Optional<BanditReport> find(String deployment) {
        return log.find(KEY + deployment).flatMap(BanditReport::read);
    }

    /**
     * The same of one that must be known.
     *
     * @throws Refusal EXPERIMENT_NOT_FOUND
     */
    public BanditReport get(String deployment) {
        return find(deployment)
                .orElseThrow(() -> new Refusal(
                        InferenceReason.EXPERIMENT_NOT_FOUND,
                        "no bandit of a deployment '" + deployment + "' is known"));
    }

    /** All bandits of which something is known, by name. */
    public List<BanditReport> list() {
        return choosing.keySet().stream()
                .sorted()
                .flatMap(name -> find(name).stream())
                .toList();
    }

    void tell(BanditReport report) {
        log.tell(KEY + report.deployment(), report.text());
    }

    private void heard(String key) {
        if (key.startsWith(KEY)) {
            Choosing policy = choosing.get(key.substring(KEY.length()));
            if (policy != null) {
                log.find(key).flatMap(BanditReport::read).filter(policy::take).ifPresent(metrics::show);
            }
        }
    }

    /** A bandit that chooses by what it heard last; even until then. */
    private static final class Choosing implements ArmPolicy {
        private final Bandit bandit;
        private final String fingerprint;
        private final String salt;
        private volatile Brain brain;
        private long offset = -1;

        Choosing(Deployment deployment) {
            this.bandit = deployment.bandit().orElseThrow();
            this.fingerprint = BanditFold.fingerprint(deployment);
            this.salt = deployment.name() + "/bandit/" + bandit.seed();
            this.brain = Brain.fresh(bandit, deployment.arms().size());
        }

        /** Whether it is taken: what another replica told that has not read as far is let go. */
        synchronized boolean take(BanditReport report) {
            if (!report.fingerprint().equals(fingerprint) || report.offset() < offset) {
                return false;
            }
            try {
                brain = Brain.read(bandit, report.stateBytes());
                offset = report.offset();
                return true;
            } catch (IOException | IllegalArgumentException e) {
                LOG.errorf(e, "The bandit of %s cannot be read; it chooses as before", report.deployment());
                return false;
            }
        }

        @Override
        public List<String> context() {
            return brain.context();
        }

        @Override
        public Choice choose(String key, Map<String, Object> values) {
            return brain.choose(Split.uniform(salt, key), values);
        }
    }
}
