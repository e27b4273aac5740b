package io.millrace.inference.telemetry;

import io.millrace.inference.app.ModelCatalog;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Ready once the model repository has been looked at and can be looked at; an empty one, or one with refused versions, is no reason not to be. */
@Readiness
@ApplicationScoped
public class ModelsReadiness implements HealthCheck {
    private final ModelCatalog catalog;

    public ModelsReadiness(ModelCatalog catalog) {
        this.catalog = catalog;
    }

    @Override
    public HealthCheckResponse call() {
        var response = HealthCheckResponse.named("models")
                .withData("versions", catalog.list().size());
        String failure = catalog.failure();
        return failure == null
                ? response.up().build()
                : response.down().withData("reason", failure).build();
    }
}
