package io.millrace.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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
import io.millrace.proto.inference.v1.InferenceServiceGrpc;
import io.millrace.proto.inference.v1.RefreshModelsRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * The main job as the demo does it, under fire: history is sent, a model is trained on features as they were, the rest is replayed while
 * feature-service and inference-service are killed at random moments and poison is mixed in. It is run once for all the tests that look at what it committed.
 */
final class MainJob implements AutoCloseable {
    static final int FLIGHTS = 3_000;
    static final Duration PATIENCE = Duration.ofSeconds(180);
    static final String POISON = "{\"flight_id\": \"no time, no place";

    private static final int HISTORY = 1_800;
    private static final Duration COMPLETE_WITHIN = Duration.ofSeconds(30);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Set<Class<?>> LOOKING = new HashSet<>(Set.of(FlightsIT.class, FlightsOperationsIT.class));
    private static @Nullable MainJob shared;

    private final AtomicBoolean closed = new AtomicBoolean();
    final RunningPlatform platform;
    final Topics topics;
    final List<Flight> flights;
    final PipelineShape pipeline;
    final Path example = Checkout.root().resolve("examples/flights");

    private MainJob() throws IOException {
        flights = FlightsFile.read(example.resolve("data/flights-20k.json"), FLIGHTS);
        Path pipelineFile = example.resolve("pipelines/flight-delay.yaml");
        pipeline = PipelineShape.read(new DefinitionFile("flight-delay.yaml", Files.readString(pipelineFile)));
        platform = RunningPlatform.start("end-to-end-flights", Map.of());
        topics = new Topics(platform.kafka().bootstrapServers());
    }

    /** The job, which has ended; its platform runs. Whoever asks says when it {@link #left}. */
    static synchronized MainJob shared() throws Exception {
        MainJob known = shared;
        if (known == null) {
            known = new MainJob();
            Runtime.getRuntime().addShutdownHook(new Thread(known::close, "stop-flights"));
            shared = known;
            known.run();
        }
        return known;
    }

    /** The platform ends once all tests have looked; where some of them do not run, with the process. */
    static synchronized void left(Class<?> by) {
        LOOKING.remove(by);
        if (LOOKING.isEmpty() && shared != null) {
            shared.close();
        }
    }

    private void run() throws Exception {
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
            CompletableFuture<Void> fire = CompletableFuture.runAsync(this::killAtRandom);
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

    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        topics.close();
        platform.close();
    }

    /** Trains on the history's flights with features as they were just before each departed, as the demo does. */
    private void train(Channels channels, List<Event> history) {
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
                .publish(pipeline, pipeline.modelVersion(), model, OnnxFile.of(model), List.of(rows));
        InferenceServiceGrpc.newBlockingStub(channels.to(Service.INFERENCE))
                .refreshModels(RefreshModelsRequest.getDefaultInstance());
    }

    /** Deploys a second version as the example's canary: the first one's file, so that what it predicts is known. */
    private void besideItself(Channels channels) throws IOException {
        var applier = new Applier(channels, platform.ports());
        apply(applier, "1-stable");
        Path first = platform.layout().models().resolve(pipeline.modelName()).resolve(pipeline.modelVersion());
        Path draft = Files.createTempDirectory(platform.layout().temp(), "second-");
        for (String file : List.of("model.onnx", "reference.csv")) {
            Files.copy(first.resolve(file), draft.resolve(file));
        }
        Files.writeString(
                draft.resolve("model.yaml"),
                Files.readString(first.resolve("model.yaml")).replace("version: \"1\"", "version: \"2\""));
        Files.move(draft, first.resolveSibling("2"), StandardCopyOption.ATOMIC_MOVE);
        InferenceServiceGrpc.newBlockingStub(channels.to(Service.INFERENCE))
                .refreshModels(RefreshModelsRequest.getDefaultInstance());
        apply(applier, "2-canary");
    }

    private void apply(Applier applier, String part) {
        assertThat(applier.applyAll(
                                DefinitionFolder.read(example.resolve("rollout").resolve(part)))
                        .faults())
                .isEmpty();
    }

    /** Kills both services of the stream twice each, at moments that the seed decides; the seed is printed to run it again. */
    private void killAtRandom() {
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

    private void poison(String topic) {
        topics.send(new ProducerRecord<>(topic, "poison", POISON));
    }

    /** A field of an event that must be there and a number. */
    static double number(@Nullable Event event, String field) {
        Object value = event == null ? null : event.fields().get(field);
        return ((Number) Objects.requireNonNull(value, field)).doubleValue();
    }

    static JsonNode json(ConsumerRecord<String, String> record) throws IOException {
        return JSON.readTree(record.value());
    }

    /** Predictions about flights of the file. */
    List<JsonNode> predictions() throws IOException {
        var predictions = new ArrayList<JsonNode>();
        for (ConsumerRecord<String, String> record : topics.committed(pipeline.outputTopic())) {
            JsonNode prediction = json(record);
            if (prediction.path("key").asInt(-1) >= 0) {
                predictions.add(prediction);
            }
        }
        return predictions;
    }

    Map<Integer, Event> departures() {
        var departures = new HashMap<Integer, Event>();
        new FlightScenario(flights).events().forEachRemaining(event -> {
            if (event.role() == Event.Role.ASK) {
                departures.put(event.number(), event);
            }
        });
        return departures;
    }
}
