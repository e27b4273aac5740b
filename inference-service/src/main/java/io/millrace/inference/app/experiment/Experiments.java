package io.millrace.inference.app.experiment;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.EventLog;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.definition.DefinitionCatalog;
import io.millrace.inference.app.deploy.Deployments;
import io.millrace.inference.app.deploy.Settlement;
import io.millrace.inference.app.experiment.ExperimentReport.Action;
import io.millrace.inference.app.experiment.ExperimentReport.Settled;
import io.millrace.inference.domain.ServiceEvent;
import io.millrace.inference.domain.deploy.Deployment;
import io.millrace.inference.domain.deploy.Experiment;
import io.millrace.inference.telemetry.ExperimentMetrics;
import io.millrace.models.kernel.evidence.Decision;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The experiments of deployments: how they stand, what was decided, by whom, and on what. Thread-safe; all calls may block. */
@ApplicationScoped
public class Experiments implements ExperimentFold.Conclusions {
    private static final Logger LOG = Logger.getLogger(Experiments.class);
    private static final String KEY = "experiment/";
    /** Who decides where nobody does. */
    private static final String EVIDENCE = "evidence";

    private final DefinitionCatalog catalog;
    private final Deployments deployments;
    private final EvidenceLog log;
    private final EventLog events;
    private final ExperimentMetrics metrics;

    /**
     * A deployment's experiments.
     *
     * @param now the one that is declared; absent where none is, or no outcome of it came yet
     * @param ended those that were decided, oldest first
     */
    public record Standing(
            String deployment,
            Optional<Experiment> declared,
            long revision,
            Optional<ExperimentReport> now,
            List<ExperimentReport> ended) {
        public Standing {
            ended = List.copyOf(ended);
        }
    }

    public Experiments(
            DefinitionCatalog catalog,
            Deployments deployments,
            EvidenceLog log,
            EventLog events,
            ExperimentMetrics metrics) {
        this.metrics = metrics;
        this.catalog = catalog;
        this.deployments = deployments;
        this.log = log;
        this.events = events;
        log.listen(key -> {
            if (key.startsWith(KEY)) {
                measure(key.substring(KEY.length()));
            }
        });
        catalog.listen(Deployment.class, this::measure);
    }

    private void measure(String deployment) {
        boolean declared = catalog.find(Deployment.class, deployment)
                .flatMap(Deployment::experiment)
                .isPresent();
        Optional<ExperimentReport> report =
                declared ? now(deployment, deployments.revision(deployment)) : Optional.empty();
        report.ifPresentOrElse(metrics::show, () -> metrics.forgetExperiment(deployment));
    }

    /**
     * All deployments that have or had an experiment, by name.
     *
     * @throws Refusal DEFINITIONS_UNAVAILABLE
     */
    public List<Standing> list() {
        catalog.requireCurrent();
        return catalog.all(Deployment.class).values().stream()
                .map(this::standing)
                .filter(standing ->
                        standing.declared().isPresent() || !standing.ended().isEmpty())
                .toList();
    }

    /**
     * One deployment's.
     *
     * @throws Refusal EXPERIMENT_NOT_FOUND, DEFINITIONS_UNAVAILABLE
     */
    public Standing get(String deployment) {
        catalog.requireCurrent();
        return catalog.find(Deployment.class, deployment)
                .map(this::standing)
                .filter(standing ->
                        standing.declared().isPresent() || !standing.ended().isEmpty())
                .orElseThrow(() -> notFound(deployment));
    }

    private Standing standing(Deployment deployment) {
        long revision = deployments.revision(deployment.name());
        List<ExperimentReport> ended = new ArrayList<>();
        deployments.evidence(deployment.name()).values().forEach(text -> ReportText.read(text)
                .ifPresent(ended::add));
        return new Standing(
                deployment.name(), deployment.experiment(), revision, now(deployment.name(), revision), ended);
    }

    private Optional<ExperimentReport> now(String deployment, long revision) {
        return log.find(KEY + deployment).flatMap(ReportText::read).filter(report -> report.revision() == revision);
    }

    @Override
    public void show(ExperimentReport report) {
        log.tell(KEY + report.deployment(), ReportText.write(report));
    }

    @Override
    public boolean conclude(ExperimentReport report, boolean automatic) {
        show(report);
        Decision decision = report.evidence().decision();
        boolean acts = decision == Decision.PROMOTE || decision == Decision.ROLL_BACK;
        Settlement settlement = acts && automatic ? settlement(decision) : Settlement.KEEP;
        Action action = acts ? automatic ? action(settlement) : Action.ADVISED : Action.STOPPED;
        try {
            if (kept(report.deployment(), report.revision()) == null) {
                settle(report, settlement, action, EVIDENCE);
            }
            return true;
        } catch (Refusal refusal) {
            if (refusal.reason() == InferenceReason.DEPLOYMENT_CHANGED
                    || refusal.reason() == InferenceReason.DEPLOYMENT_NOT_FOUND
                    || refusal.reason() == InferenceReason.EXPERIMENT_NOT_FOUND) {
                LOG.debugf("The experiment of %s is of a revision that is gone", report.deployment());
                return true;
            }
            LOG.warnf("What the experiment of %s came to is done later: %s", report.deployment(), refusal.getMessage());
            return false;
        }
    }

    /**
     * Does what a person decided of the experiment that is declared.
     *
     * @param settlement PROMOTE or ROLL_BACK
     * @param revision that the person looked at; 0: whichever holds. With it, repeating the call is safe
     * @param anyway whether also against the evidence, or without any
     * @param who the person
     * @throws Refusal EXPERIMENT_NOT_FOUND; EXPERIMENT_UNDECIDED where the evidence does not ask for it; DEPLOYMENT_CHANGED; MODEL_NOT_SERVING;
     *     DEFINITIONS_UNAVAILABLE
     */
    public Standing decide(String deployment, Settlement settlement, long revision, boolean anyway, String who) {
        Standing standing = get(deployment);
        long tested = revision == 0 ? standing.revision() : revision;
        if (standing.declared().isEmpty() && tested == standing.revision()) {
            throw notFound(deployment);
        }
        ExperimentReport report = Optional.ofNullable(kept(deployment, tested))
                .or(() -> now(deployment, tested))
                .orElseThrow(() -> new Refusal(
                        InferenceReason.EXPERIMENT_UNDECIDED,
                        "no outcome of the experiment of deployment '" + deployment + "' is known yet"));
        Decision asked = settlement == Settlement.PROMOTE ? Decision.PROMOTE : Decision.ROLL_BACK;
        if (report.evidence().decision() != asked && !anyway) {
            throw new Refusal(
                    InferenceReason.EXPERIMENT_UNDECIDED,
                    "the evidence says " + report.evidence().decision() + ", "
                            + report.evidence().why());
        }
        if (report.settled().filter(settled -> settled.revision() > 0).isEmpty()) {
            settle(report, settlement, action(settlement), who);
        }
        return get(deployment);
    }

    private void settle(ExperimentReport report, Settlement settlement, Action action, String who) {
        var written = new ArrayList<ExperimentReport>();
        deployments.settle(report.deployment(), report.revision(), settlement, made -> {
            written.add(report.settled(new Settled(action, who, report.data().toMicros(), made)));
            return ReportText.write(written.getLast());
        });
        Map<String, Object> evidence = ReportText.map(written.getLast());
        metrics.decided(action);
        events.record(ServiceEvent.experimentDecided(report.deployment(), evidence));
    }

    private @Nullable ExperimentReport kept(String deployment, long revision) {
        String text = deployments.evidence(deployment).get(revision);
        return text == null ? null : ReportText.read(text).orElse(null);
    }

    private static Settlement settlement(Decision decision) {
        return decision == Decision.PROMOTE ? Settlement.PROMOTE : Settlement.ROLL_BACK;
    }

    private static Action action(Settlement settlement) {
        return switch (settlement) {
            case PROMOTE -> Action.PROMOTED;
            case ROLL_BACK -> Action.ROLLED_BACK;
            case KEEP -> Action.STOPPED;
        };
    }

    private static Refusal notFound(String deployment) {
        return new Refusal(
                InferenceReason.EXPERIMENT_NOT_FOUND, "no experiment of a deployment '" + deployment + "' is known");
    }
}
