package io.millrace.features.telemetry;

import io.millrace.features.app.DefinitionStore;
import io.millrace.features.app.IngestionReport;
import io.millrace.features.app.Ingestions;
import io.millrace.features.app.deletion.DeletionLog;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/**
 * Ready once the definitions and the deletions are known, before which nothing is applied and an entity whose deletion was not finished may still be served; and while the online store answers has a view that has begun and is not being built again, and while no
 * other replica has taken the place of this one. A view that waits for its topic, or whose source lost records, is named here and counted, but takes nobody else's reads away.
 */
@Readiness
@ApplicationScoped
public class IngestionReadiness implements HealthCheck {
    private final DefinitionStore definitions;
    private final DeletionLog deletions;
    private final Ingestions ingestions;

    public IngestionReadiness(DefinitionStore definitions, DeletionLog deletions, Ingestions ingestions) {
        this.definitions = definitions;
        this.deletions = deletions;
        this.ingestions = ingestions;
    }

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder response = HealthCheckResponse.named("features");
        say(response, "definitions", definitions.isCurrent(), definitions.failure());
        say(response, "deletions", deletions.isCurrent(), deletions.failure());
        boolean storeAnswers = true;
        boolean anyServed = false;
        var conditions = ingestions.conditions();
        for (var condition : conditions.entrySet()) {
            IngestionReport report = condition.getValue();
            storeAnswers &= report.state() != IngestionReport.State.WAITING_FOR_STORE;
            anyServed |= report.state() != IngestionReport.State.REBUILDING
                    && report.state() != IngestionReport.State.STARTING;
            String detail = report.detail().isEmpty() ? "" : ": " + report.detail();
            response.withData(condition.getKey().toString(), report.state() + detail);
        }
        Optional<String> refusal = ingestions.refusal();
        refusal.ifPresent(why -> response.withData("replica", why));
        boolean serves = refusal.isEmpty() && (anyServed || conditions.isEmpty());
        return response.status(definitions.isCurrent() && deletions.isCurrent() && storeAnswers && serves)
                .build();
    }

    private static void say(HealthCheckResponseBuilder response, String log, boolean current, String failure) {
        response.withData(log, current ? "current" : "not read yet");
        if (!failure.isEmpty()) {
            response.withData(log + " failure", failure);
        }
    }
}
