package io.millrace.edge.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FileSpoolProperties {
    @Test
    void whateverIsTornOffBehindTheWholeRecordsIsFoundAgain() {
        qt().forAll(
                        lists().of(integers().between(1, 300)).ofSizeBetween(1, 20),
                        integers().between(0, 100_000))
                .checkAssert((sizes, cut) -> {
                    byte[] whole = frames(sizes);
                    int length = cut % (whole.length + 1);
                    var found = new ArrayList<Long>();

                    var scan = Frames.scan(
                            ByteBuffer.wrap(whole, 0, length).slice(), -1, frame -> found.add(frame.number()));

                    int records = 0;
                    int end = 0;
                    while (records < sizes.size() && end + Frames.size(sizes.get(records)) <= length) {
                        end += Frames.size(sizes.get(records++));
                    }
                    assertThat(found).hasSize(records);
                    assertThat(scan.end()).isEqualTo(end);
                    assertThat(scan.lost()).isZero();
                });
    }

    @Test
    void damageOfAnyExtentCostsOnlyTheRecordsThatItTouches() {
        qt().forAll(
                        lists().of(integers().between(1, 300)).ofSizeBetween(2, 20),
                        integers().between(0, 100_000),
                        integers().between(1, 400),
                        integers().all())
                .checkAssert((sizes, at, extent, seed) -> {
                    byte[] bytes = frames(sizes);
                    byte[] original = bytes.clone();
                    int from = at % bytes.length;
                    int to = Math.min(bytes.length, from + extent);
                    var random = new Random(seed);
                    for (int i = from; i < to; i++) {
                        bytes[i] = (byte) random.nextInt();
                    }
                    var found = new ArrayList<Long>();

                    Frames.scan(ByteBuffer.wrap(bytes), -1, frame -> found.add(frame.number()));

                    assertThat(found).isEqualTo(untouched(sizes, original, bytes));
                });
    }

    private static List<Long> untouched(List<Integer> sizes, byte[] original, byte[] damaged) {
        var numbers = new ArrayList<Long>();
        int start = 0;
        for (int i = 0; i < sizes.size(); i++) {
            int end = start + Frames.size(sizes.get(i));
            if (Arrays.equals(original, start, end, damaged, start, end)) {
                numbers.add((long) i);
            }
            start = end;
        }
        return numbers;
    }

    private static byte[] frames(List<Integer> sizes) {
        ByteBuffer buffer =
                ByteBuffer.allocate(sizes.stream().mapToInt(Frames::size).sum());
        for (int i = 0; i < sizes.size(); i++) {
            var payload = new byte[sizes.get(i)];
            Arrays.fill(payload, (byte) ('a' + i));
            Frames.write(buffer, i, payload);
        }
        return buffer.array();
    }
}
