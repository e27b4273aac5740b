package io.millrace.inference.app.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.inference.domain.watch.DriftReport;
import io.millrace.inference.domain.watch.DriftReport.Incident;
import io.millrace.models.kernel.random.Seeded;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

/** The watch as a whole, on streams that are drawn: how often it is wrong where nothing moves, how soon it sees what does, what it says of it. */
class WatchSimulationTest {
    private static final long HOUR = 3_600_000_000L;
    private static final long START = Instant.parse("2026-03-02T00:00:00Z").getEpochSecond() * 1_000_000;
    private static final References.Key MODEL = new References.Key("delay", "1", "digest");
    private static final Columns COLUMNS =
            new Columns(Set.of("v:a", "v:b", "w:c"), Set.of("carrier"), Set.of("origin"));
    private static final int AN_HOUR = 300;

    private static WatchSettings settings(double alpha, int weeks) {
        return new WatchSettings(
                Duration.ofHours(1), 600, 6, 200, 1_000, weeks, Duration.ofMinutes(5), alpha, 0.1, 0.05, 0.6, 300);
    }

    private static PipelineWatch watch(WatchSettings settings) {
        return PipelineWatch.of("p", COLUMNS, settings, new References(ReferenceFiles.NONE), new UpstreamStates() {
            @Override
            public List<String> of(String view, List<String> features) {
                return List.of(view + " was asked");
            }

            @Override
            public List<String> ofInput(String pipeline) {
                return List.of();
            }
        });
    }

    /** Rows of a pipeline: three normal features, a carrier, an origin, and a score that follows two of them. */
    private static final class Stream {
        private final Seeded random;
        private final PipelineWatch watch;
        private final List<DriftEvents.Told> told = new ArrayList<>();
        private long number;
        private double shift;
        private DoubleUnaryOperator shiftOfOrd = _ -> 0;
        private double missing = 0.02;
        private String rare = "";

        Stream(long seed, PipelineWatch watch) {
            this(new Seeded(seed), watch);
        }

        Stream(Seeded random, PipelineWatch watch) {
            this.random = random;
            this.watch = watch;
        }

        void hour(int hour, int rows) {
            for (int i = 0; i < rows; i++) {
                long micros = START + hour * HOUR + i * (HOUR / rows);
                watch.fold(row(micros), "out-0", micros);
                watch.advance(Set.of());
                told.addAll(watch.told());
            }
        }

        void hours(int from, int to) {
            for (int hour = from; hour < to; hour++) {
                hour(hour, AN_HOUR);
            }
        }

        private WatchedRow row(long micros) {
            String origin = random.uniform() < 0.3 ? "ORD" : random.uniform() < 0.5 ? "LAX" : "JFK";
            var values = new HashMap<String, Object>();
            var imputed = new HashSet<String>();
            double a = random.gaussian() + shift;
            double b = 2 * random.gaussian() + (origin.equals("ORD") ? shiftOfOrd.applyAsDouble(number) : 0);
            values.put("v:a", a);
            if (random.uniform() < missing) {
                imputed.add("v:b");
            } else {
                values.put("v:b", b);
            }
            values.put("w:c", random.gaussian());
            values.put(
                    "carrier", !rare.isEmpty() && random.uniform() < 0.2 ? rare : random.uniform() < 0.7 ? "AA" : "UA");
            values.put("origin", origin);
            return new WatchedRow(
                    MODEL,
                    micros,
                    SampleRow.order(number++),
                    values,
                    imputed,
                    Map.of("v:a", 60_000L, "v:b", 120_000L, "w:c", 1_000L),
                    0.1 * a + 0.1 * b + random.gaussian());
        }

        List<String> types() {
            return told.stream()
                    .map(each -> each.event().type().substring("io.millrace.drift.".length()))
                    .toList();
        }
    }

    /**
     * 30 streams of 60 looks each. A look is false with chance α = 0.01 at most, by Bonferroni, and alarms of one stream that overlap are one: the number of streams with a false alarm is below a binomial of 60 × 30 looks at
     * 0.01, of which 99.9 % lie at 32 or less; far fewer are expected, since what moves by chance seldom moves by a PSI of 0.1.
     */
    @Test
    void whereNothingMovesFalseAlarmsAreAtMostThoseThatWereAskedFor() {
        int alarms = 0;
        int looks = 0;
        for (int seed = 1; seed <= 30; seed++) {
            var stream = new Stream(seed, watch(settings(0.01, 0)));
            stream.hours(0, 64);
            looks += 60;
            alarms += (int) stream.types().stream()
                    .filter(type -> !type.equals("ended"))
                    .count();
        }
        System.out.printf("nothing moves: %d false alarms in %d looks at alpha 0.01%n", alarms, looks);
        assertThat(alarms).isLessThanOrEqualTo(32);
    }

    /**
     * A mean that moves by one deviation is seen at the first look at an hour of 300 rows: the noncentrality of ten cells there is above 300 × 0.9 / (1 + 300 / 1,000), some 200, against a critical value below 50 at α/3 / 11.
     * A window that holds as many rows of before dilutes it to a quarter, still above.
     */
    @Test
    void aFeatureThatMovesIsSeenInTheHourThatItMovesAndNamedWithTheHour() {
        for (int seed = 1; seed <= 10; seed++) {
            var stream = new Stream(seed, watch(settings(0.001, 0)));
            stream.hours(0, 20);
            assertThat(stream.told).as("seed %d", seed).isEmpty();
            stream.shift = 1;
            stream.hours(20, 22);
            assertThat(stream.types()).as("seed %d", seed).containsExactly("found");
            Incident incident = incident(stream);
            assertThat(incident.since()).isEqualTo(Instant.parse("2026-03-02T20:00:00Z"));
            assertThat(incident.found()).isEqualTo(Instant.parse("2026-03-02T21:00:00Z"));
            assertThat(incident.moved().getFirst().name()).isEqualTo("v:a");
            assertThat(incident.cause().features().getFirst().name()).isEqualTo("v:a");
            assertThat(incident.cause().upstream()).singleElement().satisfies(view -> {
                assertThat(view.view()).isEqualTo("v");
                assertThat(view.remarks()).containsExactly("v was asked");
                assertThat(view.ageSecondsBefore()).isEqualTo(90.0);
            });
        }
    }

    @Test
    void smallerMovesAreSeenLaterAndWhatComesBackEndsOnce() {
        var delays = new TreeMap<Double, Double>();
        for (double shift : new double[] {0.4, 0.5, 0.7}) {
            int hours = 0;
            for (int seed = 1; seed <= 5; seed++) {
                var stream = new Stream(seed, watch(settings(0.001, 0)));
                stream.hours(0, 10);
                stream.shift = shift;
                int hour = 10;
                while (stream.told.isEmpty() && hour < 40) {
                    stream.hour(hour++, AN_HOUR);
                }
                hours += hour - 10;
            }
            delays.put(shift, hours / 5.0);
        }
        System.out.println("hours of 300 rows until a mean that moved by so many deviations is said: " + delays);
        assertThat(delays.get(0.7)).isLessThanOrEqualTo(4);
        assertThat(delays.get(0.5)).isLessThanOrEqualTo(12);

        var stream = new Stream(1, watch(settings(0.001, 0)));
        stream.hours(0, 10);
        stream.shift = 2;
        stream.hours(10, 13);
        stream.shift = 0;
        stream.hours(13, 22);
        assertThat(stream.types()).startsWith("found").endsWith("ended").containsOnlyOnce("found", "ended");
        assertThat(incident(stream).ended()).isNotNull();
    }

    @Test
    void whatHasMovedAndMovesTwiceAsFarIsSaidAgainWithTheHour() {
        for (int rows : new int[] {AN_HOUR, 120}) {
            var stream = new Stream(12, watch(settings(0.001, 0)));
            stream.hours(0, 10);
            stream.shift = 1;
            stream.hours(10, 30);
            assertThat(saying(stream, "v:a"))
                    .as("that a window fills is not said")
                    .isEqualTo(1);
            stream.told.clear();
            stream.shift = 4;
            for (int hour = 30; hour < 33; hour++) {
                stream.hour(hour, rows);
            }
            assertThat(stream.types()).containsOnly("widened");
            assertThat(saying(stream, "v:a")).isEqualTo(1);
            Incident incident = incident(stream);
            assertThat(incident.found()).isBefore(Instant.parse("2026-03-02T14:00:00Z"));
            assertThat(incident.moved())
                    .filteredOn(moved -> moved.name().equals("v:a"))
                    .singleElement()
                    .satisfies(moved -> assertThat(moved.since()).isEqualTo(Instant.parse("2026-03-03T06:00:00Z")));
            assertThat(stream.told.stream().map(DriftEvents.Told::id)).doesNotHaveDuplicates();
        }
    }

    @Test
    void hoursWithFewRowsAreTakenTogetherWhereTheBeginningIsLookedFor() {
        var stream = new Stream(13, watch(settings(0.001, 0)));
        stream.hours(0, 10);
        for (int hour = 10; hour < 40; hour++) {
            stream.hour(hour, 40);
        }
        stream.told.clear();
        stream.shift = 4;
        int hour = 40;
        while (stream.told.isEmpty()) {
            stream.hour(hour++, 12);
        }
        // Three hours of twelve rows are taken together, so it may be said three early.
        assertThat(incident(stream).moved().getFirst().since())
                .isBetween(Instant.parse("2026-03-03T13:00:00Z"), Instant.parse("2026-03-03T16:00:00Z"));
    }

    @Test
    void whatGoesMissingAndWhatIsNewAreNamedAsSuch() {
        var missing = new Stream(3, watch(settings(0.001, 0)));
        missing.hours(0, 10);
        missing.missing = 0.5;
        missing.hours(10, 12);
        assertThat(incident(missing).moved()).anySatisfy(moved -> {
            assertThat(moved.name()).isEqualTo("v:b");
            assertThat(moved.kind()).isEqualTo("missing");
            assertThat(moved.by()).isBetween(0.1, 0.6);
        });

        var unknown = new Stream(4, watch(settings(0.001, 0)));
        unknown.hours(0, 10);
        unknown.rare = "ZZ";
        unknown.hours(10, 12);
        assertThat(incident(unknown).moved()).anySatisfy(moved -> {
            assertThat(moved.name()).isEqualTo("carrier");
            assertThat(moved.kind()).isEqualTo("new-categories");
        });
    }

    @Test
    void theSegmentThatMovesIsNamed() {
        var stream = new Stream(5, watch(settings(0.001, 0)));
        stream.hours(0, 10);
        stream.shiftOfOrd = _ -> 6;
        stream.hours(10, 12);
        assertThat(incident(stream).cause().segments())
                .as("v:b rises at ORD alone")
                .first()
                .satisfies(segment -> {
                    assertThat(segment.conditions()).contains("origin = ORD");
                    assertThat(segment.of()).isEqualTo("v:b");
                });
    }

    @Test
    void anHourIsComparedWithTheSameHourOfTheWeekBefore() {
        var stream = new Stream(6, watch(settings(0.001, 1)));
        stream.hours(0, 5);
        stream.hours(5, 8);
        stream.hours(168 + 5, 168 + 7);
        DriftReport.VersionDrift version = stream.watch.report().versions().getFirst();
        assertThat(version.features()).anySatisfy(measure -> {
            assertThat(measure.against()).isEqualTo("earlier-weeks");
            assertThat(measure.alarm()).isFalse();
        });
        assertThat(stream.told).isEmpty();
        stream.shift = 1;
        stream.hours(168 + 7, 168 + 9);
        assertThat(incident(stream).moved())
                .extracting(DriftReport.Moved::against)
                .contains("earlier-weeks", "reference");
    }

    @Test
    void aWatchThatWasStoppedSaysWhatOneWouldThatWasNot() throws IOException {
        WatchSettings settings = settings(0.001, 1);
        var whole = new Stream(7, watch(settings));
        run(whole, 0, 26);

        var random = new Seeded(11);
        var kept = new HashMap<String, byte[]>();
        var broken = new Stream(7, watch(settings));
        var told = new ArrayList<DriftEvents.Told>();
        DriftReport reported = null;
        int hour = 0;
        while (hour < 26) {
            int until = Math.min(26, hour + 1 + random.below(5));
            PipelineWatch again = watch(settings);
            again.restore(kept, reported);
            Stream part = resumed(broken, again);
            run(part, hour, until);
            told.addAll(part.told);
            part.told.clear();
            again.changes().forEach((name, bytes) -> {
                if (bytes == null) {
                    kept.remove(name);
                } else {
                    kept.put(name, bytes);
                }
            });
            reported = again.report();
            broken = part;
            hour = until;
        }
        assertThat(told).isEqualTo(whole.told).isNotEmpty();
        assertThat(reported).isEqualTo(whole.watch.report());
    }

    private static void run(Stream stream, int from, int to) {
        for (int hour = from; hour < to; hour++) {
            stream.shift = hour >= 12 && hour < 18 ? 1.5 : 0;
            stream.hour(hour, AN_HOUR);
        }
    }

    /** The same rows go on, into another watch. */
    private static Stream resumed(Stream before, PipelineWatch into) {
        var stream = new Stream(before.random, into);
        stream.number = before.number;
        return stream;
    }

    @Test
    void aRowFromTheFarFutureIsLeftOut() {
        var stream = new Stream(8, watch(settings(0.001, 0)));
        stream.hours(0, 6);
        long made = START + 6 * HOUR;
        stream.watch.fold(stream.row(made + 900 * HOUR), "out-0", made);
        stream.watch.advance(Set.of());
        assertThat(stream.watch.report().leftOut()).isEqualTo(1);
        assertThat(stream.watch.report().asOf()).isEqualTo(Instant.parse("2026-03-02T05:00:00Z"));
    }

    @Test
    void aPartitionThatIsBehindIsWaitedFor() {
        PipelineWatch watch = watch(settings(0.001, 0));
        var stream = new Stream(9, watch);
        for (int hour = 0; hour < 8; hour++) {
            for (int i = 0; i < AN_HOUR; i++) {
                long micros = START + hour * HOUR + i * (HOUR / AN_HOUR);
                watch.fold(stream.row(micros), "out-0", micros);
            }
        }
        watch.fold(stream.row(START), "out-1", START);
        watch.advance(Set.of("out-1"));
        assertThat(watch.report().asOf()).isEqualTo(Instant.parse("2026-03-01T23:00:00Z"));
        watch.advance(Set.of());
        assertThat(watch.report().asOf()).isEqualTo(Instant.parse("2026-03-02T07:00:00Z"));
    }

    /** How many events say that something moved. */
    private static long saying(Stream stream, String name) {
        return stream.told.stream()
                .filter(each -> String.valueOf(each.event().data().get("moved")).contains(name))
                .count();
    }

    private static Incident incident(Stream stream) {
        Incident incident = stream.watch.report().versions().getFirst().incident();
        return Objects.requireNonNull(incident, "something moved");
    }
}
