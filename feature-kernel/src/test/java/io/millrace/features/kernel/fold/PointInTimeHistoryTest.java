package io.millrace.features.kernel.fold;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureValue;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The numbers themselves, worked out by hand; that tiles agree with them is in {@link FoldProperties}. */
class PointInTimeHistoryTest {
    private static final long SECOND = 1_000_000L;
    private static final long MINUTE = 60 * SECOND;
    private static final long HOUR = 60 * MINUTE;
    private static final long DAY = 24 * HOUR;

    private static @Nullable FeatureValue value(String feature, long asOf, FeatureEvent... events) {
        var history = PointInTimeHistory.of(ManyWindows.VIEW, List.of(events));
        RowAnswer.Row row = (RowAnswer.Row) history.at(ManyWindows.KEY, asOf);
        for (int i = 0; i < row.values().size(); i++) {
            if (ManyWindows.VIEW.features().get(i).name().equals(feature)) {
                return row.values().get(i);
            }
        }
        throw new AssertionError("no feature " + feature);
    }

    private static FeatureValue count(long n) {
        return new FeatureValue.Int(n);
    }

    private static FeatureValue real(double d) {
        return new FeatureValue.Real(d);
    }

    @Test
    void aWindowIsOpenAtItsTailAndClosedAtItsHead() {
        FeatureEvent event = ManyWindows.event(10 * MINUTE, 0, 0, 1.0, 1L);

        assertThat(value("n_1m", 10 * MINUTE, event)).isEqualTo(count(1));
        assertThat(value("n_1m", 11 * MINUTE - 1, event)).isEqualTo(count(1));
        assertThat(value("n_1m", 11 * MINUTE, event)).isEqualTo(count(0));
        assertThat(PointInTimeHistory.of(ManyWindows.VIEW, List.of(event)).at(ManyWindows.KEY, 10 * MINUTE - 1))
                .isEqualTo(new RowAnswer.Missing());
    }

    @Test
    void theTailMovesByWholeHops() {
        FeatureEvent event = ManyWindows.event(10 * MINUTE + 1, 0, 0, 1.0, 1L);

        assertThat(value("n_1m", 11 * MINUTE + 5 * SECOND - 1, event)).isEqualTo(count(1));
        assertThat(value("n_1m", 11 * MINUTE + 5 * SECOND, event)).isEqualTo(count(0));
    }

    @Test
    void foldsAreWhatTheirNamesSay() {
        FeatureEvent[] events = {
            ManyWindows.event(10 * MINUTE, 0, 0, 0.1, 3L),
            ManyWindows.event(11 * MINUTE, 0, 1, 2.0, null),
            ManyWindows.event(12 * MINUTE, 0, 2, null, -1L),
            ManyWindows.event(12 * MINUTE, 0, 3, 0.2, 4L),
        };
        long asOf = 12 * MINUTE;

        assertThat(value("latest", asOf, events)).isEqualTo(real(0.2));
        assertThat(value("n_90d", asOf, events)).isEqualTo(count(4));
        assertThat(value("xs_1h", asOf, events)).isEqualTo(count(3));
        assertThat(value("sum_20h", asOf, events)).isEqualTo(real(0.1 + 0.2));
        assertThat(value("mean_84m", asOf, events)).isEqualTo(real(2.3 / 3));
        assertThat(value("min_1h", asOf, events)).isEqualTo(real(0.1));
        assertThat(value("max_90d", asOf, events)).isEqualTo(real(2.0));
        assertThat(value("late_1d", asOf, events)).isEqualTo(real(0.25));
        assertThat(value("last_1h", asOf, events)).isEqualTo(count(4));
        assertThat(value("total_13d", asOf, events)).isEqualTo(count(6));
        assertThat(value("avg_n_1d", asOf, events)).isEqualTo(real(2.0));
    }

    @Test
    void theLatestValueMayBeNullAndTheLastIsTheNewestThatIsNot() {
        FeatureEvent[] events = {ManyWindows.event(1, 0, 0, 1.0, 3L), ManyWindows.event(2, 0, 1, null, null)};

        assertThat(value("latest", 2, events)).isNull();
        assertThat(value("last_1h", 2, events)).isEqualTo(count(3));
    }

    @Test
    void emptyWindowsCountNothingAndHaveNoMean() {
        FeatureEvent old = ManyWindows.event(0, 0, 0, 1.0, 3L);
        long asOf = 100 * DAY;

        assertThat(value("n_90d", asOf, old)).isEqualTo(count(0));
        assertThat(value("sum_1m", asOf, old)).isEqualTo(real(0.0));
        assertThat(value("total_13d", asOf, old)).isEqualTo(count(0));
        for (String feature : List.of("mean_84m", "min_1h", "max_90d", "late_1d", "last_1h", "avg_n_1d")) {
            assertThat(value(feature, asOf, old)).as(feature).isNull();
        }
        assertThat(value("latest", asOf, old)).isEqualTo(real(1.0));
    }

    @Test
    void aSumBeyond64BitsIsNull() {
        assertThat(value(
                        "total_13d",
                        2,
                        ManyWindows.event(1, 0, 0, 1.0, Long.MAX_VALUE),
                        ManyWindows.event(2, 0, 1, 1.0, 1L)))
                .isNull();
    }

    @Test
    void aRowAgedExactlyItsTimeToLiveIsFresh() {
        var history = PointInTimeHistory.of(ManyWindows.VIEW, List.of(ManyWindows.event(0, 0, 0, 1.0, 3L)));
        long ttl = Duration.ofDays(30).toSeconds() * SECOND;

        assertThat(((RowAnswer.Row) history.at(ManyWindows.KEY, ttl)).expired()).isFalse();
        assertThat(((RowAnswer.Row) history.at(ManyWindows.KEY, ttl + 1)).expired())
                .isTrue();
        assertThat(history.at(new EntityKey(List.of(count(2))), ttl)).isEqualTo(new RowAnswer.Missing());
    }
}
