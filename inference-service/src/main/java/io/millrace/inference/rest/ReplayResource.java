package io.millrace.inference.rest;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.replay.PredictionLog.Sample;
import io.millrace.inference.app.replay.RecordPlace;
import io.millrace.inference.app.replay.Replay;
import io.millrace.inference.app.replay.Replays;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Making predictions again, over REST. */
@Path("/v1/predictions")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class ReplayResource {
    private final Replays replays;

    public ReplayResource(Replays replays) {
        this.replays = replays;
    }

    /** Prediction records, each {@code topic-partition-offset}. */
    @RegisterForReflection
    public record ReplayRequest(@Nullable List<@Nullable String> predictions) {}

    @RegisterForReflection
    public record ReplayResponse(List<Answer> replays) {}

    /** What came of one; {@code outcome} is same, different or gone. */
    @RegisterForReflection
    public record Answer(
            String prediction,
            String outcome,
            String pipeline,
            String key,
            String recorded,
            String rebuilt,
            List<Difference> differences,
            List<String> remarks) {}

    /** One difference; {@code what} is record, event, pipeline, view, position, feature, event_time, imputed, vector, model, ensemble, engine or prediction. */
    @RegisterForReflection
    public record Difference(String what, String name, String recorded, String rebuilt, String words) {}

    /** At most {@code count} predictions of a topic, drawn by a seed. */
    @RegisterForReflection
    public record SampleRequest(@Nullable String topic, int count, long seed) {}

    @RegisterForReflection
    public record SampleResponse(List<String> predictions, long population) {}

    /** Makes predictions again, 1 to 200. 503 with reason REPLAY_NOT_YET: ask again. What is gone or differs is an answer. */
    @POST
    @Path("/replay")
    public ReplayResponse replay(@Nullable ReplayRequest request) {
        if (request == null || request.predictions() == null) {
            throw new Refusal(
                    InferenceReason.INVALID_REQUEST, "expected {\"predictions\": [\"topic-partition-offset\"]}");
        }
        return new ReplayResponse(replays
                .replay(request.predictions().stream()
                        .map(place -> RecordPlace.parse(Objects.requireNonNullElse(place, "")))
                        .toList())
                .stream()
                .map(ReplayResource::answer)
                .toList());
    }

    /** Draws predictions of a topic; the same ones for the same seed as long as the topic is the same. */
    @POST
    @Path("/sample")
    public SampleResponse sample(@Nullable SampleRequest request) {
        if (request == null || request.topic() == null) {
            throw new Refusal(InferenceReason.INVALID_REQUEST, "expected {\"topic\", \"count\", \"seed\"}");
        }
        Sample sample = replays.sample(request.topic(), request.count(), request.seed());
        return new SampleResponse(
                sample.places().stream().map(RecordPlace::toString).toList(), sample.population());
    }

    private static Answer answer(Replay replay) {
        return new Answer(
                replay.place().toString(),
                replay.outcome().name().toLowerCase(Locale.ROOT),
                replay.pipeline(),
                replay.key(),
                replay.recorded(),
                replay.rebuilt(),
                replay.differences().stream()
                        .map(difference -> new Difference(
                                difference.what().name().toLowerCase(Locale.ROOT),
                                difference.name(),
                                difference.recorded(),
                                difference.rebuilt(),
                                difference.words()))
                        .toList(),
                replay.remarks());
    }
}
