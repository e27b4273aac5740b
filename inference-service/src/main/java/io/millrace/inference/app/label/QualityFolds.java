package io.millrace.inference.app.label;

import io.millrace.inference.app.definition.Definitions;
import io.millrace.inference.domain.label.LabelStream;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** Every label stream has its quality measured, and what each version errs more of. */
@ApplicationScoped
public class QualityFolds implements OutcomeFolds {
    private final LabelTelemetry telemetry;

    public QualityFolds(LabelTelemetry telemetry) {
        this.telemetry = telemetry;
    }

    @Override
    public List<OutcomeFold> of(LabelStream labels, Definitions all) {
        return List.of(new QualityFold(labels, telemetry), new SlicesFold(labels));
    }
}
