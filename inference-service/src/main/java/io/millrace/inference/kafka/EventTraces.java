package io.millrace.inference.kafka;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Continues the traces of events. Each scored event that brings a trace has a span {@code score <pipeline>} in it, which the prediction continues. The batch
 * has one span that links to the events' and under which features are looked up; predictions of events without a trace continue that one, as spans of
 * their own would tell nothing more. Where the batch is a single event it belongs to that event's trace, so that its whole way is one trace.
 */
final class EventTraces {
    private static final String TRACEPARENT = "traceparent";

    private static final TextMapGetter<Headers> HEADERS = new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(Headers headers) {
            var keys = new ArrayList<String>();
            headers.forEach(header -> keys.add(header.key()));
            return keys;
        }

        @Override
        public @Nullable String get(@Nullable Headers headers, String key) {
            Header header = headers == null ? null : headers.lastHeader(key);
            return header == null || header.value() == null ? null : new String(header.value(), StandardCharsets.UTF_8);
        }
    };

    private final Tracer tracer;
    private final String pipeline;

    EventTraces(OpenTelemetry telemetry, String pipeline) {
        this.tracer = telemetry.getTracer("io.millrace.inference");
        this.pipeline = pipeline;
    }

    /** Begins the spans of a batch that is about to be scored; {@link Batch#end} must follow. */
    Batch begin(List<ConsumerRecord<byte[], byte[]>> records) {
        var origins = new ArrayList<Context>(records.size());
        for (ConsumerRecord<byte[], byte[]> record : records) {
            origins.add(origin(record));
        }
        SpanBuilder builder = tracer.spanBuilder("process " + pipeline)
                .setSpanKind(SpanKind.CONSUMER)
                .setAttribute("messaging.system", "kafka")
                .setAttribute("messaging.batch.message_count", records.size());
        builder.setParent(records.size() == 1 ? origins.getFirst() : Context.root());
        if (records.size() > 1) {
            for (Context origin : origins) {
                SpanContext event = Span.fromContext(origin).getSpanContext();
                if (event.isValid()) {
                    builder.addLink(event);
                }
            }
        }
        Span batch = builder.startSpan();
        Context batchContext = Context.root().with(batch);
        var events = new ArrayList<Span>(records.size());
        for (int i = 0; i < records.size(); i++) {
            ConsumerRecord<byte[], byte[]> record = records.get(i);
            Context origin = origins.get(i);
            boolean ownTrace = Span.fromContext(origin).getSpanContext().isValid();
            if (records.size() > 1 && !ownTrace) {
                events.add(batch);
                continue;
            }
            events.add(tracer.spanBuilder("score " + pipeline)
                    .setParent(records.size() > 1 ? origin : batchContext)
                    .setAttribute("messaging.destination.name", record.topic())
                    .setAttribute("messaging.destination.partition.id", Integer.toString(record.partition()))
                    .setAttribute("messaging.kafka.offset", record.offset())
                    .addLink(batch.getSpanContext())
                    .startSpan());
        }
        return new Batch(batch, batchContext, events);
    }

    private static Context origin(ConsumerRecord<byte[], byte[]> record) {
        Headers headers = record.headers();
        return headers.lastHeader(TRACEPARENT) == null
                ? Context.root()
                : W3CTraceContextPropagator.getInstance().extract(Context.root(), headers, HEADERS);
    }

    /** The spans of a batch, the events' in the order of their records. */
    record Batch(Span span, String spanTrace, Context context, List<Span> events) {
        Batch(Span span, Context context, List<Span> events) {
            this(span, trace(span), context, events);
        }

        /** The {@code traceparent} that the event's prediction continues; empty where nothing traces. */
        String traceparent(int event) {
            Span own = events.get(event);
            return own == span ? spanTrace : trace(own);
        }

        private static String trace(Span span) {
            SpanContext context = span.getSpanContext();
            return context.isValid()
                    ? "00-" + context.getTraceId() + "-" + context.getSpanId() + "-"
                            + context.getTraceFlags().asHex()
                    : "";
        }

        /** Ends all spans, with an error where the batch was not committed. */
        void end(@Nullable String error) {
            for (Span event : events) {
                if (event != span) {
                    finish(event, error);
                }
            }
            finish(span, error);
        }

        private static void finish(Span span, @Nullable String error) {
            if (error != null) {
                span.setStatus(StatusCode.ERROR, error);
            }
            span.end();
        }
    }
}
