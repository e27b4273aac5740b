package io.millrace.features.telemetry;

import io.millrace.features.app.DefinitionStore;
import io.millrace.features.app.IngestionReport;
import io.millrace.features.app.Ingestions;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/**
 * Ready once the definitions are known and while the online store answers has a view that is not being built again, and while no other replica has taken
 * the place of this one. A view that waits for its topic, or whose source lost records, is
 * named here and counted, but takes nobody else's reads away.
 */
@Readiness
@ApplicationScoped
public class IngestionReadiness implements HealthCheck {
    private final DefinitionStore definitions;
    private final Ingestions ingestions;

    public IngestionReadiness(DefinitionStore definitions, Ingestions ingestions) {
        this.definitions = definitions;
        this.ingestions = ingestions;
    }

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder response = HealthCheckResponse.named("features");
        boolean current = definitions.isCurrent();
        response.withData("definitions", current ? "current" : "not read yet");
        if (!definitions.failure().isEmpty()) {
            response.withData("definitions failure", definitions.failure());
        }
        boolean storeAnswers = true;
        boolean anyServed = false;
        var conditions = ingestions.conditions();
        for (var condition : conditions.entrySet()) {
            IngestionReport report = condition.getValue();
            storeAnswers &= report.state() != IngestionReport.State.WAITING_FOR_STORE;
            anyServed |= report.state() != IngestionReport.State.REBUILDING;
            String detail = report.detail().isEmpty() ? "" : ": " + report.detail();
            response.withData(condition.getKey().toString(), report.state() + detail);
        }
        Optional<String> refusal = ingestions.refusal();
        refusal.ifPresent(why -> response.withData("replica", why));
        boolean serves = refusal.isEmpty() && (anyServed || conditions.isEmpty());
        return response.status(current && storeAnswers && serves).build();
    }
}
