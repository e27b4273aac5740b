package io.millrace.inference.app.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;
import static org.quicktheories.generators.SourceDSL.longs;

import io.millrace.inference.app.plan.RecordedEvents.Part;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OffsetSampleProperties {
    @Test
    void asManyOffsetsAsRowsAreDrawnOfTheSpanAloneAndTheSameForOneSeed() {
        qt().withExamples(300)
                .forAll(
                        lists().of(integers().between(0, 400)).ofSizeBetween(1, 5),
                        integers().between(1, 300),
                        longs().all())
                .checkAssert((sizes, rows, seed) -> {
                    List<Part> parts = new ArrayList<>();
                    for (int i = 0; i < sizes.size(); i++) {
                        parts.add(new Part(i, 1_000L * i, 1_000L * i + sizes.get(i)));
                    }
                    long population = sizes.stream().mapToLong(size -> size).sum();
                    OffsetSample sample = OffsetSample.of(parts, rows, seed);
                    List<Long> drawn = drawn(parts, sample);

                    assertThat(drawn).hasSize((int) Math.min(rows, population)).doesNotHaveDuplicates();
                    assertThat(sample.isWhole()).isEqualTo(population <= rows);
                    assertThat(drawn(parts, OffsetSample.of(parts, rows, seed))).isEqualTo(drawn);
                });
    }

    @Test
    void everyStretchOfALongSpanIsDrawnFrom() {
        var parts = List.of(new Part(0, 5, 400_005), new Part(3, 0, 600_000_000_000L));

        OffsetSample sample = OffsetSample.of(parts, 10_000, 7);

        long stretch = 600_000_400_000L / 10_000;
        for (int i = 1; i < 10_000; i++) {
            assertThat(sample.next(3, (i - 1) * stretch)).isLessThan((i + 1) * stretch);
        }
        assertThat(sample.next(1, 0)).isEqualTo(Long.MAX_VALUE);
    }

    /** What is read where the sample's jumps are followed. */
    private static List<Long> drawn(List<Part> parts, OffsetSample sample) {
        var drawn = new ArrayList<Long>();
        for (Part part : parts) {
            long offset = sample.next(part.partition(), part.from());
            while (offset < part.to()) {
                assertThat(sample.has(part.partition(), offset)).isTrue();
                drawn.add(offset);
                offset = sample.next(part.partition(), offset + 1);
            }
        }
        return drawn;
    }
}
