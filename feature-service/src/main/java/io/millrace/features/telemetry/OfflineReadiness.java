package io.millrace.features.telemetry;

import io.millrace.features.app.offline.OfflineFeeds;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** Says how the offline store's feeds are doing. Online reads need none of them, so it never takes the service out of the balance. */
@Readiness
@ApplicationScoped
public class OfflineReadiness implements HealthCheck {
    private final OfflineFeeds feeds;

    public OfflineReadiness(OfflineFeeds feeds) {
        this.feeds = feeds;
    }

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder response = HealthCheckResponse.named("offline store");
        feeds.reports().forEach((view, report) -> {
            String detail = report.detail().isEmpty() ? "" : ": " + report.detail();
            response.withData(view.toString(), report.state() + ", " + report.lag() + " behind" + detail);
        });
        return response.up().build();
    }
}
