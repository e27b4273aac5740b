package io.millrace.edge.health;

import io.millrace.edge.app.GatewayStatus;
import io.millrace.edge.app.Spool;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Ready as long as the spool accepts. That Kafka or the cloud is away is said, but does not make the gateway unready: it is there for that. */
@Readiness
@Singleton
public class EdgeReadiness implements HealthCheck {
    private final GatewayStatus status;

    public EdgeReadiness(GatewayStatus status) {
        this.status = status;
    }

    @Override
    public HealthCheckResponse call() {
        Spool.State spool = status.spool().state();
        var response = HealthCheckResponse.named("edge-gateway")
                .status(spool.accepts())
                .withData("nodes", status.nodes().size())
                .withData("spool.used.bytes", spool.usedBytes())
                .withData("spool.max.bytes", spool.maxBytes())
                .withData(
                        "spool.backlog",
                        Math.max(0, spool.durableEnd() - status.kafka().position()))
                .withData("kafka", status.kafka().failure().orElse("connected"));
        status.cloud().ifPresent(cloud -> response.withData(
                        "cloud", cloud.sender().failure().orElse("accepting"))
                .withData("cloud.used.bytes", cloud.spool().state().usedBytes()));
        if (!spool.accepts()) {
            response.withData("reason", spool.failure().isEmpty() ? "the spool is full" : spool.failure());
        }
        return response.build();
    }
}
