package io.millrace.inference.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.inference.app.payload.PayloadMeter;
import io.millrace.inference.app.payload.PayloadSink;
import jakarta.inject.Singleton;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/** What becomes of calls that are sampled for the log. */
@Singleton
public class PayloadMetrics implements PayloadMeter {
    public static final String LOGGED = "millrace.inference.payloads.logged";
    public static final String DROPPED = "millrace.inference.payloads.dropped";
    public static final String STOPPED = "millrace.inference.payloads.files.stopped";

    private final Map<PayloadSink.Kind, Counter> logged = new EnumMap<>(PayloadSink.Kind.class);
    private final Map<Dropped, Counter> dropped = new EnumMap<>(Dropped.class);
    private final AtomicBoolean isStopped = new AtomicBoolean();

    public PayloadMetrics(MeterRegistry registry) {
        for (PayloadSink.Kind kind : PayloadSink.Kind.values()) {
            logged.put(
                    kind,
                    Counter.builder(LOGGED)
                            .description("Calls that were logged")
                            .tag("sink", kind.name().toLowerCase(Locale.ROOT))
                            .register(registry));
        }
        for (Dropped why : Dropped.values()) {
            dropped.put(
                    why,
                    Counter.builder(DROPPED)
                            .description("Sampled calls that are not in a log")
                            .tag("reason", why.name().toLowerCase(Locale.ROOT))
                            .register(registry));
        }
        Gauge.builder(STOPPED, isStopped, stopped -> stopped.get() ? 1 : 0)
                .description("1 while calls are not logged to files because of the disk")
                .register(registry);
    }

    @Override
    public void logged(PayloadSink.Kind sink) {
        Counter counter = logged.get(sink);
        if (counter != null) {
            counter.increment();
        }
    }

    @Override
    public void dropped(Dropped why, long calls) {
        Counter counter = dropped.get(why);
        if (counter != null) {
            counter.increment(calls);
        }
    }

    @Override
    public void stopped(boolean stopped) {
        isStopped.set(stopped);
    }
}
