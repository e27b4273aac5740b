package io.millrace.inference.config;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.inference.app.FeatureServices;
import io.millrace.inference.app.ModelCatalog;
import io.millrace.inference.app.ModelEngine;
import io.millrace.inference.app.ModelRepository;
import io.millrace.inference.app.PipelineFeatures;
import io.millrace.inference.app.batch.BatchSettings;
import io.millrace.inference.app.batch.PastCells;
import io.millrace.inference.app.batch.PastFeatures;
import io.millrace.inference.app.batch.RowFiles;
import io.millrace.inference.app.definition.DefinitionApply;
import io.millrace.inference.app.definition.DefinitionCatalog;
import io.millrace.inference.app.explain.Explaining;
import io.millrace.inference.app.plan.ReplayPlanJob;
import io.millrace.inference.app.plan.ReplayPlans;
import io.millrace.inference.app.plan.ReplayReports;
import io.millrace.inference.contracts.RegistryContracts;
import io.millrace.inference.kafka.KafkaRecordedEvents;
import io.millrace.inference.telemetry.InferenceMetrics;
import io.millrace.jobs.Jobs;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Puts together what replays planned definitions. What it scores is counted by nobody. */
@Singleton
public class ReplayPlanWiring {
    private final ReplayReports reports = new ReplayReports();

    @Produces
    @Singleton
    ReplayPlanJob job(
            InferenceConfig config,
            @ConfigProperty(name = "kafka.bootstrap.servers", defaultValue = "127.0.0.1:9092") String bootstrapServers,
            DefinitionCatalog definitions,
            RowFiles files,
            PastFeatures history,
            RegistryContracts contracts,
            BatchSettings batch,
            FeatureServices services,
            PipelineFeatures wanted,
            ModelCatalog serving,
            ModelRepository repository,
            ModelEngine engine,
            Explaining explaining,
            InstantSource clock) {
        return new ReplayPlanJob(
                new ReplayPlanJob.Parts(
                        new DefinitionApply(definitions),
                        new KafkaRecordedEvents(
                                StreamWiring.settings(config.streams(), bootstrapServers),
                                StreamWiring.schemas(config.schemaRegistry())),
                        new PastCells(files, history, batch.patience()),
                        contracts,
                        services,
                        wanted,
                        serving,
                        repository,
                        engine,
                        explaining,
                        new InferenceMetrics(new SimpleMeterRegistry()),
                        batch.directory().resolve("replays"),
                        batch.scoreRows(),
                        batch.deadline(),
                        clock),
                reports);
    }

    @Produces
    @Singleton
    ReplayPlans plans(DefinitionCatalog definitions, Jobs jobs) {
        return new ReplayPlans(new DefinitionApply(definitions), jobs, reports);
    }
}
