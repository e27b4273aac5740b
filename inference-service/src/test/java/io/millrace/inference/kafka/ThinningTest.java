package io.millrace.inference.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ThinningTest {
    private static List<Long> taken(Thinning thinning, long from, int seconds, int perSecond, long fromSecond) {
        var taken = new ArrayList<Long>();
        for (long i = 0; i < (long) seconds * perSecond; i++) {
            if (thinning.takes(from + i, (fromSecond * perSecond + i) * 1_000 / perSecond)) {
                taken.add(from + i);
            }
        }
        return taken;
    }

    @Test
    void fewRecordsAreAllTaken() {
        assertThat(taken(new Thinning(100), 7, 10, 100, 0)).hasSize(1_000);
    }

    @Test
    void burstsThatAreFewOverASecondAreAllTaken() {
        var thinning = new Thinning(100);
        int taken = 0;
        for (int i = 0; i < 1_000; i++) {
            taken += thinning.takes(i, i / 90 * 1_000L + 5) ? 1 : 0;
        }
        assertThat(taken).isEqualTo(1_000);
    }

    @Test
    void ofManyAboutAsManyAreTakenAsAreWantedInBlocks() {
        List<Long> taken = taken(new Thinning(100), 7, 40, 10_000, 0);
        assertThat(taken).as("with the first second, in which it finds out").hasSizeBetween(3_900, 6_000);
        List<Long> later = taken.stream().filter(offset -> offset >= 20_000).toList();
        for (int i = 1; i < later.size(); i++) {
            assertThat(later.get(i) - later.get(i - 1)).isIn(1L, 9_901L);
        }
    }

    @Test
    void whatLiesBetweenBlocksCanBePassedOverAndTheSameAreTaken() {
        var passing = new Thinning(100);
        var read = new ArrayList<Long>();
        var taken = new ArrayList<Long>();
        for (long i = 0; i < 400_000; i = Math.max(i + 1, passing.next(i + 1, 400_000))) {
            read.add(i);
            if (passing.takes(i, i / 10)) {
                taken.add(i);
            }
        }
        assertThat(read).hasSizeLessThan(20_000);
        assertThat(taken).hasSizeBetween(3_900, 6_000);
        assertThat(passing.next(400_001, 400_001)).isEqualTo(400_001);
    }

    @Test
    void aSecondWithFewAfterManyIsTakenWhole() {
        var thinning = new Thinning(100);
        taken(thinning, 0, 3, 10_000, 0);
        assertThat(taken(thinning, 30_000, 2, 50, 10)).hasSize(100);
    }

    @Test
    void whoGoesOnFromWhatWasKeptTakesTheSame() throws IOException {
        var whole = new Thinning(50);
        List<Long> all = taken(whole, 0, 4, 777, 0);
        var cut = new Thinning(50);
        var resumed = new ArrayList<Long>();
        for (long i = 0; i < 4 * 777; i++) {
            if (i % 131 == 0) {
                var bytes = new ByteArrayOutputStream();
                cut.write(new DataOutputStream(bytes));
                cut = new Thinning(50);
                cut.read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
            }
            if (cut.takes(i, i * 1_000 / 777)) {
                resumed.add(i);
            }
        }
        assertThat(resumed).isEqualTo(all).hasSizeLessThan(777);
    }
}
