package io.millrace.inference.app.payload;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What is logged of calls.
 *
 * @param defaultRatio share of the calls that are logged, 0 to 1, of models and pipelines that are not in {@code ratios}
 * @param ratios the same by name
 * @param kept classifications whose fields may be logged; fields without one may
 * @param hashKey where it is given, values that may not be logged are replaced by their HMAC-SHA256 under this key; else they are left out
 * @param withoutContract whether calls of models, and of pipelines without a contract, are logged whole
 * @param maxWaiting calls that wait for the log, and {@code maxWaitingBytes} theirs; more are dropped
 * @param maxBytes larger calls are dropped
 * @param refresh how long the classifications of a contract are known
 * @param deadline of one question for them
 */
public record PayloadSettings(
        double defaultRatio,
        Map<String, Double> ratios,
        Set<String> kept,
        Optional<String> hashKey,
        boolean withoutContract,
        int maxWaiting,
        long maxWaitingBytes,
        long maxBytes,
        Duration refresh,
        Duration deadline) {
    public PayloadSettings {
        ratios = Map.copyOf(ratios);
        kept = Set.copyOf(kept);
    }

    double ratio(String name) {
        return ratios.getOrDefault(name, defaultRatio);
    }
}
