package io.millrace.inference.kafka;

import io.millrace.features.kernel.format.SchemaRegistry;
import io.millrace.inference.app.ContractWatch;
import io.millrace.inference.app.Scoring;
import io.millrace.inference.app.StreamTally;
import io.millrace.inference.app.StreamTelemetry;
import io.millrace.inference.domain.Pipeline;
import io.opentelemetry.api.OpenTelemetry;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a stream works with.
 *
 * @param contract watches the input's contract, or null where there is none
 * @param schemas the schema registry, where there is one
 */
record StreamParts(
        Pipeline pipeline,
        StreamSettings settings,
        Scoring scoring,
        StreamTally tally,
        StreamTelemetry telemetry,
        OpenTelemetry traces,
        InstantSource clock,
        @Nullable ContractWatch contract,
        Optional<SchemaRegistry> schemas) {}
