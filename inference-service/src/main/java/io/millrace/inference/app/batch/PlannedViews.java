package io.millrace.inference.app.batch;

import io.millrace.definitions.DefinitionFile;
import java.util.List;

/** Definitions of features that are to hold although they are not applied, handed on to feature-service as they are; none: those that are applied. */
public record PlannedViews(List<DefinitionFile> files) {
    public static final PlannedViews NONE = new PlannedViews(List.of());

    public PlannedViews {
        files = List.copyOf(files);
    }
}
