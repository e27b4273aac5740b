package io.millrace.registry.telemetry;

import io.millrace.registry.app.Catalogue;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** Ready once contracts were read from Postgres; stays ready while Postgres is away, since reads are answered from memory, and says so. */
@Readiness
@ApplicationScoped
public class CatalogueReadiness implements HealthCheck {
    private final Catalogue catalogue;

    public CatalogueReadiness(Catalogue catalogue) {
        this.catalogue = catalogue;
    }

    @Override
    public HealthCheckResponse call() {
        catalogue.refresh();
        HealthCheckResponseBuilder answer = HealthCheckResponse.named("catalogue")
                .status(catalogue.isLoaded())
                .withData("products", catalogue.size());
        catalogue.unavailable().ifPresent(why -> {
            answer.withData("postgres", why);
            catalogue.age().ifPresent(age -> answer.withData("cache_age_seconds", age.toSeconds()));
        });
        return answer.build();
    }
}
