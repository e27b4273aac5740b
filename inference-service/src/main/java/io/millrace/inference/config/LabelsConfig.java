package io.millrace.inference.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Joining labels to predictions: what can be set under {@code millrace.inference.labels}. */
@ConfigMapping(prefix = "millrace.inference.labels")
public interface LabelsConfig {
    /** Most predictions of one label stream that wait for their label or are remembered because it may come twice, and most labels that wait for their prediction; beyond it the oldest are let go and counted. 1 to 100,000,000. */
    @WithDefault("200000")
    int maxWaiting();

    /** How far records of a partition may be out of the order of their event times, and how far a partition with nothing more to read may be behind the others before it is not waited for; no more than a stream's delay. 0 or more. */
    @WithDefault("1h")
    Duration disorder();

    /** How far a record's event time may be ahead of the time at which Kafka got it; what is further is not taken. 0 or more. */
    @WithDefault("1d")
    Duration ahead();
}
