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
import io.millrace.inference.domain.deploy.Experiment;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongFunction;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The deployments as they are applied, what came of their arms, and the way back. Thread-safe; all calls may block. */
@ApplicationScoped
public class Deployments {
    /** Evidence of experiments this many revisions back is let go of. */
    private static final long KEPT_EVIDENCE = 50;

    private static final String EVIDENCE = "experiment.";

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
     * Ends the experiment of a deployment: writes its next definition, unless it is kept as it is, and the evidence, both or none.
     *
     * @param tested the revision that has the experiment
     * @param evidence what is kept of it, given the revision that is made; 0 where none is
     * @return the revision that is made; 0 where none is
     * @throws Refusal DEPLOYMENT_NOT_FOUND; DEPLOYMENT_CHANGED where another revision than {@code tested} holds; EXPERIMENT_NOT_FOUND; MODEL_NOT_SERVING;
     *     DEFINITIONS_UNAVAILABLE
     */
    public synchronized long settle(String name, long tested, Settlement settlement, LongFunction<String> evidence) {
        catalog.requireCurrent();
        Deployment deployment = catalog.find(Deployment.class, name).orElseThrow(() -> notFound(name));
        NavigableMap<Long, Revision> revisions = kind.revisions(name, catalog);
        long holds = revisions.isEmpty() ? 0 : revisions.lastKey();
        if (holds != tested) {
            throw new Refusal(
                    InferenceReason.DEPLOYMENT_CHANGED,
                    "revision " + holds + " of deployment '" + name + "' holds, not " + tested);
        }
        Experiment experiment = deployment
                .experiment()
                .orElseThrow(() -> new Refusal(
                        InferenceReason.EXPERIMENT_NOT_FOUND, "deployment '" + name + "' has no experiment"));
        var changes = new LinkedHashMap<String, @Nullable String>();
        long made = settlement == Settlement.KEEP ? 0 : tested + 1;
        if (made > 0) {
            Deployment next = read(new Revision(made, Instant.EPOCH, 0, settlement.next(deployment, experiment)));
            List<String> unserved = kind.unserved(next, ensembles);
            if (!unserved.isEmpty()) {
                throw new Refusal(
                        InferenceReason.MODEL_NOT_SERVING,
                        "deployment '" + name + "' after its experiment: " + String.join("; ", unserved));
            }
            changes.putAll(kind.changes(next, catalog));
        }
        evidence(name)
                .headMap(tested - KEPT_EVIDENCE, true)
                .keySet()
                .forEach(old -> changes.put(evidenceKey(name, old), null));
        // Before the definition, so that whoever hears of that knows why.
        var written = new LinkedHashMap<String, @Nullable String>();
        written.put(evidenceKey(name, tested), evidence.apply(made));
        written.putAll(changes);
        catalog.write(written);
        if (made > 0) {
            String change = settlement == Settlement.PROMOTE ? "promoted" : "challenger-withdrawn";
            events.record(ServiceEvent.deploymentChanged(name, change, Map.of("revision", made, "replaces", tested)));
        }
        return made;
    }

    /** What is kept of the experiments of a deployment, by the revision that had them. */
    public NavigableMap<Long, String> evidence(String name) {
        var evidence = new TreeMap<Long, String>();
        catalog.beside(kind, name).forEach((key, text) -> {
            String number = key.startsWith(EVIDENCE) ? key.substring(EVIDENCE.length()) : "";
            if (!number.isEmpty() && number.length() < 19 && number.chars().allMatch(Character::isDigit)) {
                evidence.put(Long.valueOf(number), text);
            }
        });
        return evidence;
    }

    private String evidenceKey(String name, long tested) {
        return kind.key(name) + "@" + EVIDENCE + tested;
    }

    /** The first revision since which all are alike in some way, the one that holds among them; of those that are kept. 0 where the deployment is not there. */
    public long since(String name, Predicate<Deployment> alike) {
        long since = 0;
        for (Revision revision : kind.revisions(name, catalog).descendingMap().values()) {
            if (since != 0 && !readable(revision).filter(alike).isPresent()) {
                return since;
            }
            since = revision.number();
        }
        return since;
    }

    private Optional<Deployment> readable(Revision revision) {
        try {
            return Optional.of(read(revision));
        } catch (Refusal ofAnotherRelease) {
            return Optional.empty();
        }
    }

    /** The revision that holds; 0 where the deployment is not there. */
    public long revision(String name) {
        NavigableMap<Long, Revision> revisions = kind.revisions(name, catalog);
        return revisions.isEmpty() ? 0 : revisions.lastKey();
    }

    /**
     * Removes a deployment with its revisions; its name means the model again. Where outcomes were counted by its revisions, one of its name that is applied later goes on with their numbers.
     *
     * @throws Refusal DEPLOYMENT_NOT_FOUND, DEFINITIONS_UNAVAILABLE
     */
    public void remove(String name) {
        get(name);
        catalog.write(kind.removal(name, catalog));
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
