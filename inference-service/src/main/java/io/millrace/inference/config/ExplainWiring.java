package io.millrace.inference.config;

import io.millrace.gate.ConfigBounds;

/** What the settings of explanations may be. */
final class ExplainWiring {
    private ExplainWiring() {}

    static void check(ConfigBounds bounds, ExplainConfig explain) {
        bounds.number("explain.pairs", explain.pairs(), 2, 10_000);
        bounds.number("explain.max-rows", explain.maxRows(), 1, 10_000);
        bounds.number("explain.reference-rows", explain.referenceRows(), 1, 100_000);
        bounds.time("explain.deadline", explain.deadline(), "PT0.001S", "PT1H");
    }
}
