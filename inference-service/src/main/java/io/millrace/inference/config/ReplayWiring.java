package io.millrace.inference.config;

import io.millrace.inference.app.FeatureServices;
import io.millrace.inference.app.ModelEngine;
import io.millrace.inference.app.ModelRepository;
import io.millrace.inference.app.PipelineAdministration;
import io.millrace.inference.app.ensemble.Ensembles;
import io.millrace.inference.app.offsets.Rewinds;
import io.millrace.inference.app.replay.FeatureHistory;
import io.millrace.inference.app.replay.Replays;
import io.millrace.inference.kafka.KafkaPipelineOffsets;
import io.millrace.inference.kafka.KafkaPredictionLog;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Puts together what looks at and moves where pipelines stand, and what makes predictions again. */
@Singleton
public class ReplayWiring {
    @Produces
    @Singleton
    Rewinds rewinds(
            InferenceConfig config,
            @ConfigProperty(name = "kafka.bootstrap.servers", defaultValue = "127.0.0.1:9092") String bootstrapServers,
            PipelineAdministration pipelines) {
        return new Rewinds(
                pipelines, new KafkaPipelineOffsets(StreamWiring.settings(config.streams(), bootstrapServers)));
    }

    @Produces
    @Singleton
    Replays replays(
            InferenceConfig config,
            @ConfigProperty(name = "kafka.bootstrap.servers", defaultValue = "127.0.0.1:9092") String bootstrapServers,
            PipelineAdministration pipelines,
            FeatureServices services,
            FeatureHistory history,
            ModelRepository repository,
            ModelEngine engine,
            Ensembles ensembles) {
        return new Replays(
                new KafkaPredictionLog(
                        StreamWiring.settings(config.streams(), bootstrapServers),
                        StreamWiring.schemas(config.schemaRegistry())),
                pipelines::find,
                services,
                history,
                repository,
                engine,
                ensembles::find,
                config.features().deadline());
    }
}
