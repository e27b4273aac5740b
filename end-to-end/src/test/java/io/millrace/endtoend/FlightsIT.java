package io.millrace.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.millrace.backing.Checkout;
import io.millrace.definitions.DefinitionFile;
import io.millrace.local.apply.Applier;
import io.millrace.local.apply.DefinitionFolder;
import io.millrace.local.flights.Flight;
import io.millrace.local.flights.FlightScenario;
import io.millrace.local.flights.FlightsFile;
import io.millrace.local.platform.Channels;
import io.millrace.local.platform.Service;
import io.millrace.local.replay.Event;
import io.millrace.local.replay.KafkaSink;
import io.millrace.local.replay.Pace;
import io.millrace.local.replay.Replayer;
import io.millrace.local.training.FeatureReader;
import io.millrace.local.training.LogisticModel;
import io.millrace.local.training.ModelFolder;
import io.millrace.local.training.OnnxFile;
import io.millrace.local.training.PipelineShape;
import io.millrace.proto.inference.v1.ApplyPipelinesRequest;
import io.millrace.proto.inference.v1.InferenceServiceGrpc;
import io.millrace.proto.inference.v1.ListPipelinesRequest;
import io.millrace.proto.inference.v1.PausePipelineRequest;
import io.millrace.proto.inference.v1.PipelineSummary;
import io.millrace.proto.inference.v1.PredictionReplay;
import io.millrace.proto.inference.v1.RefreshModelsRequest;
import io.millrace.proto.inference.v1.RemovePipelineRequest;
import io.millrace.proto.inference.v1.ReplayPredictionsRequest;
import io.millrace.proto.inference.v1.ReplayPredictionsResponse;
import io.millrace.proto.inference.v1.ReplayServiceGrpc;
import io.millrace.proto.inference.v1.ResumePipelineRequest;
import io.millrace.proto.inference.v1.SamplePredictionsRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The main job as the demo does it, under fire: history is sent, a model is trained on features as they were, the rest is replayed while
 * feature-service and inference-service are killed at random moments and poison is mixed in. The tests look at what is committed.
 */
class FlightsIT {
    private static final int FLIGHTS = 3_000;
    private static final int HISTORY = 1_800;
    private static final Duration PATIENCE = Duration.ofSeconds(180);
    private static final Duration COMPLETE_WITHIN = Duration.ofSeconds(30);
    private static final String POISON = "{\"flight_id\": \"no time, no place";
    private static final String SECOND_PIPELINE = "flight-delay-second";
    private static final String SECOND_TOPIC = "flights.predictions-second.v1";

    private static final ObjectMapper JSON = new ObjectMapper();

    private static RunningPlatform platform;
    private static Topics topics;
    private static List<Flight> flights;
    private static PipelineShape pipeline;
    private static Path example;

    @BeforeAll
    static void runTheMainJobUnderFire() throws Exception {
        example = Checkout.root().resolve("examples/flights");
        flights = FlightsFile.read(example.resolve("data/flights-20k.json"), FLIGHTS);
        platform = RunningPlatform.start("end-to-end-flights", Map.of());
        topics = new Topics(platform.kafka().bootstrapServers());
        Path pipelineFile = example.resolve("pipelines/flight-delay.yaml");
        pipeline = PipelineShape.read(new DefinitionFile("flight-delay.yaml", Files.readString(pipelineFile)));
        try (Channels channels = platform.channels();
                var sink = new KafkaSink(platform.kafka().bootstrapServers(), (event, millis) -> {})) {
            assertThat(new Applier(channels, platform.ports())
                            .applyAll(DefinitionFolder.read(example))
                            .faults())
                    .isEmpty();
            Iterator<Event> events = new FlightScenario(flights).events();
            var history = new ArrayList<Event>();
            var replayer = new Replayer(sink, history::add);
            replayer.sendHistory(events, HISTORY);
            train(channels, history);
            besideItself(channels);
            CompletableFuture<Void> fire = CompletableFuture.runAsync(FlightsIT::killAtRandom);
            poison(FlightScenario.DEPARTURES);
            replayer.replay(events, unhurried());
            poison(FlightScenario.ARRIVALS);
            fire.join();
        }
        await("every departure has a prediction")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofSeconds(1))
                .until(() -> topics.committed(pipeline.outputTopic()).size(), count -> count >= FLIGHTS);
    }

    @AfterAll
    static void stop() {
        topics.close();
        platform.close();
    }

    @Test
    void everyDepartureHasExactlyOnePredictionAlthoughServicesWereKilled() throws Exception {
        Map<Integer, Long> perFlight = predictions().stream()
                .collect(Collectors.groupingBy(
                        prediction -> prediction.path("key").asInt(-1), Collectors.counting()));

        assertThat(perFlight).hasSize(FLIGHTS);
        assertThat(perFlight.values()).containsOnly(1L);
        assertThat(perFlight.keySet())
                .containsExactlyInAnyOrderElementsOf(
                        flights.stream().map(Flight::number).toList());
    }

    @Test
    void predictionsOfOnePartitionComeInTheOrderOfTheirEvents() throws Exception {
        var lastOffset = new HashMap<Integer, Long>();
        for (ConsumerRecord<String, String> record : topics.committed(pipeline.outputTopic())) {
            JsonNode source = json(record).path("source");
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
        var byHand = new FlightsByHand(flights, flight -> positions.get(String.valueOf(flight.number())));
        Map<Integer, Flight> byNumber = flights.stream().collect(Collectors.toMap(Flight::number, flight -> flight));
        Map<Integer, Event> departures = departures();
        Path version = platform.layout().models().resolve(pipeline.modelName()).resolve(pipeline.modelVersion());
        try (var model = new ModelByHand(version)) {
            for (JsonNode prediction : predictions()) {
                int number = prediction.path("key").asInt();
                Map<String, Double> features = byHand.features(Objects.requireNonNull(byNumber.get(number)));
                var request = new HashMap<String, Double>();
                for (String field : pipeline.request()) {
                    request.put(field, number(departures.get(number), field));
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
        for (JsonNode prediction : predictions()) {
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
                topics.committed(FlightScenario.ARRIVALS).stream().limit(50).toList()) {
            topics.send(new ProducerRecord<>(FlightScenario.ARRIVALS, "again", arrival.value()));
        }
        try (Channels channels = platform.channels()) {
            var replays = ReplayServiceGrpc.newBlockingStub(channels.to(Service.INFERENCE));
            List<String> sample = replays.samplePredictions(SamplePredictionsRequest.newBuilder()
                            .setTopic(pipeline.outputTopic())
                            .setCount(100)
                            .setSeed(4711)
                            .build())
                    .getPredictionsList();
            assertThat(sample).hasSize(100);
            var replayed = new AtomicReference<ReplayPredictionsResponse>();
            await("the offline store has come to the positions")
                    .atMost(PATIENCE)
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
    void poisonIsDeadLetteredOncePerReaderWithItsReason() throws Exception {
        List<String> departures = deadLetters(FlightScenario.DEPARTURES);
        List<String> arrivals = deadLetters(FlightScenario.ARRIVALS);

        assertThat(departures).containsExactlyInAnyOrder("flight-delay", "origin_traffic@v1");
        assertThat(arrivals).containsExactlyInAnyOrder("destination_delays@v1", "origin_delays@v1", "route_delays@v1");
    }

    @Test
    void aSecondPipelineComesPausesResumesAndGoesWithoutARestart() throws Exception {
        long pid = platform.process(Service.INFERENCE).pid();
        String yaml = Files.readString(example.resolve("pipelines/flight-delay.yaml"))
                .replace("name: flight-delay\ninput", "name: " + SECOND_PIPELINE + "\ninput")
                .replace(pipeline.outputTopic(), SECOND_TOPIC);
        try (Channels channels = platform.channels()) {
            var inference = InferenceServiceGrpc.newBlockingStub(channels.to(Service.INFERENCE));
            inference.applyPipelines(ApplyPipelinesRequest.newBuilder()
                    .addFiles(io.millrace.proto.features.v1.DefinitionFile.newBuilder()
                            .setPath("second.yaml")
                            .setContent(yaml))
                    .build());
            awaitCount(SECOND_TOPIC, FLIGHTS);

            inference.pausePipeline(
                    PausePipelineRequest.newBuilder().setName(SECOND_PIPELINE).build());
            awaitState(inference, PipelineSummary.State.STATE_PAUSED);
            Flight again = flights.getFirst();
            topics.send(new ProducerRecord<>(FlightScenario.DEPARTURES, "later", departure(again, "later")));
            awaitCount(pipeline.outputTopic(), FLIGHTS + 1);
            assertThat(topics.committed(SECOND_TOPIC)).hasSize(FLIGHTS);

            inference.resumePipeline(
                    ResumePipelineRequest.newBuilder().setName(SECOND_PIPELINE).build());
            awaitCount(SECOND_TOPIC, FLIGHTS + 1);

            inference.removePipeline(
                    RemovePipelineRequest.newBuilder().setName(SECOND_PIPELINE).build());
            assertThat(inference
                            .listPipelines(ListPipelinesRequest.getDefaultInstance())
                            .getPipelinesList())
                    .extracting(PipelineSummary::getName)
                    .containsExactly("flight-delay");
        }
        assertThat(platform.process(Service.INFERENCE).pid()).isEqualTo(pid);
        assertThat(platform.process(Service.INFERENCE).isAlive()).isTrue();
    }

    /** Trains on the history's flights with features as they were just before each departed, as the demo does. */
    private static void train(Channels channels, List<Event> history) {
        List<Event> asks =
                history.stream().filter(event -> event.role() == Event.Role.ASK).toList();
        FeatureReader.Features features = new FeatureReader(channels, pipeline).read(asks, COMPLETE_WITHIN);
        assertThat(features.complete()).isTrue();
        var columns = new ArrayList<>(pipeline.features());
        columns.addAll(pipeline.request());
        double[][] rows = new double[asks.size()][columns.size()];
        boolean[] labels = new boolean[asks.size()];
        for (int row = 0; row < rows.length; row++) {
            System.arraycopy(
                    features.values()[row], 0, rows[row], 0, pipeline.features().size());
            for (int i = 0; i < pipeline.request().size(); i++) {
                rows[row][pipeline.features().size() + i] =
                        number(asks.get(row), pipeline.request().get(i));
            }
            labels[row] = asks.get(row).outcome();
        }
        LogisticModel model = LogisticModel.fit(columns, rows, labels);
        new ModelFolder(platform.layout().models(), platform.layout().temp())
                .publish(pipeline, model, OnnxFile.of(model));
        InferenceServiceGrpc.newBlockingStub(channels.to(Service.INFERENCE))
                .refreshModels(RefreshModelsRequest.getDefaultInstance());
    }

    /** Deploys a second version as the example's canary: the first one's file, so that what it predicts is known. */
    private static void besideItself(Channels channels) throws IOException {
        var applier = new Applier(channels, platform.ports());
        apply(applier, "1-stable");
        Path first = platform.layout().models().resolve(pipeline.modelName()).resolve(pipeline.modelVersion());
        Path draft = Files.createTempDirectory(platform.layout().temp(), "second-");
        Files.copy(first.resolve("model.onnx"), draft.resolve("model.onnx"));
        Files.writeString(
                draft.resolve("model.yaml"),
                Files.readString(first.resolve("model.yaml")).replace("version: \"1\"", "version: \"2\""));
        Files.move(draft, first.resolveSibling("2"), StandardCopyOption.ATOMIC_MOVE);
        InferenceServiceGrpc.newBlockingStub(channels.to(Service.INFERENCE))
                .refreshModels(RefreshModelsRequest.getDefaultInstance());
        apply(applier, "2-canary");
    }

    private static void apply(Applier applier, String part) {
        assertThat(applier.applyAll(
                                DefinitionFolder.read(example.resolve("rollout").resolve(part)))
                        .faults())
                .isEmpty();
    }

    /** Kills both services of the stream twice each, at moments that the seed decides; the seed is printed to run it again. */
    private static void killAtRandom() {
        long seed = System.nanoTime();
        System.out.println("kills are drawn from seed " + seed);
        var random = new Random(seed);
        for (Service victim : List.of(Service.INFERENCE, Service.FEATURES, Service.INFERENCE, Service.FEATURES)) {
            CompletableFuture.runAsync(
                            () -> platform.kill(victim),
                            CompletableFuture.delayedExecutor(random.nextInt(1_500), TimeUnit.MILLISECONDS))
                    .join();
            platform.launch(victim);
            platform.awaitReady(victim);
        }
    }

    /** Slow enough that the kills fall into the replay: some 4 ms for each departure. */
    private static Pace unhurried() {
        return new Pace() {
            @Override
            public void awaitTime(long micros) {
                // Event time does not hold anything back here.
            }

            @Override
            public void awaitRoom() {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(4));
            }
        };
    }

    private static void poison(String topic) {
        topics.send(new ProducerRecord<>(topic, "poison", POISON));
    }

    /** A field of an event that must be there and a number. */
    private static double number(@Nullable Event event, String field) {
        Object value = event == null ? null : event.fields().get(field);
        return ((Number) Objects.requireNonNull(value, field)).doubleValue();
    }

    /** A departure that is like the given one but for its id, and later than all of the file. */
    private static String departure(Flight like, String id) throws IOException {
        var fields = new HashMap<>(
                Objects.requireNonNull(departures().get(like.number())).fields());
        fields.put("flight_id", id);
        fields.put("departure_time", "2001-12-31T00:00:00Z");
        return JSON.writeValueAsString(fields);
    }

    private static JsonNode json(ConsumerRecord<String, String> record) throws IOException {
        return JSON.readTree(record.value());
    }

    /** Predictions about flights of the file. */
    private static List<JsonNode> predictions() throws IOException {
        var predictions = new ArrayList<JsonNode>();
        for (ConsumerRecord<String, String> record : topics.committed(pipeline.outputTopic())) {
            JsonNode prediction = json(record);
            if (prediction.path("key").asInt(-1) >= 0) {
                predictions.add(prediction);
            }
        }
        return predictions;
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
        for (ConsumerRecord<String, String> record : topics.committed(FlightScenario.ARRIVALS)) {
            positions.put(record.key(), ((long) record.partition() << 40) + record.offset());
        }
        return positions;
    }

    private static Map<Integer, Event> departures() {
        var departures = new HashMap<Integer, Event>();
        new FlightScenario(flights).events().forEachRemaining(event -> {
            if (event.role() == Event.Role.ASK) {
                departures.put(event.number(), event);
            }
        });
        return departures;
    }

    /** Who dead-lettered the poison of a topic: the pipeline or view of each record that has its bytes and a reason. */
    private static List<String> deadLetters(String topic) {
        return topics.committed(topic + ".dlq").stream()
                .filter(record -> record.value().equals(POISON))
                .filter(record -> !Topics.header(record, "millrace.reason").isEmpty())
                .map(record -> Topics.header(record, "millrace.pipeline") + Topics.header(record, "millrace.view"))
                .filter(reader -> !reader.equals(SECOND_PIPELINE))
                .toList();
    }

    private static void awaitCount(String topic, int count) {
        await(topic).atMost(PATIENCE).pollInterval(Duration.ofMillis(500)).untilAsserted(() -> assertThat(
                        topics.committed(topic))
                .hasSize(count));
    }

    private static void awaitState(
            InferenceServiceGrpc.InferenceServiceBlockingStub inference, PipelineSummary.State state) {
        await().atMost(PATIENCE)
                .until(() ->
                        inference.listPipelines(ListPipelinesRequest.getDefaultInstance()).getPipelinesList().stream()
                                .anyMatch(summary ->
                                        summary.getName().equals(SECOND_PIPELINE) && summary.getState() == state));
    }
}
