package io.millrace.inference.kafka;

import io.millrace.features.kernel.format.SchemaRegistry;
import io.millrace.inference.app.ContractRegistry;
import io.millrace.inference.app.ContractWatch;
import io.millrace.inference.app.PipelineStreams;
import io.millrace.inference.app.Scoring;
import io.millrace.inference.app.StreamTally;
import io.millrace.inference.app.StreamTelemetry;
import io.millrace.inference.domain.Pipeline;
import io.opentelemetry.api.OpenTelemetry;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Runs pipelines as {@link StreamLoop}s. Thread-safe. */
public final class KafkaPipelineStreams implements PipelineStreams {
    private final StreamSettings settings;
    private final Scoring scoring;
    private final ContractRegistry contracts;
    private final ContractWatch.Limits contractLimits;
    private final StreamTelemetry telemetry;
    private final OpenTelemetry traces;
    private final InstantSource clock;
    private final Optional<SchemaRegistry> schemas;

    public KafkaPipelineStreams(
            StreamSettings settings,
            Scoring scoring,
            ContractRegistry contracts,
            ContractWatch.Limits contractLimits,
            StreamTelemetry telemetry,
            OpenTelemetry traces,
            InstantSource clock,
            Optional<SchemaRegistry> schemas) {
        this.settings = settings;
        this.scoring = scoring;
        this.contracts = contracts;
        this.contractLimits = contractLimits;
        this.telemetry = telemetry;
        this.traces = traces;
        this.clock = clock;
        this.schemas = schemas;
    }

    @Override
    public RunningStream start(Pipeline pipeline, StreamTally tally, @Nullable RunningStream predecessor) {
        ContractWatch contract = ContractWatch.start(pipeline, contracts, tally, telemetry, contractLimits);
        var parts = new StreamParts(pipeline, settings, scoring, tally, telemetry, traces, clock, contract, schemas);
        return StreamLoop.start(parts, predecessor);
    }
}
