package io.millrace.inference.kafka;

import io.millrace.features.kernel.format.SchemaRegistry;
import io.millrace.inference.app.label.LabelTelemetry;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.label.LabelStream;
import java.util.Optional;

/**
 * What a label stream works with.
 *
 * @param schemas the schema registry, where there is one
 */
record LabelParts(
        LabelStream labels,
        Pipeline pipeline,
        LabelSettings settings,
        LabelTelemetry telemetry,
        Optional<SchemaRegistry> schemas) {}
