package io.millrace.inference.kafka;

import io.millrace.features.kernel.format.InvalidSchemaException;
import io.millrace.features.kernel.format.SchemaRegistry;
import io.millrace.features.kernel.format.SchemaRegistryUnavailableException;
import io.millrace.gate.Reason;
import io.millrace.gate.Refusal;
import io.millrace.inference.app.DeadLetterReason;
import io.millrace.inference.app.Scoring;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.Pipeline.Otherwise;
import io.millrace.inference.domain.RowScore;
import io.millrace.inference.domain.ScoreRow;
import io.millrace.inference.domain.ScoredBatch;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.context.Scope;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.InterruptException;

/**
 * Turns records into predictions and dead letters: decode, one call of scoring, encode. Many records are decoded and scored in parts at the same time, so that the rest goes on while one of them
 * waits for its features. Changes nothing outside, so that it can be repeated. Used by one thread.
 */
final class BatchScorer implements AutoCloseable {
    private static final int MOST_PARTS = 8;

    private final Pipeline pipeline;
    private final Scoring scoring;
    private final Duration deadline;
    private final EventDecoder decoder;
    private final OutputWriter writer;
    private final EventTraces traces;
    private final String deadLetters;
    private final int partRecords;
    private final ExecutorService threads;
    private int maxPredictionBytes = Integer.MAX_VALUE;

    /** @throws StreamStalledException where the pipeline's format cannot be read in this service */
    BatchScorer(
            Pipeline pipeline,
            Scoring scoring,
            StreamSettings settings,
            OpenTelemetry telemetry,
            Optional<SchemaRegistry> schemas) {
        this.pipeline = pipeline;
        this.scoring = scoring;
        this.deadline = settings.callDeadline().plus(pipeline.complete().patience());
        try {
            this.decoder = new EventDecoder(pipeline, settings.maxEventBytes(), schemas);
        } catch (InvalidSchemaException e) {
            throw new StreamStalledException("the input's format cannot be read: " + e.getMessage(), e);
        }
        this.writer = new OutputWriter(pipeline);
        this.traces = new EventTraces(telemetry, pipeline.name());
        this.deadLetters = StreamSettings.deadLetters(pipeline);
        this.partRecords = settings.partRecords();
        this.threads = Executors.newCachedThreadPool(Thread.ofPlatform()
                .name("score-" + pipeline.name() + "-", 1)
                .daemon()
                .factory());
    }

    /** Sets the id of the input topic. */
    void readFrom(String topicId) {
        writer.readFrom(topicId);
    }

    /** Sets the longest prediction that every output topic takes. */
    void limitPredictions(int bytes) {
        maxPredictionBytes = bytes;
    }

    /**
     * What the records become.
     *
     * @throws NotYetException where scoring cannot be done now
     * @throws ScoringFailedException where scoring fails inside, as an engine may on certain rows
     */
    PreparedBatch prepare(List<ConsumerRecord<byte[], byte[]>> records) {
        int count = Math.min(MOST_PARTS, Math.ceilDiv(records.size(), partRecords));
        if (count <= 1) {
            return part(records);
        }
        var others = new ArrayList<Future<PreparedBatch>>(count);
        for (int i = 1; i < count; i++) {
            List<ConsumerRecord<byte[], byte[]>> some = part(records, i, count);
            others.add(threads.submit(() -> part(some)));
        }
        var parts = new ArrayList<PreparedBatch>(count);
        RuntimeException failure = null;
        try {
            parts.add(part(part(records, 0, count)));
        } catch (RuntimeException e) {
            failure = e;
        }
        for (Future<PreparedBatch> other : others) {
            try {
                parts.add(other.get());
            } catch (ExecutionException e) {
                RuntimeException own = e.getCause() instanceof RuntimeException cause
                        ? cause
                        : new IllegalStateException(e.getCause());
                failure = failure == null ? own : failure;
            } catch (InterruptedException e) {
                others.forEach(each -> each.cancel(true));
                throw new InterruptException(e);
            }
        }
        if (failure != null) {
            String why = String.valueOf(failure.getMessage());
            parts.forEach(part -> part.endTraces(why));
            throw failure;
        }
        return PreparedBatch.together(parts);
    }

    private static <T> List<T> part(List<T> records, int part, int count) {
        return records.subList(records.size() * part / count, records.size() * (part + 1) / count);
    }

    private PreparedBatch part(List<ConsumerRecord<byte[], byte[]>> records) {
        var decoded = new ArrayList<DecodedEvent>(records.size());
        var scorable = new ArrayList<ConsumerRecord<byte[], byte[]>>(records.size());
        var rows = new ArrayList<ScoreRow>(records.size());
        for (ConsumerRecord<byte[], byte[]> record : records) {
            DecodedEvent event = decode(record);
            decoded.add(event);
            if (event instanceof DecodedEvent.Event scored) {
                scorable.add(record);
                rows.add(scored.row().from(record.topic() + "-" + record.partition() + "-" + record.offset()));
            }
        }
        var prepared = new PreparedBatch();
        if (rows.isEmpty()) {
            for (int i = 0; i < records.size(); i++) {
                if (decoded.get(i) instanceof DecodedEvent.Faulty faulty) {
                    bury(prepared, records.get(i), faulty);
                }
            }
            return prepared;
        }
        EventTraces.Batch trace = traces.begin(scorable);
        prepared.tracedBy(trace);
        try {
            ScoredBatch scored = score(rows, trace);
            prepared.encodedBy(
                    () -> encode(prepared, records, decoded, scored, trace),
                    scored.rows().stream().anyMatch(RowScore.Scored.class::isInstance));
            return prepared;
        } catch (NotYetException | ScoringFailedException e) {
            trace.end(e.getMessage());
            throw e;
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }

    /** Whether the record can be read as an event. */
    boolean isEvent(ConsumerRecord<byte[], byte[]> record) {
        return decode(record) instanceof DecodedEvent.Event;
    }

    private DecodedEvent decode(ConsumerRecord<byte[], byte[]> record) {
        try {
            return decoder.decode(record.value());
        } catch (SchemaRegistryUnavailableException e) {
            throw new NotYetException(String.valueOf(e.getMessage()), e);
        }
    }

    /** Makes a dead letter of a record on which scoring fails each time. */
    PreparedBatch giveUp(ConsumerRecord<byte[], byte[]> record, String detail) {
        var prepared = new PreparedBatch();
        bury(prepared, record, new DecodedEvent.Faulty(DeadLetterReason.SCORING_FAILED, detail));
        return prepared;
    }

    private ScoredBatch score(List<ScoreRow> rows, EventTraces.Batch trace) {
        ScoredBatch scored;
        try (Scope ignored = trace.context().makeCurrent()) {
            scored = scoring.score(pipeline, rows, pipeline.complete().patience(), deadline);
        } catch (Refusal e) {
            if (e.reason().kind() == Reason.Kind.INTERNAL) {
                throw new ScoringFailedException(e);
            }
            throw new NotYetException(e.reason().name() + ": " + e.getMessage(), e);
        } catch (RuntimeException e) {
            throw new ScoringFailedException(e);
        }
        if (scored.rows().size() != rows.size()) {
            throw new ScoringFailedException(
                    new IllegalStateException(scored.rows().size() + " answers to " + rows.size() + " rows"));
        }
        if (!scored.complete() && pipeline.complete().otherwise() == Otherwise.RETRY) {
            throw new NotYetException("the features are not complete yet", null);
        }
        return scored;
    }

    private void encode(
            PreparedBatch prepared,
            List<ConsumerRecord<byte[], byte[]>> records,
            List<DecodedEvent> decoded,
            ScoredBatch scored,
            EventTraces.Batch trace) {
        int row = 0;
        for (int i = 0; i < records.size(); i++) {
            ConsumerRecord<byte[], byte[]> record = records.get(i);
            switch (decoded.get(i)) {
                case DecodedEvent.Faulty faulty -> bury(prepared, record, faulty);
                case DecodedEvent.Event event -> {
                    switch (scored.rows().get(row)) {
                        case RowScore.Invalid(String reason, String detail) ->
                            prepared.bury(
                                    DeadLetters.of(deadLetters, pipeline.name(), record, reason, detail),
                                    DeadLetterReason.INVALID_ROW);
                        case RowScore.Scored score ->
                            predict(prepared, record, event, score, scored, row, trace.traceparent(row));
                    }
                    row++;
                }
            }
        }
    }

    private void predict(
            PreparedBatch prepared,
            ConsumerRecord<byte[], byte[]> record,
            DecodedEvent.Event event,
            RowScore.Scored score,
            ScoredBatch batch,
            int row,
            String traceparent) {
        var prediction = new PredictionWriter.Prediction(event, score, batch, row, record, traceparent);
        List<ProducerRecord<byte[], byte[]>> written = writer.write(prediction);
        for (ProducerRecord<byte[], byte[]> each : written) {
            if (each.value().length > maxPredictionBytes) {
                bury(
                        prepared,
                        record,
                        new DecodedEvent.Faulty(
                                DeadLetterReason.PREDICTION_TOO_LARGE,
                                each.value().length + " bytes, the output topic takes " + maxPredictionBytes));
                return;
            }
        }
        prepared.predict(written, record.timestamp());
    }

    private void bury(PreparedBatch prepared, ConsumerRecord<byte[], byte[]> record, DecodedEvent.Faulty faulty) {
        prepared.bury(
                DeadLetters.of(
                        deadLetters, pipeline.name(), record, faulty.reason().name(), faulty.detail()),
                faulty.reason());
    }
}
