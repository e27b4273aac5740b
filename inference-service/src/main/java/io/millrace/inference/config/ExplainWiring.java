package io.millrace.inference.config;

import io.millrace.gate.ConfigBounds;
import io.millrace.inference.app.explain.References;
import io.quarkus.arc.DefaultBean;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** What explanations rest on where nothing else is there. */
@Singleton
public class ExplainWiring {
    static void check(ConfigBounds bounds, ExplainConfig explain) {
        bounds.number("explain.pairs", explain.pairs(), 2, 10_000);
        bounds.number("explain.max-rows", explain.maxRows(), 1, 10_000);
        bounds.number("explain.reference-rows", explain.referenceRows(), 1, 100_000);
        bounds.time("explain.deadline", explain.deadline(), "PT0.001S", "PT1H");
    }

    @Produces
    @Singleton
    @DefaultBean
    References references() {
        return References.NONE;
    }
}
