package io.millrace.features.rest;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.features.app.FeatureReason;
import io.millrace.gate.Reason;
import io.millrace.gate.Refusal;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.Response;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Runs one request of Feast's interface: its body under any or no content type, and every refusal in Feast's form. */
@ApplicationScoped
class FeastExchange {
    private final ObjectMapper json;

    FeastExchange(ObjectMapper json) {
        this.json = json;
    }

    /**
     * Answers one request.
     *
     * @param refused counts a refusal
     */
    Response answer(byte @Nullable [] body, Consumer<Reason> refused, Function<FeastBody, Response> work) {
        try {
            return work.apply(FeastBody.of(json, body == null ? new byte[0] : body));
        } catch (FeastBody.ShapeException e) {
            refused.accept(FeatureReason.MALFORMED_REQUEST);
            return FeastErrors.shape(e.faults());
        } catch (Refusal refusal) {
            return refused(refusal, refused);
        } catch (CompletionException e) {
            if (e.getCause() instanceof Refusal refusal) {
                return refused(refusal, refused);
            }
            throw e;
        }
    }

    private static Response refused(Refusal refusal, Consumer<Reason> refused) {
        refused.accept(refusal.reason());
        return FeastErrors.of(refusal);
    }
}
