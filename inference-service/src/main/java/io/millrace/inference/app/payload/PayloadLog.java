package io.millrace.inference.app.payload;

import io.millrace.inference.app.CallLog;
import io.millrace.inference.app.Predictions;
import io.millrace.inference.app.payload.PayloadMeter.Dropped;
import io.millrace.inference.domain.Pipeline.ContractReference;
import io.millrace.inference.domain.RowScore.Scored;
import io.millrace.inference.domain.ScoreRow;
import io.millrace.inference.domain.Tensor;
import io.millrace.inference.domain.deploy.Split;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.zip.CRC32C;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Logs a sample of calls. Whether a call is in it depends on its id, or where it has none on its content: the same call is logged wherever it is answered. A thread of its own takes out
 * what may not be logged and writes the rest; where it is not known what that is, it logs nothing.
 */
public final class PayloadLog implements CallLog, AutoCloseable {
    private static final Logger LOG = Logger.getLogger(PayloadLog.class);
    private static final int BYTES_OF_A_FIELD = 64;
    private static final int BYTES_OF_A_ROW = 256;
    private static final long TICK_MILLIS = 500;

    private final PayloadSettings settings;
    private final Classifications contracts;
    private final List<PayloadSink> sinks;
    private final InstantSource clock;
    private final PayloadMeter meter;
    private final BlockingQueue<Waiting> queue;
    private final AtomicLong waitingBytes = new AtomicLong();
    private final Map<ContractReference, Known> known = new HashMap<>();
    private final Map<String, String> silent = new HashMap<>();
    private final Thread writer;
    private volatile boolean open = true;

    /** Exactly one of the calls is there. */
    private record Waiting(
            CallLog.@Nullable Prediction prediction, CallLog.@Nullable Inferring inferring, Instant time, long bytes) {}

    private record Known(Classifications.Found found, long nanos) {}

    public PayloadLog(
            PayloadSettings settings,
            Classifications contracts,
            List<PayloadSink> sinks,
            InstantSource clock,
            PayloadMeter meter) {
        this.settings = settings;
        this.contracts = contracts;
        this.sinks = List.copyOf(sinks);
        this.clock = clock;
        this.meter = meter;
        this.queue = new ArrayBlockingQueue<>(settings.maxWaiting());
        this.writer = Thread.ofPlatform().daemon().name("payloads").unstarted(this::run);
    }

    /** Begins to write; calls wait until then. */
    public void begin() {
        if (!sinks.isEmpty()) {
            writer.start();
        }
    }

    @Override
    public boolean wants(String name) {
        return !sinks.isEmpty() && settings.ratio(name) > 0;
    }

    @Override
    public void predicted(Prediction call) {
        String name = call.pipeline().name();
        if (!wants(name) || !isSampled(name, call.id(), () -> content(call.rows()))) {
            return;
        }
        long bytes = 0;
        for (ScoreRow row : call.rows()) {
            bytes += BYTES_OF_A_ROW;
            for (Object value : row.fields().values()) {
                bytes += BYTES_OF_A_FIELD + (value instanceof String text ? text.length() : 0);
            }
        }
        if (call.answer() != null) {
            for (Scored row : call.answer().rows()) {
                bytes += BYTES_OF_A_ROW
                        + (long) BYTES_OF_A_FIELD
                                * (row.features().size() + row.imputed().size());
            }
        }
        if (isSmall(bytes)) {
            offer(new Waiting(call, null, clock.instant(), bytes));
        }
    }

    @Override
    public void inferred(Inferring call) {
        if (!wants(call.model()) || !isSampled(call.model(), call.id(), () -> contentOf(call.inputs()))) {
            return;
        }
        long bytes = bytes(call.inputs()) + bytes(call.outputs());
        if (!isSmall(bytes)) {
            return;
        }
        var copy = new Inferring(
                call.model(),
                call.version(),
                call.id(),
                call.inputs().stream().map(PayloadLog::copy).toList(),
                call.outputs().stream().map(PayloadLog::copy).toList(),
                call.parameters(),
                call.status(),
                call.nanos());
        offer(new Waiting(null, copy, clock.instant(), bytes));
    }

    private boolean isSmall(long bytes) {
        if (bytes > settings.maxBytes()) {
            meter.dropped(Dropped.TOO_LARGE, 1);
            return false;
        }
        return true;
    }

    private static long bytes(List<Tensor> tensors) {
        return tensors.stream()
                .mapToLong(tensor -> BYTES_OF_A_ROW + tensor.data().remaining())
                .sum();
    }

    /** Of the rows' fields; not of the instants that they are read at, which differ each time. */
    private static long content(List<ScoreRow> rows) {
        long content = 0;
        for (ScoreRow row : rows) {
            content = content * 31 + row.fields().hashCode();
        }
        return content;
    }

    private static long contentOf(List<Tensor> inputs) {
        var crc = new CRC32C();
        inputs.forEach(input -> crc.update(input.data().duplicate()));
        return crc.getValue();
    }

    /** Writes what waits. */
    @Override
    public void close() {
        open = false;
        try {
            if (writer.isAlive()) {
                writer.join(5_000);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isSampled(String name, String id, LongSupplier content) {
        double ratio = settings.ratio(name);
        return ratio >= 1
                || Split.samples(
                        "payloads/" + name, id.isEmpty() ? Long.toHexString(content.getAsLong()) : id, ratio * 100);
    }

    private void offer(Waiting waiting) {
        long bytes = waiting.bytes();
        boolean hasRoom = waitingBytes.addAndGet(bytes) <= settings.maxWaitingBytes();
        if (!hasRoom || !open || !queue.offer(waiting)) {
            waitingBytes.addAndGet(-bytes);
            meter.dropped(Dropped.BUSY, 1);
        }
    }

    private static Tensor copy(Tensor tensor) {
        ByteBuffer data = ByteBuffer.allocate(tensor.data().remaining())
                .put(tensor.data().duplicate())
                .flip();
        return new Tensor(tensor.name(), tensor.datatype(), tensor.shape(), data);
    }

    private void run() {
        try {
            while (open || !queue.isEmpty()) {
                Waiting next = queue.poll(TICK_MILLIS, TimeUnit.MILLISECONDS);
                if (next != null) {
                    waitingBytes.addAndGet(-next.bytes());
                    write(next);
                }
                tick();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            sinks.forEach(PayloadSink::close);
        }
    }

    private void tick() {
        try {
            sinks.forEach(PayloadSink::tick);
        } catch (RuntimeException e) {
            LOG.warnf(e, "The log of calls could not do what is due; it goes on");
        }
    }

    private void write(Waiting waiting) {
        try {
            Optional<LoggedCall> call = logged(waiting);
            if (call.isEmpty()) {
                meter.dropped(Dropped.UNCLASSIFIED, 1);
            } else if (isSmall(
                    call.get().request().length() + call.get().response().length())) {
                sinks.forEach(sink -> sink.write(call.get()));
            }
        } catch (RuntimeException e) {
            // The log of calls must not end because of one of them; what was in it is not told, it may be classified.
            LOG.warnf("A call could not be logged: %s", e.getClass().getName());
            meter.dropped(Dropped.FAILED, 1);
        }
    }

    private Optional<LoggedCall> logged(Waiting waiting) {
        if (waiting.prediction() != null) {
            return logged(waiting.prediction(), waiting.time());
        }
        return logged(Objects.requireNonNull(waiting.inferring()), waiting.time());
    }

    private Optional<LoggedCall> logged(Prediction call, Instant time) {
        Predictions.Answer answer = call.answer();
        return filter(call.pipeline().name(), call.pipeline().input().contract())
                .map(filter -> new LoggedCall(
                        id(call.id()),
                        time,
                        "pipeline",
                        call.pipeline().name(),
                        answer == null
                                ? call.pipeline().model().name()
                                : answer.model().name(),
                        answer == null ? "" : answer.model().version(),
                        answer == null ? "" : answer.model().digest(),
                        call.status(),
                        call.nanos() / 1_000,
                        PayloadJson.request(call, filter),
                        answer == null ? "null" : PayloadJson.response(call, answer, filter)));
    }

    private Optional<LoggedCall> logged(Inferring call, Instant time) {
        return filter(call.model(), Optional.empty())
                .map(_ -> new LoggedCall(
                        id(call.id()),
                        time,
                        "model",
                        call.model(),
                        call.model(),
                        call.version(),
                        "",
                        call.status(),
                        call.nanos() / 1_000,
                        PayloadJson.tensors("inputs", call.inputs(), Map.of()),
                        call.outputs().isEmpty()
                                ? "null"
                                : PayloadJson.tensors("outputs", call.outputs(), call.parameters())));
    }

    private static String id(String given) {
        return given.isEmpty() ? UUID.randomUUID().toString() : given;
    }

    /** What may be logged; empty where nobody knows. */
    private Optional<FieldFilter> filter(String name, Optional<ContractReference> contract) {
        if (contract.isEmpty()) {
            if (!settings.withoutContract()) {
                silence(name, "it has no contract that says what is classified");
                return Optional.empty();
            }
            return Optional.of(new FieldFilter(null, settings));
        }
        Known now = known.get(contract.get());
        if (now == null || System.nanoTime() - now.nanos() > settings.refresh().toNanos()) {
            now = new Known(contracts.find(contract.get(), settings.deadline()), System.nanoTime());
            known.put(contract.get(), now);
        }
        return switch (now.found()) {
            case Classifications.Found.Fields(Map<String, String> classifications) -> {
                if (silent.remove(name) != null) {
                    LOG.infof("Calls of %s are logged again", name);
                }
                yield Optional.of(new FieldFilter(classifications, settings));
            }
            case Classifications.Found.Unknown(String why) -> {
                silence(name, why);
                yield Optional.empty();
            }
        };
    }

    private void silence(String name, String why) {
        if (!why.equals(silent.put(name, why))) {
            LOG.warnf("Calls of %s are not logged: %s", name, why);
        }
    }
}
