package io.millrace.inference.telemetry;

import io.millrace.inference.app.PipelineControl;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** Ready once the applied pipelines are known. A stalled pipeline is shown but does not make the service unready: requests are still answered. */
@Readiness
@ApplicationScoped
public class PipelinesReadiness implements HealthCheck {
    private final PipelineControl control;

    public PipelinesReadiness(PipelineControl control) {
        this.control = control;
    }

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder response = HealthCheckResponse.named("pipelines");
        String why = control.whyNotCurrent();
        if (why != null) {
            return response.down().withData("reason", why).build();
        }
        control.stalled().forEach(response::withData);
        return response.up().build();
    }
}
