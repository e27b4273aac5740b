package io.millrace.inference.app.infer;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.ModelCatalog;
import io.millrace.inference.app.PipelineAdministration;
import io.millrace.inference.app.Predictions;
import io.millrace.inference.app.deploy.Route;
import io.millrace.inference.app.deploy.Routes;
import io.millrace.inference.app.ensemble.Ensembles;
import io.millrace.inference.config.InferenceConfig;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.Pipeline.ModelReference;
import io.millrace.inference.domain.ensemble.Ensemble;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/** Finds what a name means: a deployment, else a model, else an ensemble, else a pipeline. A pipeline that is called like a model is reached under {@link #PIPELINE_SUFFIX}. */
@ApplicationScoped
public class Targets {
    /** Behind a pipeline's name, as Seldon Core 2 writes it. */
    public static final String PIPELINE_SUFFIX = ".pipeline";

    /** A pipeline has one version at a time; Triton's clients want a number. */
    private static final String PIPELINE_VERSION = "1";

    private static final String ONNX = "onnxruntime_onnx";
    private static final String ENSEMBLE = "ensemble";

    private final ModelCatalog models;
    private final Ensembles ensembles;
    private final PipelineAdministration pipelines;
    private final Predictions predictions;
    private final Routes routes;
    private final TensorMirror mirror;
    private final int maxRows;

    public Targets(
            ModelCatalog models,
            Ensembles ensembles,
            PipelineAdministration pipelines,
            Predictions predictions,
            Routes routes,
            TensorMirror mirror,
            InferenceConfig config) {
        this.models = models;
        this.ensembles = ensembles;
        this.pipelines = pipelines;
        this.predictions = predictions;
        this.routes = routes;
        this.mirror = mirror;
        this.maxRows = config.predict().maxRows();
    }

    /**
     * What a call runs on, held until it is closed: an arm of a deployment of this name, else the model, else the ensemble, else the pipeline. A version is the
     * model's or the ensemble's.
     *
     * @throws Refusal MODEL_NOT_FOUND, MODEL_UNAVAILABLE
     */
    Target open(InferRequest request) {
        if (request.version().isEmpty()) {
            Route route = routes.find(request.model()).orElse(null);
            if (route != null) {
                String call = request.id().isEmpty()
                        ? Long.toHexString(ThreadLocalRandom.current().nextLong())
                        : request.id();
                String key = route.key(call, request.parameters());
                return arm(route, route.arm(key), key);
            }
        }
        return plain(request.model(), request.version());
    }

    /**
     * What is known of a name. A deployment is known by its first arm.
     *
     * @throws Refusal MODEL_NOT_FOUND, MODEL_UNAVAILABLE
     */
    TargetMetadata metadata(String name, Optional<String> version) {
        try (Target target = first(name, version)) {
            Target answers = target instanceof DeploymentTarget arm ? arm.target() : target;
            boolean isModel = models.knows(name) || (target instanceof DeploymentTarget && !ensembles.knows(name));
            return new TargetMetadata(
                    name,
                    isModel ? models.serving(name) : List.of(versionOf(name)),
                    answers instanceof ModelTarget ? ONNX : ENSEMBLE,
                    target.signature(),
                    target.batching(),
                    answers instanceof EnsembleTarget ensemble
                            ? ensemble.ensemble().modelSteps()
                            : List.of());
        }
    }

    /**
     * Whether something runs under this name; of a deployment, every arm that gets calls.
     *
     * @throws Refusal MODEL_NOT_FOUND
     */
    boolean isReady(String name, Optional<String> version) {
        Route route = version.isPresent() ? null : routes.find(name).orElse(null);
        int arms = route == null ? 1 : route.deployment().arms().size();
        try {
            for (int arm = 0; arm < arms; arm++) {
                if (route == null || route.choice(arm).share() > 0) {
                    (route == null ? plain(name, version) : arm(route, arm, "")).close();
                }
            }
            return true;
        } catch (Refusal refusal) {
            if (refusal.reason() == InferenceReason.MODEL_UNAVAILABLE
                    || (route != null && refusal.reason() == InferenceReason.MODEL_NOT_FOUND)) {
                return false;
            }
            throw refusal;
        }
    }

    /** Whether a call that came now would be refused for those of its model that wait; then it is counted. Not known of deployments, ensembles and pipelines. */
    boolean refuses(String name, Optional<String> version) {
        return (version.isPresent() || routes.find(name).isEmpty()) && models.refuses(name, version);
    }

    private Target first(String name, Optional<String> version) {
        Route route = version.isPresent() ? null : routes.find(name).orElse(null);
        return route == null ? plain(name, version) : arm(route, 0, "");
    }

    private DeploymentTarget arm(Route route, int arm, String key) {
        ModelReference model = route.model(arm);
        try {
            return new DeploymentTarget(plain(model.name(), model.version()), route, arm, key, mirror);
        } catch (Refusal refusal) {
            route.tally(arm).refused(refusal);
            throw refusal;
        }
    }

    private Target plain(String name, Optional<String> version) {
        if (models.knows(name)) {
            return new ModelTarget(models.use(name, version), maxRows);
        }
        return ensembles.knows(name)
                ? new EnsembleTarget(ensembles.use(name, version), maxRows)
                : pipeline(name, version);
    }

    /** Of what has one version at a time. */
    private String versionOf(String name) {
        return ensembles.find(name).map(Ensemble::version).orElse(PIPELINE_VERSION);
    }

    private PipelineTarget pipeline(String name, Optional<String> version) {
        String plain =
                name.endsWith(PIPELINE_SUFFIX) ? name.substring(0, name.length() - PIPELINE_SUFFIX.length()) : name;
        Pipeline pipeline;
        try {
            pipeline = pipelines.find(plain);
        } catch (Refusal refusal) {
            throw refusal.reason() == InferenceReason.PIPELINE_NOT_FOUND
                    ? new Refusal(
                            InferenceReason.MODEL_NOT_FOUND,
                            "no model, ensemble or pipeline is called '" + name + "'",
                            refusal)
                    : refusal;
        }
        if (version.filter(given -> !given.equals(PIPELINE_VERSION)).isPresent()) {
            throw new Refusal(
                    InferenceReason.MODEL_NOT_FOUND,
                    "pipeline '" + plain + "' has the one version " + PIPELINE_VERSION + ", asked for was "
                            + version.get());
        }
        return new PipelineTarget(pipeline, predictions);
    }
}
