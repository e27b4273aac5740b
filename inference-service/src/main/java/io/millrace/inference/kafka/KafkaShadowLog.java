package io.millrace.inference.kafka;

import io.millrace.inference.app.deploy.ShadowLog;
import io.millrace.inference.domain.ServiceEvent;

/** Tells what shadows answered to {@value #TOPIC}, as {@link KafkaEventLog} does. */
public final class KafkaShadowLog implements ShadowLog, AutoCloseable {
    public static final String TOPIC = "millrace.inference.shadow.v1";

    private final KafkaEventLog events;

    /** @param events to this topic */
    public KafkaShadowLog(KafkaEventLog events) {
        this.events = events;
    }

    @Override
    public void record(ServiceEvent answer) {
        events.record(answer);
    }

    @Override
    public void close() {
        events.close();
    }
}
