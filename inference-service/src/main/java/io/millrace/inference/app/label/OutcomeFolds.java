package io.millrace.inference.app.label;

import io.millrace.inference.app.definition.Definitions;
import io.millrace.inference.domain.label.LabelStream;
import java.util.List;

/** Says which folds a label stream has. A bean of this type is all that a further kind of fold needs. */
public interface OutcomeFolds {
    /** The folds of a stream under these definitions, new and without state. Asked again whenever a definition changes; a fold whose name and fingerprint are the same goes on, and the new one is dropped. */
    List<OutcomeFold> of(LabelStream labels, Definitions all);
}
