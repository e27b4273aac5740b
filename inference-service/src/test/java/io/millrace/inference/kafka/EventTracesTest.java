package io.millrace.inference.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.inference.app.Scoring;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EventTracesTest {
    private static final String TRACE_A = "0af7651916cd43dd8448eb211c80319c";
    private static final String TRACE_B = "1af7651916cd43dd8448eb211c80319c";

    private final Stage stage = new Stage();
    private final List<SpanData> spans = new CopyOnWriteArrayList<>();
    private final List<String> tracesWhileScoring = new CopyOnWriteArrayList<>();
    private final SdkTracerProvider provider = SdkTracerProvider.builder()
            .addSpanProcessor(SimpleSpanProcessor.create(new SpanExporter() {
                @Override
                public CompletableResultCode export(Collection<SpanData> ended) {
                    spans.addAll(ended);
                    return CompletableResultCode.ofSuccess();
                }

                @Override
                public CompletableResultCode flush() {
                    return CompletableResultCode.ofSuccess();
                }

                @Override
                public CompletableResultCode shutdown() {
                    return CompletableResultCode.ofSuccess();
                }
            }))
            .build();
    private final Scoring fake = new FakeScoring(Duration.ZERO);
    private final Scoring scoring = (pipeline, rows, complete, deadline) -> {
        tracesWhileScoring.add(Span.current().getSpanContext().getTraceId());
        return fake.score(pipeline, rows, complete, deadline);
    };

    @AfterEach
    void close() {
        stage.close();
        provider.close();
    }

    @Test
    void aLonelyEventsLookUpAndPredictionAreInItsTrace() {
        stage.makeInput(1);
        send(TRACE_A, 1);
        stage.flush();
        start();

        ConsumerRecord<byte[], byte[]> prediction =
                stage.committed(stage.output).getFirst();
        assertThat(Stage.header(prediction, "traceparent"))
                .startsWith("00-" + TRACE_A + "-")
                .endsWith("-01");
        assertThat(Stage.json(prediction).path("trace").asText()).isEqualTo(Stage.header(prediction, "traceparent"));
        assertThat(tracesWhileScoring).containsExactly(TRACE_A);
        await().until(() -> spans.size() == 2);
        assertThat(spans).allMatch(span -> span.getTraceId().equals(TRACE_A));
    }

    @Test
    void eachEventOfABatchKeepsItsTraceAndTheBatchLinksToAll() {
        stage.makeInput(1);
        send(TRACE_A, 1);
        send(TRACE_B, 2);
        stage.event("none", 3);
        stage.flush();
        start();

        List<ConsumerRecord<byte[], byte[]>> predictions = stage.committed(stage.output);
        assertThat(predictions).hasSize(3);
        assertThat(Stage.header(predictions.get(0), "traceparent")).startsWith("00-" + TRACE_A + "-");
        assertThat(Stage.header(predictions.get(1), "traceparent")).startsWith("00-" + TRACE_B + "-");
        assertThat(Stage.header(predictions.get(2), "traceparent"))
                .startsWith("00-" + tracesWhileScoring.getFirst() + "-");
        await().until(() -> spans.size() == 3);
        SpanData batch = spans.stream()
                .filter(span -> span.getName().startsWith("process "))
                .findFirst()
                .orElseThrow();
        assertThat(Stage.header(predictions.get(2), "traceparent")).contains("-" + batch.getSpanId() + "-");
        assertThat(batch.getLinks().stream().map(link -> link.getSpanContext().getTraceId()))
                .containsExactly(TRACE_A, TRACE_B);
    }

    private void start() {
        var traces = OpenTelemetrySdk.builder().setTracerProvider(provider).build();
        stage.start(stage.pipeline(), Stage.settings(0, 10), scoring, traces);
        await().atMost(Duration.ofSeconds(30))
                .until(() -> stage.outcomes() == stage.committed(stage.input).size());
    }

    private void send(String trace, int amount) {
        var headers = new RecordHeaders();
        headers.add("traceparent", ("00-" + trace + "-b7ad6b7169203331-01").getBytes(StandardCharsets.UTF_8));
        stage.raw("k", "{\"id\":\"k\",\"at\":1,\"amount\":" + amount + "}", headers);
    }
}
