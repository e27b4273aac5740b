package io.millrace.features.kernel.lateness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.longs;

import java.util.Random;
import org.junit.jupiter.api.Test;

class LatenessTrailProperties {
    private static final long STEP = 2_000;

    private static LatenessMark mark(long offset) {
        return new LatenessMark(offset, 7 * offset - 1);
    }

    /** Marks at steps of up to 2,000 records, from the first record on. */
    private static LatenessTrail trail(long head, Random chance) {
        var trail = new LatenessTrail();
        for (long offset = 0; offset < head; offset += 1 + chance.nextLong(STEP)) {
            trail.add(mark(offset));
        }
        trail.add(mark(head));
        return trail;
    }

    @Test
    void aRewindFindsATrueMarkNotFarBelowIt() {
        qt().withExamples(200)
                .forAll(longs().between(1, 2_000_000), longs().all(), longs().all())
                .checkAssert((head, seed, place) -> {
                    LatenessTrail trail =
                            LatenessTrail.parse(trail(head, new Random(seed)).toString());
                    long position = Math.floorMod(place, head + 1);
                    long rewind = head - position;
                    long reach = 34 * Math.max(rewind, 1 << 10) + 2 * STEP;

                    if (head > 2 * reach) {
                        assertThat(trail.before(position)).isPresent();
                    }
                    trail.before(position).ifPresent(found -> {
                        assertThat(found).isEqualTo(mark(found.offset()));
                        assertThat(found.offset()).isBetween(Math.max(0, position - reach), position);
                    });
                });
    }

    @Test
    void aTrailIsShortAndComesBackFromItsText() {
        var trail = new LatenessTrail();
        assertThat(trail.isEmpty()).isTrue();
        for (long offset = 1L << 40; offset < (1L << 40) + (1L << 28); offset += 1L << 12) {
            trail.add(new LatenessMark(offset, Long.MAX_VALUE - offset));
        }
        String text = trail.toString();

        assertThat(text).hasSizeLessThan(400).matches("[-0-9a-z:,]+");
        assertThat(LatenessTrail.parse(text)).hasToString(text);
        assertThat(LatenessTrail.parse("a:b").isEmpty()).isTrue();
        assertThat(LatenessTrail.parse(text.replace(':', '!')).isEmpty()).isTrue();
    }

    @Test
    void whatLiesBehindACutIsForgotten() {
        LatenessTrail trail = trail(50_000, new Random(1));
        trail.cut(20_000);

        assertThat(trail.before(Long.MAX_VALUE).orElseThrow().offset()).isLessThanOrEqualTo(20_000);
        trail.add(mark(20_500));
        assertThat(trail.before(20_600)).contains(mark(20_500));
    }
}
