package io.millrace.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.local.flights.Flight;
import io.millrace.local.flights.FlightScenario;
import io.millrace.local.platform.Channels;
import io.millrace.local.platform.Service;
import io.millrace.proto.inference.v1.ApplyPipelinesRequest;
import io.millrace.proto.inference.v1.InferenceServiceGrpc;
import io.millrace.proto.inference.v1.ListPipelinesRequest;
import io.millrace.proto.inference.v1.PausePipelineRequest;
import io.millrace.proto.inference.v1.PipelineSummary;
import io.millrace.proto.inference.v1.RemovePipelineRequest;
import io.millrace.proto.inference.v1.ResumePipelineRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Poison that was mixed into the main job, and pipelines that come and go beside it. */
class FlightsOperationsIT {
    private static final String SECOND_PIPELINE = "flight-delay-second";
    private static final String SECOND_TOPIC = "flights.predictions-second.v1";
    private static final ObjectMapper JSON = new ObjectMapper();

    private static MainJob job;

    @BeforeAll
    static void runTheMainJobUnderFire() throws Exception {
        job = MainJob.shared();
    }

    @AfterAll
    static void leave() {
        MainJob.left(FlightsOperationsIT.class);
    }

    @Test
    void poisonIsDeadLetteredOncePerReaderWithItsReason() throws Exception {
        List<String> departures = deadLetters(FlightScenario.DEPARTURES);
        List<String> arrivals = deadLetters(FlightScenario.ARRIVALS);

        assertThat(departures).containsExactlyInAnyOrder("flight-delay", "origin_traffic@v1");
        assertThat(arrivals)
                .containsExactlyInAnyOrder(
                        "destination_delays@v1", "origin_delays@v1", "route_delays@v1", "labels flight-delay");
    }

    @Test
    void aSecondPipelineComesPausesResumesAndGoesWithoutARestart() throws Exception {
        long pid = job.platform.process(Service.INFERENCE).pid();
        String yaml = Files.readString(job.example.resolve("pipelines/flight-delay.yaml"))
                .replace("name: flight-delay\ninput", "name: " + SECOND_PIPELINE + "\ninput")
                .replace(job.pipeline.outputTopic(), SECOND_TOPIC);
        try (Channels channels = job.platform.channels()) {
            var inference = InferenceServiceGrpc.newBlockingStub(channels.to(Service.INFERENCE));
            inference.applyPipelines(ApplyPipelinesRequest.newBuilder()
                    .addFiles(io.millrace.proto.features.v1.DefinitionFile.newBuilder()
                            .setPath("second.yaml")
                            .setContent(yaml))
                    .build());
            awaitCount(SECOND_TOPIC, MainJob.FLIGHTS);

            inference.pausePipeline(
                    PausePipelineRequest.newBuilder().setName(SECOND_PIPELINE).build());
            awaitState(inference, PipelineSummary.State.STATE_PAUSED);
            Flight again = job.flights.getFirst();
            job.topics.send(new ProducerRecord<>(FlightScenario.DEPARTURES, "later", departure(again, "later")));
            awaitCount(job.pipeline.outputTopic(), MainJob.FLIGHTS + 1);
            assertThat(job.topics.committed(SECOND_TOPIC)).hasSize(MainJob.FLIGHTS);

            inference.resumePipeline(
                    ResumePipelineRequest.newBuilder().setName(SECOND_PIPELINE).build());
            awaitCount(SECOND_TOPIC, MainJob.FLIGHTS + 1);

            inference.removePipeline(
                    RemovePipelineRequest.newBuilder().setName(SECOND_PIPELINE).build());
            assertThat(inference
                            .listPipelines(ListPipelinesRequest.getDefaultInstance())
                            .getPipelinesList())
                    .extracting(PipelineSummary::getName)
                    .containsExactly("flight-delay");
        }
        assertThat(job.platform.process(Service.INFERENCE).pid()).isEqualTo(pid);
        assertThat(job.platform.process(Service.INFERENCE).isAlive()).isTrue();
    }

    /** A departure that is like the given one but for its id, and later than all of the file. */
    private static String departure(Flight like, String id) throws IOException {
        var fields = new HashMap<>(
                Objects.requireNonNull(job.departures().get(like.number())).fields());
        fields.put("flight_id", id);
        fields.put("departure_time", "2001-12-31T00:00:00Z");
        return JSON.writeValueAsString(fields);
    }

    /** Who dead-lettered the poison of a topic: the pipeline or view of each record that has its bytes and a reason. */
    private static List<String> deadLetters(String topic) {
        return job.topics.committed(topic + ".dlq").stream()
                .filter(record -> record.value().equals(MainJob.POISON))
                .filter(record -> !Topics.header(record, "millrace.reason").isEmpty())
                .map(record -> Topics.header(record, "millrace.labels").isEmpty()
                        ? Topics.header(record, "millrace.pipeline") + Topics.header(record, "millrace.view")
                        : "labels " + Topics.header(record, "millrace.labels"))
                .filter(reader -> !reader.equals(SECOND_PIPELINE))
                .toList();
    }

    private static void awaitCount(String topic, int count) {
        await(topic)
                .atMost(MainJob.PATIENCE)
                .pollInterval(Duration.ofMillis(500))
                .untilAsserted(() -> assertThat(job.topics.committed(topic)).hasSize(count));
    }

    private static void awaitState(
            InferenceServiceGrpc.InferenceServiceBlockingStub inference, PipelineSummary.State state) {
        await().atMost(MainJob.PATIENCE)
                .until(() ->
                        inference.listPipelines(ListPipelinesRequest.getDefaultInstance()).getPipelinesList().stream()
                                .anyMatch(summary ->
                                        summary.getName().equals(SECOND_PIPELINE) && summary.getState() == state));
    }
}
