package io.millrace.inference.sample;

import io.millrace.inference.app.deploy.ArmTally;
import io.millrace.inference.app.deploy.Route;
import io.millrace.inference.app.deploy.Routes;
import io.millrace.inference.domain.Pipeline.ModelReference;
import io.millrace.inference.domain.deploy.Deployment;
import io.millrace.inference.domain.deploy.Deployment.Arm;
import io.millrace.inference.domain.deploy.Deployment.Shadow;
import io.millrace.inference.domain.deploy.Deployment.Sticky;
import java.util.List;
import java.util.Optional;

/** One deployment, which a test may change. */
public final class KnownRoutes implements Routes {
    private volatile Route route;

    public KnownRoutes(Deployment deployment) {
        become(deployment, 1);
    }

    /** Version {@code 1} as arm {@code stable} and version {@code 2} as arm {@code canary} of a model with the deployment's name. */
    public static Deployment canary(String model, double percent, Sticky sticky, Shadow... shadows) {
        return new Deployment(
                model,
                "",
                "",
                List.of(
                        new Arm("stable", version(model, "1"), 100 - percent),
                        new Arm("canary", version(model, "2"), percent)),
                List.of(shadows),
                sticky,
                Optional.empty(),
                Optional.empty(),
                "kind: Deployment");
    }

    public static ModelReference version(String model, String version) {
        return new ModelReference(model, Optional.of(version));
    }

    public void become(Deployment deployment, long revision) {
        route = Route.of(deployment, revision, _ -> new ArmTally(_ -> {}));
    }

    public Route route() {
        return route;
    }

    @Override
    public Optional<Route> find(String name) {
        return Optional.of(route).filter(known -> known.deployment().name().equals(name));
    }
}
