package io.millrace.inference.app.queue;

import io.millrace.inference.app.Inferred;
import io.millrace.inference.domain.Datatype;
import io.millrace.inference.domain.Signature;
import io.millrace.inference.domain.Tensor;
import io.millrace.inference.domain.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.jspecify.annotations.Nullable;

/** Puts the rows of several calls behind each other, and cuts what comes out for each its own. Thread-safe. */
final class RowJoin {
    /** Larger room is not kept for the next run. */
    private static final int MOST_KEPT_BYTES = 4 << 20;

    private static final Object ONE_SHAPE = "all calls have rows of one shape";

    private final Signature signature;
    private final boolean isOneShape;
    /** Room for tensors that no run uses now; one array per run that was under way at one time, by input. */
    private final ConcurrentLinkedDeque<@Nullable ByteBuffer[]> rooms = new ConcurrentLinkedDeque<>();

    /** Outputs do not hold a row for each row that went in. */
    static final class NotByRowException extends Exception {
        private static final long serialVersionUID = 1L;

        NotByRowException(String why) {
            super(why);
        }
    }

    /** What is lent to a run. */
    record Joined(List<Tensor> tensors, int rows, @Nullable ByteBuffer[] room) {}

    /**
     * @param signature with a batch dimension in every tensor
     */
    RowJoin(Signature signature) {
        this.signature = signature;
        this.isOneShape = signature.inputs().stream()
                .allMatch(input -> input.shape().stream().skip(1).noneMatch(size -> size == TensorSpec.VARIABLE));
    }

    /** Equal for calls that can share a run. */
    Object shapes(List<Tensor> inputs) {
        if (isOneShape) {
            return ONE_SHAPE;
        }
        var shapes = new ArrayList<List<Long>>(inputs.size());
        for (TensorSpec spec : signature.inputs()) {
            List<Long> shape = named(inputs, spec.name()).shape();
            shapes.add(shape.subList(1, shape.size()));
        }
        return shapes;
    }

    /** The calls' rows, in their order; to be {@link #giveBack given back} when the run is over. */
    Joined join(List<LaneCall> calls) {
        int rows = 0;
        for (LaneCall call : calls) {
            rows += call.rows();
        }
        @Nullable ByteBuffer[] room = rooms.pollFirst();
        if (room == null) {
            room = new @Nullable ByteBuffer[signature.inputs().size()];
        }
        var tensors = new ArrayList<Tensor>(room.length);
        for (int i = 0; i < room.length; i++) {
            tensors.add(join(signature.inputs().get(i), calls, rows, room, i));
        }
        return new Joined(tensors, rows, room);
    }

    private static Tensor join(TensorSpec spec, List<LaneCall> calls, int rows, @Nullable ByteBuffer[] room, int at) {
        long bytes = 0;
        for (LaneCall call : calls) {
            bytes += named(call.inputs(), spec.name()).data().remaining();
        }
        ByteBuffer kept = room[at];
        ByteBuffer data = kept != null && kept.capacity() >= bytes
                ? kept.clear()
                : ByteBuffer.allocateDirect(Math.toIntExact(bytes)).order(ByteOrder.LITTLE_ENDIAN);
        room[at] = data.capacity() > MOST_KEPT_BYTES ? null : data;
        for (LaneCall call : calls) {
            data.put(named(call.inputs(), spec.name()).data().duplicate());
        }
        var shape =
                new ArrayList<>(named(calls.getFirst().inputs(), spec.name()).shape());
        shape.set(0, (long) rows);
        return new Tensor(spec.name(), spec.datatype(), shape, data.flip());
    }

    void giveBack(Joined joined) {
        rooms.addFirst(joined.room());
    }

    /**
     * Each call's part of a run, in the calls' order; the parts share the run's memory.
     *
     * @param joinNanos what joining took; counted among the handing of inputs
     * @throws NotByRowException where a tensor's first dimension is not the number of rows
     */
    List<Inferred> split(Inferred whole, int rows, List<LaneCall> calls, long joinNanos) throws NotByRowException {
        long begun = System.nanoTime();
        var parts = new ArrayList<List<Tensor>>(calls.size());
        calls.forEach(_ -> parts.add(new ArrayList<>(whole.outputs().size())));
        for (Tensor output : whole.outputs()) {
            if (output.shape().isEmpty() || output.shape().getFirst() != rows) {
                throw new NotByRowException(
                        rows + " rows gave output '" + output.name() + "' of shape " + output.shape());
            }
            int at = 0;
            for (int i = 0; i < calls.size(); i++) {
                int own = calls.get(i).rows();
                int bytes = bytes(output, rows, own, at);
                var shape = new ArrayList<>(output.shape());
                shape.set(0, (long) own);
                parts.get(i)
                        .add(new Tensor(
                                output.name(),
                                output.datatype(),
                                shape,
                                output.data().slice(at, bytes)));
                at += bytes;
            }
        }
        long input = whole.inputNanos() + joinNanos;
        long output = whole.outputNanos() + System.nanoTime() - begun;
        return parts.stream()
                .map(part -> new Inferred(part, input, whole.inferNanos(), output))
                .toList();
    }

    /** Bytes of {@code own} of all rows, from the byte {@code at} on. */
    private static int bytes(Tensor tensor, int rows, int own, int at) {
        if (tensor.datatype() != Datatype.BYTES) {
            int width = tensor.data().remaining() / rows;
            return own * width;
        }
        int elements = own * (tensor.elements() / rows);
        int end = at;
        for (int i = 0; i < elements; i++) {
            end += Integer.BYTES + tensor.data().getInt(end);
        }
        return end - at;
    }

    private static Tensor named(List<Tensor> inputs, String name) {
        for (Tensor input : inputs) {
            if (input.name().equals(name)) {
                return input;
            }
        }
        throw new IllegalArgumentException("no input is called '" + name + "'");
    }
}
