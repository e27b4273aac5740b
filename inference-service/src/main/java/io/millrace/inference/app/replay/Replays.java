package io.millrace.inference.app.replay;

import io.millrace.gate.Reason;
import io.millrace.gate.Refusal;
import io.millrace.inference.app.FeatureLookup.Cell;
import io.millrace.inference.app.FeatureServices;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.ModelEngine;
import io.millrace.inference.app.ModelRepository;
import io.millrace.inference.app.replay.FeatureHistory.Answer;
import io.millrace.inference.app.replay.PredictionLog.Reader;
import io.millrace.inference.app.replay.PredictionLog.Recorded;
import io.millrace.inference.app.replay.PredictionLog.Sample;
import io.millrace.inference.app.replay.PredictionLog.SourceEvent;
import io.millrace.inference.app.replay.Replay.What;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.ensemble.Ensemble;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Function;

/**
 * Makes predictions again from what they were made of: the event, the features computed again from the events below the recorded positions, and the model's bytes
 * from the repository on one thread. What the prediction recorded of the features is compared, never used. Thread-safe.
 */
public final class Replays {
    /** The most predictions of one call. */
    public static final int MAX_PLACES = FeatureHistory.MAX_ROWS;

    private static final int MAX_SAMPLE = 10_000;
    private static final int AT_A_TIME = 2;

    private final PredictionLog log;
    private final Function<String, Pipeline> pipelines;
    private final FeatureServices services;
    private final FeatureHistory history;
    private final ModelRepository repository;
    private final ModelEngine engine;
    private final Function<String, Optional<Ensemble>> ensembles;
    private final Duration deadline;
    private final Semaphore turns = new Semaphore(AT_A_TIME);

    /**
     * @param pipelines finds a pipeline by name, or refuses with PIPELINE_NOT_FOUND
     * @param ensembles finds an ensemble by name, as it is defined now
     * @param deadline bound on asking what a feature service stands for
     */
    public Replays(
            PredictionLog log,
            Function<String, Pipeline> pipelines,
            FeatureServices services,
            FeatureHistory history,
            ModelRepository repository,
            ModelEngine engine,
            Function<String, Optional<Ensemble>> ensembles,
            Duration deadline) {
        this.log = log;
        this.pipelines = pipelines;
        this.services = services;
        this.history = history;
        this.repository = repository;
        this.engine = engine;
        this.ensembles = ensembles;
        this.deadline = deadline;
    }

    /**
     * Draws predictions of a topic.
     *
     * @throws Refusal INVALID_REQUEST, OFFSETS_UNAVAILABLE
     */
    public Sample sample(String topic, int count, long seed) {
        if (count < 1 || count > MAX_SAMPLE) {
            throw new Refusal(InferenceReason.INVALID_REQUEST, "count must be 1 to " + MAX_SAMPLE + ", was " + count);
        }
        return log.sample(topic, count, seed);
    }

    /**
     * Makes predictions again, in the order of the places.
     *
     * @throws Refusal INVALID_REQUEST, BUSY, OFFSETS_UNAVAILABLE; REPLAY_NOT_YET where the offline store has not come to the positions of one of them: ask again;
     *     FEATURES_UNAVAILABLE and its kin
     */
    public List<Replay> replay(List<RecordPlace> places) {
        if (places.isEmpty() || places.size() > MAX_PLACES) {
            throw new Refusal(
                    InferenceReason.INVALID_REQUEST,
                    "1 to " + MAX_PLACES + " predictions can be replayed in one call, were " + places.size());
        }
        if (!turns.tryAcquire()) {
            throw new Refusal(InferenceReason.BUSY, AT_A_TIME + " replays are under way: try again later");
        }
        try (Reader reader = log.open();
                var models = new ReplayModels(repository, engine, ensembles)) {
            List<Replaying> all =
                    places.stream().map(place -> begin(reader, place)).toList();
            features(all);
            return all.stream().map(replaying -> replaying.end(models)).toList();
        } finally {
            turns.release();
        }
    }

    /** Everything but the features and the model. */
    private Replaying begin(Reader reader, RecordPlace place) {
        var replaying = new Replaying(place);
        switch (reader.prediction(place)) {
            case Recorded.Gone(var why) -> replaying.gone(What.RECORD, place.toString(), "", why);
            case Recorded.Prediction(var recorded) -> {
                replaying.recorded(recorded);
                Optional<Pipeline> pipeline = pipeline(replaying, recorded);
                pipeline.ifPresent(found -> event(reader, replaying, recorded, found));
            }
        }
        return replaying;
    }

    /** The pipeline as it is defined now, with the model and the features that the prediction names. */
    private Optional<Pipeline> pipeline(Replaying replaying, RecordedPrediction recorded) {
        Pipeline defined;
        try {
            defined = pipelines.apply(recorded.pipeline());
        } catch (Refusal refusal) {
            if (refusal.reason() != InferenceReason.PIPELINE_NOT_FOUND) {
                throw refusal;
            }
            replaying.gone(What.PIPELINE, recorded.pipeline(), recorded.definition(), "the pipeline was removed");
            return Optional.empty();
        }
        replaying.definition(defined);
        if (recorded.service().isEmpty()) {
            if (defined.service().isPresent()) {
                replaying.gone(
                        What.PIPELINE,
                        recorded.pipeline(),
                        recorded.definition(),
                        "the pipeline listed its features then and reads a feature service now");
                return Optional.empty();
            }
            return Optional.of(defined);
        }
        try {
            return Optional.of(defined.reading(services.find(recorded.service(), deadline)));
        } catch (Refusal refusal) {
            if (refusal.reason().kind() != Reason.Kind.NOT_FOUND) {
                throw refusal;
            }
            replaying.gone(What.VIEW, recorded.service(), recorded.service(), String.valueOf(refusal.getMessage()));
            return Optional.empty();
        }
    }

    private static void event(Reader reader, Replaying replaying, RecordedPrediction recorded, Pipeline pipeline) {
        String place = recorded.source().toString();
        switch (reader.event(pipeline, recorded.source(), recorded.sourceTopicId())) {
            case SourceEvent.Gone(var why) -> replaying.gone(What.EVENT, place, place, why);
            case SourceEvent.Faulty(var why) ->
                replaying.differs(
                        What.PIPELINE,
                        recorded.pipeline(),
                        recorded.definition(),
                        "",
                        "as the pipeline is defined now, event " + place + " cannot be scored: " + why);
            case SourceEvent.Event event -> replaying.event(pipeline, event);
        }
    }

    /** Computes the features of those that came so far, in one call for all that read the same. */
    private void features(List<Replaying> all) {
        Map<List<String>, List<Replaying>> groups = new LinkedHashMap<>();
        for (Replaying replaying : all) {
            replaying.wantedFeatures().ifPresent(features -> groups.computeIfAbsent(features, _ -> new ArrayList<>())
                    .add(replaying));
        }
        groups.forEach((features, group) -> {
            try {
                Answer answer = features.isEmpty()
                        ? new Answer(group.stream().map(_ -> List.<Cell>of()).toList(), Map.of(), List.of())
                        : history.compute(
                                features,
                                group.stream().map(Replaying::featureRow).toList());
                for (int i = 0; i < group.size(); i++) {
                    group.get(i)
                            .features(
                                    answer.rows().get(i),
                                    answer.definitions(),
                                    answer.gaps().isEmpty()
                                            ? List.of()
                                            : answer.gaps().get(i));
                }
            } catch (Refusal refusal) {
                if (refusal.reason() != InferenceReason.FEATURE_NOT_FOUND
                        && refusal.reason() != InferenceReason.FEATURES_REFUSED
                        && refusal.reason() != InferenceReason.WRONG_TYPE) {
                    throw refusal;
                }
                group.forEach(replaying -> replaying.gone(What.VIEW, "", "", String.valueOf(refusal.getMessage())));
            }
        });
    }
}
