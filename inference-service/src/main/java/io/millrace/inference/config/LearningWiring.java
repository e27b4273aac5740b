package io.millrace.inference.config;

import io.millrace.inference.app.EventLog;
import io.millrace.inference.app.definition.DefinitionCatalog;
import io.millrace.inference.app.label.LabelControl;
import io.millrace.inference.app.label.OutcomeFolds;
import io.millrace.inference.app.learn.CatalogCommands;
import io.millrace.inference.app.learn.LearnerFolds;
import io.millrace.inference.app.learn.Learners;
import io.millrace.inference.app.learn.LearningTelemetry;
import io.millrace.inference.app.learn.ModelFormat;
import io.millrace.inference.app.learn.OnlineModelKind;
import io.millrace.inference.app.learn.SnapshotPublisher;
import io.millrace.inference.app.learn.VersionStore;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Puts the online models together. */
@Singleton
public class LearningWiring {
    @Produces
    @Singleton
    CatalogCommands commands(DefinitionCatalog catalog, OnlineModelKind kind) {
        return new CatalogCommands(catalog, kind);
    }

    @Produces
    @Singleton
    OutcomeFolds learners(
            CatalogCommands commands,
            ModelFormat format,
            VersionStore store,
            DefinitionCatalog catalog,
            LearningTelemetry telemetry,
            EventLog events) {
        return new LearnerFolds(commands, new SnapshotPublisher(format, store, catalog, telemetry), events);
    }

    @Produces
    @Singleton
    Learners learners(
            DefinitionCatalog catalog,
            OnlineModelKind kind,
            LabelControl labels,
            CatalogCommands commands,
            LearningTelemetry telemetry) {
        return new Learners(catalog, kind, labels, commands, telemetry);
    }

    void start(@Observes StartupEvent event, Learners learners) {
        learners.show();
    }
}
