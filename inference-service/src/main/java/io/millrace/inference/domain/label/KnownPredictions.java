package io.millrace.inference.domain.label;

import io.millrace.inference.domain.label.Outcome.Labelled;
import io.millrace.inference.domain.label.Outcome.Prediction;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.PriorityQueue;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The predictions that are not settled: those that wait for their label, and those that have it and may come a second time. Not thread-safe. */
final class KnownPredictions {
    private final Map<String, Known> byId = new HashMap<>();
    private final Map<String, TreeMap<At, Known>> byGroup = new HashMap<>();
    private final PriorityQueue<Known> oldest =
            new PriorityQueue<>((one, other) -> one.at().compareTo(other.at()));

    /** By what predictions of a group are in order: time, and where that is the same, id. */
    record At(long micros, String id) implements Comparable<At> {
        @Override
        public int compareTo(At other) {
            int byTime = Long.compare(micros, other.micros);
            return byTime != 0 ? byTime : id.compareTo(other.id);
        }
    }

    /** A prediction, what shadows answered beside it, and its label once it has one. */
    static final class Known {
        private final Prediction prediction;
        private final String group;
        private final Map<String, Prediction> shadows = new TreeMap<>();
        private @Nullable Labelled labelled;

        private Known(Prediction prediction, String group) {
            this.prediction = prediction;
            this.group = group;
        }

        Prediction prediction() {
            return prediction;
        }

        String group() {
            return group;
        }

        long micros() {
            return prediction.micros();
        }

        Collection<Prediction> shadows() {
            return shadows.values();
        }

        /** False where this shadow has answered before. */
        boolean add(Prediction shadow) {
            return shadows.putIfAbsent(shadow.shadow(), shadow) == null;
        }

        @Nullable
        Labelled labelled() {
            return labelled;
        }

        void labelled(Labelled by) {
            labelled = by;
        }

        private At at() {
            return new At(prediction.micros(), prediction.id());
        }
    }

    int size() {
        return byId.size();
    }

    @Nullable
    Known find(String id) {
        return byId.get(id);
    }

    Known add(Prediction prediction, String group) {
        var known = new Known(prediction, group);
        byId.put(prediction.id(), known);
        byGroup.computeIfAbsent(group, _ -> new TreeMap<>()).put(known.at(), known);
        oldest.add(known);
        return known;
    }

    /** The oldest; null where there is none. */
    @Nullable
    Known oldest() {
        return oldest.peek();
    }

    /** Forgets the oldest. */
    Known settle() {
        Known settled = oldest.remove();
        byId.remove(settled.prediction.id());
        TreeMap<At, Known> group = byGroup.get(settled.group);
        if (group != null) {
            group.remove(settled.at());
            if (group.isEmpty()) {
                byGroup.remove(settled.group);
            }
        }
        return settled;
    }

    boolean isEmpty(String group) {
        return !byGroup.containsKey(group);
    }

    /** The newest of a group that is not after a label, at most the delay before it, and has none; null where there is none. */
    @Nullable
    Known taker(Held.Label label, long delay) {
        for (Known known : notAfter(label).descendingMap().values()) {
            if (label.micros() - known.micros() > delay) {
                return null;
            }
            if (known.labelled == null) {
                return known;
            }
        }
        return null;
    }

    /** Why no prediction takes a label. */
    LeftOut reason(Held.Label label, long delay) {
        Map.Entry<At, Known> before = notAfter(label).lastEntry();
        if (before != null) {
            return label.micros() - before.getValue().micros() > delay ? LeftOut.LATE : LeftOut.DUPLICATE;
        }
        return isEmpty(label.group()) ? LeftOut.UNMATCHED : LeftOut.EARLY;
    }

    private NavigableMap<At, Known> notAfter(Held.Label label) {
        TreeMap<At, Known> group = byGroup.get(label.group());
        return group == null ? new TreeMap<>() : group.headMap(new At(label.micros() + 1, ""), false);
    }
}
