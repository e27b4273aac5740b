package io.millrace.inference.app.queue;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.Inferred;
import io.millrace.inference.app.LoadedModel;
import io.millrace.inference.domain.Datatype;
import io.millrace.inference.domain.Signature;
import io.millrace.inference.domain.Tensor;
import io.millrace.inference.domain.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** Of float rows of any width: twice the sum of each row, and the row's first number as text. A row that begins with −1 makes its run fail. Says how it was run. */
final class FakeModel implements LoadedModel {
    /** The rows of each run. */
    final ConcurrentLinkedQueue<Integer> runs = new ConcurrentLinkedQueue<>();

    /** What each ran on. */
    final ConcurrentLinkedQueue<Thread> threads = new ConcurrentLinkedQueue<>();

    final AtomicInteger most = new AtomicInteger();
    final AtomicInteger closed = new AtomicInteger();
    /** Runs wait for one of these where there are any. */
    final Semaphore allowed;

    private final AtomicInteger running = new AtomicInteger();
    private final Signature signature;
    private final long nanos;

    private FakeModel(long firstDimension, Duration takes, int allowed) {
        this.signature = new Signature(
                List.of(new TensorSpec("in", Datatype.FP32, List.of(firstDimension, TensorSpec.VARIABLE))),
                List.of(
                        new TensorSpec("sum", Datatype.FP32, List.of(firstDimension, 1L)),
                        new TensorSpec("text", Datatype.BYTES, List.of(firstDimension))));
        this.nanos = takes.toNanos();
        this.allowed = new Semaphore(allowed);
    }

    static FakeModel taking(Duration takes) {
        return new FakeModel(TensorSpec.VARIABLE, takes, Integer.MAX_VALUE);
    }

    /** Runs wait until they are allowed one by one. */
    static FakeModel held() {
        return new FakeModel(TensorSpec.VARIABLE, Duration.ZERO, 0);
    }

    static FakeModel ofOneRow() {
        return new FakeModel(1, Duration.ZERO, Integer.MAX_VALUE);
    }

    static Tensor rows(int width, float... firsts) {
        ByteBuffer data =
                ByteBuffer.allocate(firsts.length * width * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (float first : firsts) {
            for (int i = 0; i < width; i++) {
                data.putFloat(first + i);
            }
        }
        return new Tensor("in", Datatype.FP32, List.of((long) firsts.length, (long) width), data.flip());
    }

    /** Whether the outputs are those of exactly these rows. */
    static boolean isOf(List<Tensor> outputs, int width, float... firsts) {
        Tensor sums = outputs.getFirst();
        Tensor texts = outputs.get(1);
        if (!sums.shape().equals(List.of((long) firsts.length, 1L))
                || !texts.shape().equals(List.of((long) firsts.length))) {
            return false;
        }
        for (int row = 0; row < firsts.length; row++) {
            float sum = 0;
            for (int i = 0; i < width; i++) {
                sum += firsts[row] + i;
            }
            String text =
                    StandardCharsets.UTF_8.decode(texts.strings().get(row)).toString();
            if (sums.data().getFloat(row * Float.BYTES) != 2 * sum || !text.equals("r" + firsts[row])) {
                return false;
            }
        }
        return true;
    }

    @Override
    public Signature signature() {
        return signature;
    }

    @Override
    public Inferred infer(List<Tensor> inputs) {
        most.accumulateAndGet(running.incrementAndGet(), Math::max);
        try {
            Tensor in = inputs.getFirst();
            int rows = Math.toIntExact(in.shape().getFirst());
            runs.add(rows);
            threads.add(Thread.currentThread());
            allowed.acquireUninterruptibly();
            if (nanos > 0) {
                LockSupport.parkNanos(nanos);
            }
            return new Inferred(outputs(in, rows), 1, Math.max(1, nanos), 1);
        } finally {
            running.decrementAndGet();
        }
    }

    private static List<Tensor> outputs(Tensor in, int rows) {
        int width = Math.toIntExact(in.shape().get(1));
        ByteBuffer sums = ByteBuffer.allocate(rows * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        var texts = new ArrayList<byte[]>();
        for (int row = 0; row < rows; row++) {
            float sum = 0;
            for (int i = 0; i < width; i++) {
                sum += in.data().getFloat((row * width + i) * Float.BYTES);
            }
            float first = in.data().getFloat(row * width * Float.BYTES);
            if (first == -1) {
                throw new Refusal(InferenceReason.MODEL_FAILED, "a row begins with -1");
            }
            sums.putFloat(2 * sum);
            texts.add(("r" + first).getBytes(StandardCharsets.UTF_8));
        }
        return List.of(
                new Tensor("sum", Datatype.FP32, List.of((long) rows, 1L), sums.flip()),
                Tensor.ofStrings("text", List.of((long) rows), texts));
    }

    @Override
    public void close() {
        closed.incrementAndGet();
    }
}
