package io.millrace.models.kernel.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.models.kernel.random.Seeded;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The vectors are those of River's documentation. Their inputs come from Python's Mersenne Twister:
 *
 * <pre>
 * python3 -c "import random; r=random.Random(12345)
 * print(*r.choices([0,1],k=1000),*r.choices(range(4,8),k=1000),sep='')" > step-12345.txt
 * python3 -c "import random; r=random.Random(42)
 * print(*r.choices([0,1],k=1000),*r.choices([0,1],k=1000,weights=[.3,.7]),sep='')" > errors-42.txt
 * </pre>
 */
class ChangeDetectorTest {
    @Test
    void adwinSeesTheStepWhereRiverSeesIt() {
        assertThat(changes(new Adwin(), "step-12345.txt")).containsExactly(1023);
    }

    @Test
    void pageHinkleySeesTheStepWhereRiverSeesIt() {
        assertThat(changes(new PageHinkley(PageHinkley.Settings.DEFAULTS), "step-12345.txt"))
                .containsExactly(1006);
    }

    @Test
    void ddmWarnsAndAlarmsWhereRiverDoes() {
        Ddm ddm = new Ddm();
        var said = new ArrayList<String>();
        boolean warned = false;
        int[] values = values("errors-42.txt");
        for (int i = 0; i < values.length; i++) {
            boolean changed = ddm.update(values[i]);
            if (changed) said.add("change " + i);
            if (ddm.isWarning() && !warned) said.add("warning " + i);
            warned = !changed && (warned || ddm.isWarning());
        }
        assertThat(said).containsExactly("warning 1084", "change 1334", "warning 1492");
    }

    @Test
    void adwinSeldomAlarmsOnAStreamThatDoesNotChange() {
        // The bound holds for each look at most delta of the time; 31,250 looks at 1 M values of which each fails with
        // 0.002 would be 62. The
        // theorem bounds each look, so their expected number, and Markov's inequality says nothing sharper: three
        // standard deviations of a binomial above it.
        Seeded random = new Seeded(7);
        Adwin adwin = new Adwin();
        int alarms = 0;
        for (int i = 0; i < 1_000_000; i++) if (adwin.update(random.uniform() < 0.2 ? 1 : 0)) alarms++;
        double looks = 1_000_000 / 32.0;
        assertThat((double) alarms).isLessThan(looks * 0.002 + 3 * Math.sqrt(looks * 0.002));
    }

    @Test
    void theWindowShrinksToWhatCameAfterAChangeAndGrowsOtherwise() {
        Adwin adwin = new Adwin();
        for (int i = 0; i < 4096; i++) adwin.update(i % 2);
        assertThat(adwin.width()).isEqualTo(4096);
        for (int i = 0; i < 2048; i++) adwin.update(3 + i % 2);
        assertThat(adwin.width()).isBetween(2000L, 2048L + 64);
        assertThat(adwin.mean()).isBetween(3.3, 3.5);
    }

    @Test
    void whatIsNotFiniteIsRefusedAndLeavesTheStateAsItWas() {
        for (ChangeDetector detector : detectors()) {
            detector.update(1);
            byte[] before = ChangeDetectorProperties.bytes(detector);
            for (double value : new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
                assertThatThrownBy(() -> detector.update(value)).isInstanceOf(IllegalArgumentException.class);
            }
            assertThat(ChangeDetectorProperties.bytes(detector)).isEqualTo(before);
        }
    }

    static List<ChangeDetector> detectors() {
        return List.of(new Adwin(), new PageHinkley(new PageHinkley.Settings(30, 0.005, 5, 0.999)), new Ddm());
    }

    private static List<Integer> changes(ChangeDetector detector, String resource) {
        var at = new ArrayList<Integer>();
        int[] values = values(resource);
        for (int i = 0; i < values.length; i++) if (detector.update(values[i])) at.add(i);
        return at;
    }

    private static int[] values(String resource) {
        try (var in = ChangeDetectorTest.class.getResourceAsStream(resource)) {
            if (in == null) throw new AssertionError(resource + " is missing");
            return new String(in.readAllBytes(), java.nio.charset.StandardCharsets.US_ASCII)
                    .strip()
                    .chars()
                    .map(digit -> digit - '0')
                    .toArray();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
