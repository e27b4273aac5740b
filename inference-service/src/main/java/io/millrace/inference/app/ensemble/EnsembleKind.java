package io.millrace.inference.app.ensemble;

import io.millrace.definitions.Faults;
import io.millrace.definitions.MapNode;
import io.millrace.definitions.NearestName;
import io.millrace.definitions.Place;
import io.millrace.gate.Refusal;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.ModelCatalog;
import io.millrace.inference.app.ModelCatalog.Listing;
import io.millrace.inference.app.ModelUse;
import io.millrace.inference.app.definition.DefinitionKind;
import io.millrace.inference.app.definition.Definitions;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.ServedFeatures;
import io.millrace.inference.domain.Signature;
import io.millrace.inference.domain.deploy.Deployment;
import io.millrace.inference.domain.ensemble.Ensemble;
import io.millrace.inference.domain.ensemble.Ensemble.ModelStep;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** {@code kind: Ensemble}. */
@ApplicationScoped
public class EnsembleKind implements DefinitionKind<Ensemble> {
    private final ModelCatalog models;

    public EnsembleKind(ModelCatalog models) {
        this.models = models;
    }

    @Override
    public String kind() {
        return "Ensemble";
    }

    @Override
    public Class<Ensemble> type() {
        return Ensemble.class;
    }

    @Override
    public int max() {
        return 200;
    }

    @Override
    public Ensemble read(MapNode root, String yaml) {
        return EnsembleReader.read(root, yaml);
    }

    @Override
    public List<String> differences(Ensemble before, Ensemble after) {
        var fields = new ArrayList<String>();
        DefinitionKind.compare(fields, "version", before.version(), after.version());
        DefinitionKind.compare(fields, "inputs", before.inputs(), after.inputs());
        DefinitionKind.compare(fields, "outputs", before.outputs(), after.outputs());
        DefinitionKind.compare(fields, "prediction", before.prediction(), after.prediction());
        DefinitionKind.compare(fields, "steps", before.steps(), after.steps());
        return fields;
    }

    @Override
    public List<String> check(Ensemble ensemble, Definitions all, List<ServedFeatures> services) {
        var faults = new ArrayList<String>();
        check(ensemble, all, (step, part, what) -> faults.add(EnsembleReader.title(step) + what));
        return faults;
    }

    @Override
    public void check(Ensemble ensemble, Place name, Definitions all, List<ServedFeatures> services, Faults faults) {
        EnsemblePlaces places = EnsemblePlaces.of(ensemble, name);
        String title = "ensemble '" + ensemble.name() + "': ";
        check(
                ensemble,
                all,
                (step, part, what) -> faults.add(places.of(step, part), title + EnsembleReader.title(step) + what));
    }

    private void check(Ensemble ensemble, Definitions all, Findings findings) {
        if (models.knows(ensemble.name())) {
            findings.add("", "name", "there is a model of that name");
        }
        if (all.find(Pipeline.class, ensemble.name()).isPresent()) {
            findings.add("", "name", "there is a pipeline of that name");
        }
        Map<String, Signature> signatures = new HashMap<>();
        for (ModelStep step : ensemble.modelSteps()) {
            try (ModelUse model = models.use(step.model().name(), step.model().version())) {
                signatures.put(step.name(), model.signature());
            } catch (Refusal refusal) {
                findings.add(step.name(), "model", refusal.getMessage() + hint(refusal, step, all));
            }
        }
        EnsembleCheck.check(ensemble, signatures, findings);
    }

    /** A step runs a model: which version answers is decided once for a call, before its first step. */
    private String hint(Refusal refusal, ModelStep step, Definitions all) {
        if (refusal.reason() != InferenceReason.MODEL_NOT_FOUND
                || models.knows(step.model().name())) {
            return "";
        }
        String name = step.model().name();
        if (all.find(Deployment.class, name).isPresent()) {
            return "; '" + name + "' is a deployment, and steps run models alone: let a deployment's arms be ensembles";
        }
        if (all.find(Ensemble.class, name).isPresent()
                || all.find(Pipeline.class, name).isPresent()) {
            return "; '" + name + "' is " + (all.find(Ensemble.class, name).isPresent() ? "an ensemble" : "a pipeline")
                    + ", and steps run models alone";
        }
        var names = new TreeSet<String>();
        models.list().stream().map(Listing::name).forEach(names::add);
        return NearestName.hint(name, names);
    }
}
