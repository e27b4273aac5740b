package io.millrace.features.rest;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.features.app.FeatureReason;
import io.millrace.features.telemetry.FeatureMetrics;
import io.millrace.gate.Refusal;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.Response;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Runs one request of Feast's interface: its body under any or no content type, and every refusal in Feast's form. */
@ApplicationScoped
class FeastExchange {
    private final ObjectMapper json;
    private final FeatureMetrics metrics;

    FeastExchange(ObjectMapper json, FeatureMetrics metrics) {
        this.json = json;
        this.metrics = metrics;
    }

    Response answer(byte @Nullable [] body, Function<FeastBody, Response> work) {
        try {
            return work.apply(FeastBody.of(json, body == null ? new byte[0] : body));
        } catch (FeastBody.ShapeException e) {
            metrics.refused(FeatureReason.MALFORMED_REQUEST);
            return FeastErrors.shape(e.faults());
        } catch (Refusal refusal) {
            return refused(refusal, FeastErrors.of(refusal));
        } catch (CompletionException e) {
            if (e.getCause() instanceof Refusal refusal) {
                return refused(refusal, FeastErrors.of(refusal));
            }
            throw e;
        }
    }

    /** The answer to a refusal, counted. */
    Response refused(Refusal refusal, Response answer) {
        metrics.refused(refusal.reason());
        return answer;
    }
}
