package io.millrace.inference.app.batch;

import io.millrace.definitions.DefinitionFile;
import java.util.List;
import java.util.Set;

/**
 * Definitions of features that are to hold although they are not applied, handed on to feature-service as they are; none: those that are applied.
 *
 * @param changed the versions of views, {@code view@version}, that are new or change with them
 */
public record PlannedViews(List<DefinitionFile> files, Set<String> changed) {
    public static final PlannedViews NONE = new PlannedViews(List.of(), Set.of());

    public PlannedViews {
        files = List.copyOf(files);
        changed = Set.copyOf(changed);
    }

    /** Whether a feature is of such a view. A reference without a version means the newest, which is what a new one becomes. */
    public boolean changes(String reference) {
        String view = reference.substring(0, Math.max(0, reference.indexOf(':')));
        return changed.contains(view)
                || (view.indexOf('@') < 0 && changed.stream().anyMatch(each -> each.startsWith(view + "@")));
    }
}
