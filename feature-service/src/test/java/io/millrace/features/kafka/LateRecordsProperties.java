package io.millrace.features.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;
import static org.quicktheories.generators.SourceDSL.longs;

import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.Position;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.lateness.Lateness;
import io.millrace.features.kernel.lateness.LatenessMark;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

/** Whatever dies and wherever it begins again, each record of a log gets the verdict that one reading from its first record to its last gives. */
class LateRecordsProperties {
    private static final SourcePartition SOURCE = new SourcePartition("clicks", "id", 0);
    private static final Duration ALLOWED = Duration.ofNanos(10_000);

    /** A record is its event time; each seventh is another store's event, each eleventh is poison. */
    private static final class Times implements RecordReader {
        private final List<Integer> times;

        Times(List<Integer> times) {
            this.times = times;
        }

        @Override
        public Read read(ConsumerRecord<byte[], byte[]> record, SourcePartition source) {
            int time = times.get((int) record.offset());
            var event = new FeatureEvent(
                    new EntityKey(List.of(new FeatureValue.Int(1))),
                    time,
                    new Position(source, record.offset()),
                    List.of());
            return Math.floorMod(time, 11) == 0
                    ? new Read.Dead(TopicRecords.Refused.EVENT_TIME_IN_FUTURE, "")
                    : Math.floorMod(time, 7) == 0 ? new Read.Elsewhere(event) : new Read.Event(event);
        }
    }

    private static ConsumerRecord<byte[], byte[]> record(long offset) {
        return new ConsumerRecord<>("clicks", 0, offset, new byte[0], new byte[0]);
    }

    private static String verdict(RecordReader.Read read) {
        return read instanceof RecordReader.Read.Dead(Enum<?> reason, String _)
                ? reason.name()
                : read.getClass().getSimpleName();
    }

    /** By the definition, without the class under test: the largest time of all events before. */
    private static List<String> expected(List<Integer> times) {
        var verdicts = new ArrayList<String>();
        var reader = new Times(times);
        long largest = Long.MIN_VALUE;
        for (int offset = 0; offset < times.size(); offset++) {
            RecordReader.Read read = reader.read(record(offset), SOURCE);
            long time = times.get(offset);
            boolean late = largest != Long.MIN_VALUE && largest - time > 10;
            verdicts.add(read instanceof RecordReader.Read.Event && late ? "LATE" : verdict(read));
            if (!(read instanceof RecordReader.Read.Dead)) {
                largest = Math.max(largest, time);
            }
        }
        return verdicts;
    }

    @Test
    void everyRecordHasTheSameVerdictWhateverDies() {
        qt().withExamples(300)
                .forAll(lists().of(integers().between(-60, 60)).ofSizeBetween(1, 120), longs().all())
                .checkAssert((times, seed) -> new Course(times, new Random(seed)).run());
    }

    /** Lives of a consumer until the log is applied to its end. */
    private static final class Course {
        private final List<Integer> times;
        private final List<String> expected;
        private final Random chance;
        private long applied;
        private String note = "";
        private int deaths;

        Course(List<Integer> times, Random chance) {
            this.times = times;
            this.expected = expected(times);
            this.chance = chance;
        }

        void run() {
            while (applied < times.size()) {
                live();
                if (deaths++ < 40 && chance.nextInt(4) == 0) {
                    applied = chance.nextLong(applied + 1);
                }
            }
        }

        private boolean dies() {
            return deaths < 40 && chance.nextInt(6) == 0;
        }

        private void live() {
            var reader = new LateRecords(new Times(times), ALLOWED);
            long at = reader.resume(SOURCE, applied, 0, note);
            assertThat(at).isBetween(0L, applied);
            while (at < applied) {
                reader.remember(record(at++), SOURCE);
                if (chance.nextInt(10) == 0) {
                    note = reader.note(SOURCE, at);
                }
            }
            while (applied < times.size()) {
                long next = Math.min(times.size(), applied + 1 + chance.nextInt(20));
                for (long offset = applied; offset < next; offset++) {
                    assertThat(verdict(reader.read(record(offset), SOURCE)))
                            .as("offset %d of %s", offset, times)
                            .isEqualTo(expected.get((int) offset));
                }
                if (chance.nextBoolean()) {
                    note = reader.note(SOURCE, next);
                }
                if (dies()) {
                    return;
                }
                applied = next;
                if (chance.nextBoolean()) {
                    note = reader.note(SOURCE, next);
                }
                if (dies()) {
                    return;
                }
            }
        }
    }

    @Test
    void theFirstEventIsNeverLateAndAnEventExactlyThatFarBackIsNot() {
        var lateness = new Lateness(Duration.ofSeconds(1), LatenessMark.NOTHING);
        assertThat(lateness.isLate(5_000_000)).isFalse();
        assertThat(lateness.isLate(4_000_000)).isFalse();
        assertThat(lateness.isLate(3_999_999)).isTrue();
        assertThat(lateness.largest()).isEqualTo(5_000_000);
    }
}
