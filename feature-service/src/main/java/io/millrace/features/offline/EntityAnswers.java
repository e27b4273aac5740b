package io.millrace.features.offline;

import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.fold.EntityFold;
import io.millrace.features.kernel.fold.PointInTimeHistory;
import io.millrace.features.kernel.fold.RowAnswer;
import io.millrace.features.kernel.fold.ViewPlan;
import io.millrace.features.kernel.table.FeatureTable;
import java.util.List;
import java.util.Optional;

/** Answers for one entity after the other, each from its events. Used by one thread. */
sealed interface EntityAnswers {
    /** The key of events whose entity is known by where they stand. */
    EntityKey ANY = new EntityKey(List.of());

    /** Begins another entity. */
    void clear();

    void add(FeatureEvent event);

    /**
     * Writes some features as of an instant into a row of missing values.
     *
     * @param known of the events that were added those that count, where not all do
     */
    void at(long asOfMicros, Optional<KnownPositions> known, int[] features, FeatureTable into, int row);

    /** Of events and questions in the order of time: keeps no event but the newest, however many there are. */
    record InOrderOfTime(EntityFold fold) implements EntityAnswers {
        InOrderOfTime(ViewPlan plan) {
            this(new EntityFold(plan));
        }

        @Override
        public void clear() {
            fold.clear();
        }

        @Override
        public void add(FeatureEvent event) {
            fold.add(event);
        }

        @Override
        public void at(long asOfMicros, Optional<KnownPositions> known, int[] features, FeatureTable into, int row) {
            if (known.isPresent()) {
                throw new IllegalArgumentException("what was folded is not taken out again");
            }
            fold.at(asOfMicros, features, into, row);
        }
    }

    /** Of events and questions in any order: keeps the events of one entity. */
    final class InAnyOrder implements EntityAnswers {
        private final ViewPlan plan;
        private PointInTimeHistory history;

        InAnyOrder(ViewPlan plan) {
            this.plan = plan;
            this.history = new PointInTimeHistory(plan);
        }

        @Override
        public void clear() {
            history = new PointInTimeHistory(plan);
        }

        @Override
        public void add(FeatureEvent event) {
            history.add(event);
        }

        @Override
        public void at(long asOfMicros, Optional<KnownPositions> known, int[] features, FeatureTable into, int row) {
            RowAnswer found =
                    known.isPresent() ? history.at(ANY, asOfMicros, known.get()) : history.at(ANY, asOfMicros);
            if (found instanceof RowAnswer.Row answer) {
                for (int column = 0; column < features.length; column++) {
                    into.set(row, column, answer.values().get(features[column]));
                }
                into.found(row, answer.eventTimeMicros(), answer.expired());
            }
        }
    }
}
