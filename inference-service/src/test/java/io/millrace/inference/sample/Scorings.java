package io.millrace.inference.sample;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.inference.app.BatchScoring;
import io.millrace.inference.app.FeatureLookup;
import io.millrace.inference.app.Leases;
import io.millrace.inference.app.Mirroring;
import io.millrace.inference.app.ModelCatalog;
import io.millrace.inference.app.PipelineFeatures;
import io.millrace.inference.app.deploy.Routes;
import io.millrace.inference.app.deploy.ShadowLog;
import io.millrace.inference.app.deploy.Shadows;
import io.millrace.inference.app.ensemble.HeldEnsembles;
import io.millrace.inference.app.explain.Backgrounds;
import io.millrace.inference.app.explain.Explaining;
import io.millrace.inference.config.ExplainConfig;
import io.millrace.inference.telemetry.ExplainMetrics;
import io.millrace.inference.telemetry.InferenceMetrics;
import java.util.Map;
import java.util.Optional;

/** Scoring without the service. */
public final class Scorings {
    private Scorings() {}

    /** Without deployments. */
    public static BatchScoring of(
            ModelCatalog models, PipelineFeatures wanted, FeatureLookup features, InferenceMetrics metrics) {
        return of(models, wanted, features, _ -> Optional.empty(), _ -> {}, metrics);
    }

    public static BatchScoring of(
            ModelCatalog models,
            PipelineFeatures wanted,
            FeatureLookup features,
            Routes routes,
            ShadowLog log,
            InferenceMetrics metrics) {
        var leases = new Leases(models, HeldEnsembles.NONE);
        var shadows = new Shadows(Settings.with(Map.of()));
        return new BatchScoring(
                leases,
                wanted,
                features,
                routes,
                new Mirroring(leases, shadows, log, metrics),
                explaining(Backgrounds.NONE),
                metrics);
    }

    /** Against the references that are given, with the service's defaults. */
    public static Explaining explaining(Backgrounds backgrounds) {
        return new Explaining(
                backgrounds, Settings.of(ExplainConfig.class, Map.of()), new ExplainMetrics(new SimpleMeterRegistry()));
    }
}
