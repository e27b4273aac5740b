package io.millrace.inference.app.watch;

import io.millrace.inference.app.EventLog;
import io.millrace.inference.app.definition.Definitions;
import io.millrace.inference.app.label.OutcomeFold;
import io.millrace.inference.app.label.OutcomeFolds;
import io.millrace.inference.domain.label.LabelStream;
import jakarta.inject.Singleton;
import java.util.List;

/** The error of the predictions of each label stream is watched. */
@Singleton
public class ErrorsFolds implements OutcomeFolds {
    private final EventLog events;
    private final WatchTelemetry telemetry;

    public ErrorsFolds(EventLog events, WatchTelemetry telemetry) {
        this.events = events;
        this.telemetry = telemetry;
    }

    @Override
    public List<OutcomeFold> of(LabelStream labels, Definitions all) {
        String fingerprint = labels.pipeline() + "|" + labels.label() + "|" + labels.task();
        return List.of(new ErrorsFold(labels.pipeline(), labels.name(), fingerprint, events, telemetry));
    }
}
