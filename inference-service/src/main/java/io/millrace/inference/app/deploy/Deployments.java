package io.millrace.inference.app.deploy;

import io.millrace.definitions.DefinitionFile;
import io.millrace.definitions.Faults;
import io.millrace.gate.Refusal;
import io.millrace.inference.app.EventLog;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.definition.DefinitionCatalog;
import io.millrace.inference.app.definition.DefinitionReader;
import io.millrace.inference.app.definition.DefinitionReader.Placed;
import io.millrace.inference.app.ensemble.HeldEnsembles;
import io.millrace.inference.domain.Pipeline.ModelReference;
import io.millrace.inference.domain.ServiceEvent;
import io.millrace.inference.domain.deploy.Deployment;
import io.millrace.inference.domain.deploy.Deployment.Arm;
import io.millrace.inference.domain.deploy.Deployment.Shadow;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;

/** The deployments as they are applied, what came of their arms, and the way back. Thread-safe; all calls may block. */
@ApplicationScoped
public class Deployments {
    private final DefinitionCatalog catalog;
    private final DeploymentKind kind;
    private final HeldEnsembles ensembles;
    private final Routes routes;
    private final EventLog events;

    /**
     * A deployment and how it fares.
     *
     * @param revisions oldest first; the last is the one that holds
     */
    public record Summary(
            Deployment deployment, List<ArmSummary> arms, List<ArmSummary> shadows, List<Revision> revisions) {
        public Summary {
            arms = List.copyOf(arms);
            shadows = List.copyOf(shadows);
            revisions = List.copyOf(revisions);
        }

        /** The revision that holds; 0 where that is not known. */
        public long revision() {
            return revisions.isEmpty() ? 0 : revisions.getLast().number();
        }
    }

    /**
     * An arm or shadow.
     *
     * @param percent its weight or sample
     * @param tally of this process
     */
    public record ArmSummary(String name, ModelReference model, double percent, ArmTally tally) {}

    public Deployments(
            DefinitionCatalog catalog, DeploymentKind kind, HeldEnsembles ensembles, Routes routes, EventLog events) {
        this.catalog = catalog;
        this.kind = kind;
        this.ensembles = ensembles;
        this.routes = routes;
        this.events = events;
    }

    /**
     * All deployments by name.
     *
     * @throws Refusal DEFINITIONS_UNAVAILABLE
     */
    public List<Summary> list() {
        catalog.requireCurrent();
        return catalog.all(Deployment.class).keySet().stream()
                .flatMap(name -> routes.find(name).stream())
                .map(this::summary)
                .toList();
    }

    /**
     * One deployment.
     *
     * @throws Refusal DEPLOYMENT_NOT_FOUND, DEFINITIONS_UNAVAILABLE
     */
    public Summary get(String name) {
        return routes.find(name).map(this::summary).orElseThrow(() -> {
            catalog.requireCurrent();
            return notFound(name);
        });
    }

    /**
     * Goes back to a definition that the deployment had; it holds on every replica as soon as that hears of it. Its models must serve here.
     *
     * @param to the revision to go back to; 0: the one before. Going back again goes further back
     * @param from the revision that is gone back from; 0: whichever holds. With it, repeating the call is safe
     * @throws Refusal DEPLOYMENT_NOT_FOUND; REVISION_NOT_FOUND where there is none to go back to; DEPLOYMENT_CHANGED where another than {@code from} holds;
     *     MODEL_NOT_SERVING; DEFINITIONS_UNAVAILABLE
     */
    public synchronized Summary rollback(String name, long to, long from) {
        catalog.requireCurrent();
        if (catalog.find(Deployment.class, name).isEmpty()) {
            throw notFound(name);
        }
        NavigableMap<Long, Revision> revisions = kind.revisions(name, catalog);
        if (revisions.isEmpty()) {
            throw noRevision(name, to, revisions);
        }
        Revision now = revisions.lastEntry().getValue();
        if (from != 0 && now.number() != from) {
            throw new Refusal(
                    InferenceReason.DEPLOYMENT_CHANGED,
                    "revision " + now.number() + " of deployment '" + name + "' holds, not " + from);
        }
        Revision target = Optional.ofNullable(
                        to == 0
                                ? revisions.lowerEntry(now.origin())
                                : revisions.headMap(to, true).lastEntry())
                .map(Map.Entry::getValue)
                .filter(found -> to == 0 || found.number() == to)
                .orElseThrow(() -> noRevision(name, to, revisions));
        Deployment deployment = read(target);
        List<String> unserved = kind.unserved(deployment, ensembles);
        if (!unserved.isEmpty()) {
            throw new Refusal(
                    InferenceReason.MODEL_NOT_SERVING,
                    "revision " + target.number() + " of deployment '" + name + "': " + String.join("; ", unserved));
        }
        catalog.write(kind.changes(deployment, target.origin(), catalog));
        Summary after = get(name);
        events.record(ServiceEvent.deploymentChanged(
                name,
                "rolled-back",
                Map.of("revision", after.revision(), "restores", target.origin(), "replaces", now.number())));
        return after;
    }

    /**
     * Removes a deployment with its revisions; its name means the model again.
     *
     * @throws Refusal DEPLOYMENT_NOT_FOUND, DEFINITIONS_UNAVAILABLE
     */
    public void remove(String name) {
        get(name);
        catalog.remove(kind, name);
        events.record(ServiceEvent.deploymentChanged(name, "removed", Map.of()));
    }

    private Deployment read(Revision revision) {
        var faults = new Faults();
        List<Placed> read = DefinitionReader.read(
                List.of(new DefinitionFile("revision " + revision.number(), revision.definition())),
                List.of(kind),
                faults);
        if (!faults.isEmpty() || read.size() != 1) {
            throw new Refusal(
                    InferenceReason.REVISION_NOT_FOUND,
                    "revision " + revision.number() + " cannot be read by this release: " + faults.all());
        }
        return kind.type().cast(read.getFirst().definition());
    }

    private Summary summary(Route route) {
        Deployment deployment = route.deployment();
        var arms = new ArrayList<ArmSummary>();
        for (int i = 0; i < deployment.arms().size(); i++) {
            Arm arm = deployment.arms().get(i);
            arms.add(new ArmSummary(arm.name(), arm.model(), arm.weight(), route.tally(i)));
        }
        var shadows = new ArrayList<ArmSummary>();
        for (int i = 0; i < deployment.shadows().size(); i++) {
            Shadow shadow = deployment.shadows().get(i);
            shadows.add(new ArmSummary(shadow.name(), shadow.model(), shadow.sample(), route.shadowTally(i)));
        }
        return new Summary(
                deployment,
                arms,
                shadows,
                List.copyOf(kind.revisions(deployment.name(), catalog).values()));
    }

    private static Refusal notFound(String name) {
        return new Refusal(InferenceReason.DEPLOYMENT_NOT_FOUND, "no deployment is named '" + name + "'");
    }

    private static Refusal noRevision(String name, long to, NavigableMap<Long, Revision> revisions) {
        return new Refusal(
                InferenceReason.REVISION_NOT_FOUND,
                to == 0
                        ? "deployment '" + name + "' has no definition before this one"
                        : "deployment '" + name + "' has no revision " + to + ", but " + revisions.keySet());
    }
}
