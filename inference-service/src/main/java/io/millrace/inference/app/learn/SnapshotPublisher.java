package io.millrace.inference.app.learn;

import io.millrace.inference.app.definition.Definitions;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.Pipeline.ModelReference;
import io.millrace.inference.domain.VersionOrder;
import io.millrace.inference.domain.deploy.Deployment;
import io.millrace.inference.domain.ensemble.Ensemble;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/** Puts snapshots into the model repository, from where they are loaded as any version is, and removes old ones. */
public final class SnapshotPublisher {
    private static final Logger LOG = Logger.getLogger(SnapshotPublisher.class);

    private final ModelFormat format;
    private final VersionStore store;
    private final Definitions definitions;
    private final LearningTelemetry telemetry;

    /** @param definitions as they are at each moment: what they name is not removed */
    public SnapshotPublisher(
            ModelFormat format, VersionStore store, Definitions definitions, LearningTelemetry telemetry) {
        this.format = format;
        this.store = store;
        this.definitions = definitions;
        this.telemetry = telemetry;
    }

    /**
     * Puts a snapshot there and removes the oldest beyond those that are kept. Safe to repeat.
     *
     * @param spoiled versions that are to go, however new they are
     * @return false where it was there already
     */
    boolean publish(Snapshot snapshot, int keep, List<String> spoiled) throws IOException {
        String model = snapshot.model().name();
        String version = String.valueOf(snapshot.version());
        boolean isNew = store.put(model, version, SnapshotFiles.of(snapshot, format));
        if (isNew) {
            telemetry.published(model);
            LOG.infof(
                    "Online model %s: version %s is in the repository (%s)",
                    model, version, snapshot.cause().word());
        }
        prune(model, version, keep, spoiled);
        return isNew;
    }

    void failed(String model) {
        telemetry.failed(model);
    }

    private void prune(String model, String newest, int keep, List<String> spoiled) throws IOException {
        Set<String> named = named(model);
        var versions = new ArrayList<>(store.snapshots(model));
        versions.sort(new VersionOrder());
        int kept = 0;
        for (String version : versions.reversed()) {
            boolean goes = spoiled.contains(version) || kept >= keep;
            if (version.equals(newest) || !goes) {
                kept++;
            } else if (named.contains(version)) {
                if (spoiled.contains(version)) {
                    LOG.warnf(
                            "Online model %s: version %s learned from labels that were undone, and stays because a"
                                    + " definition names it",
                            model, version);
                }
            } else {
                store.remove(model, version);
            }
        }
    }

    /** Versions of a model that pipelines, deployments and ensembles name. */
    private Set<String> named(String model) {
        Stream<ModelReference> references = Stream.of(
                        definitions.all(Pipeline.class).values().stream().map(Pipeline::model),
                        definitions.all(Deployment.class).values().stream()
                                .flatMap(deployment -> Stream.concat(
                                        deployment.arms().stream().map(Deployment.Arm::model),
                                        deployment.shadows().stream().map(Deployment.Shadow::model))),
                        definitions.all(Ensemble.class).values().stream()
                                .flatMap(ensemble -> ensemble.modelSteps().stream())
                                .map(Ensemble.ModelStep::model))
                .flatMap(each -> each);
        var named = new HashSet<String>();
        references
                .filter(reference -> reference.name().equals(model))
                .forEach(reference -> reference.version().ifPresent(named::add));
        return named;
    }
}
