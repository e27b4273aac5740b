package io.millrace.inference.app.learn;

import io.millrace.inference.app.EventLog;
import io.millrace.inference.app.definition.Definitions;
import io.millrace.inference.app.label.OutcomeFold;
import io.millrace.inference.app.label.OutcomeFolds;
import io.millrace.inference.domain.label.LabelStream;
import io.millrace.inference.domain.learn.OnlineModel;
import java.util.ArrayList;
import java.util.List;

/** A fold for each online model of a label stream. */
public final class LearnerFolds implements OutcomeFolds {
    private final LearnerCommands commands;
    private final SnapshotPublisher publisher;
    private final EventLog events;

    public LearnerFolds(LearnerCommands commands, SnapshotPublisher publisher, EventLog events) {
        this.commands = commands;
        this.publisher = publisher;
        this.events = events;
    }

    @Override
    public List<OutcomeFold> of(LabelStream labels, Definitions all) {
        var folds = new ArrayList<OutcomeFold>();
        for (OnlineModel model : all.all(OnlineModel.class).values()) {
            if (model.labels().equals(labels.name())) {
                folds.add(new LearnerFold(
                        model,
                        () -> all.find(OnlineModel.class, model.name()).orElse(model),
                        commands,
                        publisher,
                        events));
            }
        }
        return folds;
    }
}
