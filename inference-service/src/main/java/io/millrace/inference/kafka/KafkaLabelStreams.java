package io.millrace.inference.kafka;

import io.millrace.features.kernel.format.SchemaRegistry;
import io.millrace.inference.app.label.FoldFeed;
import io.millrace.inference.app.label.FoldStates;
import io.millrace.inference.app.label.LabelStreams;
import io.millrace.inference.app.label.LabelTelemetry;
import io.millrace.inference.app.label.OutcomeFold;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.label.LabelStream;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Runs label streams as {@link OutcomeLoop}s. Thread-safe. */
public final class KafkaLabelStreams implements LabelStreams {
    private final LabelSettings settings;
    private final FoldStates states;
    private final LabelTelemetry telemetry;
    private final Optional<SchemaRegistry> schemas;

    public KafkaLabelStreams(
            LabelSettings settings, FoldStates states, LabelTelemetry telemetry, Optional<SchemaRegistry> schemas) {
        this.settings = settings;
        this.states = states;
        this.telemetry = telemetry;
        this.schemas = schemas;
    }

    @Override
    public Running start(
            LabelStream labels, Pipeline pipeline, Supplier<List<OutcomeFold>> folds, @Nullable Running predecessor) {
        var feed = new FoldFeed(labels.name(), folds, states, settings.keeping(), telemetry);
        return OutcomeLoop.start(new LabelParts(labels, pipeline, settings, telemetry, schemas), feed, predecessor);
    }
}
