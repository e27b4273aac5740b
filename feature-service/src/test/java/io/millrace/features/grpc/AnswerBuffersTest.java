package io.millrace.features.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class AnswerBuffersTest {
    private static final int THREADS = 8;
    private static final int ANSWERS = 2_000;

    @Test
    void anArrayBelongsToOneAnswerUntilItIsGivenBack() throws InterruptedException, ExecutionException {
        try (var threads = Executors.newFixedThreadPool(THREADS)) {
            List<Future<Integer>> disturbed = new ArrayList<>();
            for (int thread = 1; thread <= THREADS; thread++) {
                byte mark = (byte) thread;
                disturbed.add(threads.submit(() -> disturbed(mark)));
            }
            for (Future<Integer> count : disturbed) {
                assertThat(count.get()).isZero();
            }
        }
    }

    /** How many answers of one thread held something else than it wrote. */
    private static int disturbed(byte mark) {
        int disturbed = 0;
        for (int answer = 0; answer < ANSWERS; answer++) {
            // Begins in a lent array, and outgrows it in every third answer.
            EncodedMessage message = EncodedMessage.lent(16 << 10);
            int bytes = answer % 3 == 0 ? 40_000 : 15_000;
            byte[] block = new byte[bytes / 10];
            Arrays.fill(block, mark);
            for (int part = 0; part < 10; part++) {
                message.raw(block);
            }
            byte[] written = message.toBytes();
            boolean isOwn = written.length == bytes / 10 * 10;
            for (byte octet : written) {
                isOwn &= octet == mark;
            }
            disturbed += isOwn ? 0 : 1;
            message.release();
        }
        return disturbed;
    }

    @Test
    void aReleasedMessageIsEmptyAndGivesItsArrayOnce() {
        EncodedMessage message = EncodedMessage.lent(20 << 10);
        message.raw(new byte[1_000]);
        byte[] lent = message.buffer();
        message.release();
        message.release();
        assertThat(message.length()).isZero();
        List<byte[]> taken = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            taken.add(AnswerBuffers.take(16 << 10));
        }
        assertThat(taken.stream().filter(array -> array == lent)).hasSizeLessThanOrEqualTo(1);
        taken.forEach(AnswerBuffers::give);
    }
}
