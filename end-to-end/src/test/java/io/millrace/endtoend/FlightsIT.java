package io.millrace.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.millrace.local.flights.Flight;
import io.millrace.local.flights.FlightScenario;
import io.millrace.local.platform.Channels;
import io.millrace.local.platform.Service;
import io.millrace.local.replay.Event;
import io.millrace.local.training.PipelineShape;
import io.millrace.proto.inference.v1.PredictionReplay;
import io.millrace.proto.inference.v1.ReplayPredictionsRequest;
import io.millrace.proto.inference.v1.ReplayPredictionsResponse;
import io.millrace.proto.inference.v1.ReplayServiceGrpc;
import io.millrace.proto.inference.v1.SamplePredictionsRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the main job predicted under fire: every flight once, in order, by the model and the features that can be computed by hand, and again to the bit. */
class FlightsIT {
    private static MainJob job;

    @BeforeAll
    static void runTheMainJobUnderFire() throws Exception {
        job = MainJob.shared();
    }

    @AfterAll
    static void leave() {
        MainJob.left(FlightsIT.class);
    }

    @Test
    void everyDepartureHasExactlyOnePredictionAlthoughServicesWereKilled() throws Exception {
        Map<Integer, Long> perFlight = job.predictions().stream()
                .collect(Collectors.groupingBy(
                        prediction -> prediction.path("key").asInt(-1), Collectors.counting()));

        assertThat(perFlight).hasSize(MainJob.FLIGHTS);
        assertThat(perFlight.values()).containsOnly(1L);
        assertThat(perFlight.keySet())
                .containsExactlyInAnyOrderElementsOf(
                        job.flights.stream().map(Flight::number).toList());
    }

    @Test
    void predictionsOfOnePartitionComeInTheOrderOfTheirEvents() throws Exception {
        var lastOffset = new HashMap<Integer, Long>();
        for (ConsumerRecord<String, String> record : job.topics.committed(job.pipeline.outputTopic())) {
            JsonNode source = MainJob.json(record).path("source");
            Long before =
                    lastOffset.put(record.partition(), source.path("offset").asLong());

            assertThat(source.path("partition").asInt()).isEqualTo(record.partition());
            assertThat(before == null || before < source.path("offset").asLong())
                    .isTrue();
        }
    }

    @Test
    void predictionsEqualTheSameModelOnFeaturesComputedByHandFromTheRawFile() throws Exception {
        Map<String, Long> positions = arrivalPositions();
        var byHand = new FlightsByHand(job.flights, flight -> positions.get(String.valueOf(flight.number())));
        Map<Integer, Flight> byNumber =
                job.flights.stream().collect(Collectors.toMap(Flight::number, flight -> flight));
        Map<Integer, Event> departures = job.departures();
        Path version =
                job.platform.layout().models().resolve(job.pipeline.modelName()).resolve(job.pipeline.modelVersion());
        try (var model = new ModelByHand(version)) {
            for (JsonNode prediction : job.predictions()) {
                int number = prediction.path("key").asInt();
                Map<String, Double> features = byHand.features(Objects.requireNonNull(byNumber.get(number)));
                var request = new HashMap<String, Double>();
                for (String field : job.pipeline.request()) {
                    request.put(field, MainJob.number(departures.get(number), field));
                }

                assertThat(prediction.path("features").path("complete").asBoolean())
                        .isTrue();
                assertThat(values(prediction))
                        .as("features of flight %s", number)
                        .isEqualTo(features);
                assertThat(prediction.path("prediction").asDouble())
                        .as("prediction of flight %s", number)
                        .isEqualTo(model.predict(request, features));
            }
        }
    }

    /** A flight that was predicted before the deployment was there says nothing of it. */
    @Test
    void aTenthOfTheFlightsIsPredictedByTheSecondVersionAndEachPredictionSaysSo() throws Exception {
        var arms = new HashMap<String, Integer>();
        for (JsonNode prediction : job.predictions()) {
            JsonNode deployment = prediction.path("deployment");
            if (deployment.path("revision").asInt() == 2) {
                String arm = deployment.path("arm").asText();
                arms.merge(arm, 1, Integer::sum);

                assertThat(prediction.at("/model/version").asText()).isEqualTo(arm.equals("canary") ? "2" : "1");
            }
        }

        assertThat(arms).containsOnlyKeys("stable", "canary");
        int all = arms.values().stream().mapToInt(Integer::intValue).sum();
        assertThat(all).isGreaterThan(1_000);
        assertThat(arms.get("canary")).isBetween(all / 20, all * 3 / 20);
    }

    @Test
    void predictionsAreMadeAgainToTheBitAfterDuplicatesLateAndEqualTimesHaveCome() throws Exception {
        for (ConsumerRecord<String, String> arrival :
                job.topics.committed(FlightScenario.ARRIVALS).stream().limit(50).toList()) {
            job.topics.send(new ProducerRecord<>(FlightScenario.ARRIVALS, "again", arrival.value()));
        }
        try (Channels channels = job.platform.channels()) {
            var replays = ReplayServiceGrpc.newBlockingStub(channels.to(Service.INFERENCE));
            List<String> sample = replays.samplePredictions(SamplePredictionsRequest.newBuilder()
                            .setTopic(job.pipeline.outputTopic())
                            .setCount(100)
                            .setSeed(4711)
                            .build())
                    .getPredictionsList();
            assertThat(sample).hasSize(100);
            var replayed = new AtomicReference<ReplayPredictionsResponse>();
            await("the offline store has come to the positions")
                    .atMost(MainJob.PATIENCE)
                    .pollInterval(Duration.ofSeconds(1))
                    .until(() -> {
                        try {
                            replayed.set(replays.withDeadlineAfter(120, TimeUnit.SECONDS)
                                    .replayPredictions(ReplayPredictionsRequest.newBuilder()
                                            .addAllPredictions(sample)
                                            .build()));
                            return true;
                        } catch (StatusRuntimeException e) {
                            assertThat(e.getStatus().getCode())
                                    .as(String.valueOf(e.getStatus().getDescription()))
                                    .isEqualTo(Status.Code.UNAVAILABLE);
                            return false;
                        }
                    });
            assertThat(Objects.requireNonNull(replayed.get()).getReplaysList())
                    .hasSize(100)
                    .allSatisfy(replay -> {
                        assertThat(replay.getDifferencesList()).isEmpty();
                        assertThat(replay.getOutcome()).isEqualTo(PredictionReplay.Outcome.OUTCOME_SAME);
                    });
        }
    }

    @Test
    void anAlertIsRaisedOnceForEachPredictionAboveTheThresholdAndForNoOther() throws Exception {
        PipelineShape.Alert alert = job.pipeline.alert().orElseThrow();
        double threshold = Double.parseDouble(alert.when().replace("prediction > ", ""));
        var expected = new ArrayList<String>();
        for (JsonNode prediction : job.predictions()) {
            if (prediction.path("prediction").asDouble() > threshold) {
                expected.add(prediction.path("key").asText() + " " + prediction.path("prediction"));
            }
        }
        var raised = new ArrayList<String>();
        for (ConsumerRecord<String, String> record : job.topics.committed(alert.topic())) {
            JsonNode event = MainJob.json(record);
            if (event.at("/data/pipeline").asText().equals(job.pipeline.name())
                    && event.at("/data/key").asInt(-1) >= 0) {
                assertThat(event.path("type").asText()).isEqualTo("io.millrace.pipeline.alert");
                raised.add(event.at("/data/key").asText() + " " + event.at("/data/prediction"));
            }
        }

        assertThat(raised).isNotEmpty().hasSizeLessThan(MainJob.FLIGHTS).containsExactlyInAnyOrderElementsOf(expected);
    }

    private static Map<String, Double> values(JsonNode prediction) {
        var values = new HashMap<String, Double>();
        prediction.path("features").path("values").properties().forEach(feature -> {
            if (!feature.getValue().isNull()) {
                values.put(feature.getKey(), feature.getValue().asDouble());
            }
        });
        return values;
    }

    /** Where each arrival stands in its topic, as one number that orders by partition, then offset. */
    private static Map<String, Long> arrivalPositions() throws IOException {
        var positions = new HashMap<String, Long>();
        for (ConsumerRecord<String, String> record : job.topics.committed(FlightScenario.ARRIVALS)) {
            positions.put(record.key(), ((long) record.partition() << 40) + record.offset());
        }
        return positions;
    }
}
