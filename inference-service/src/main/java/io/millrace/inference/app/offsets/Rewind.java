package io.millrace.inference.app.offsets;

import java.util.List;
import java.util.OptionalLong;

/**
 * What moving a pipeline does, or would do.
 *
 * @param paused whether it is paused, without which it is not moved
 * @param done whether it was moved
 */
public record Rewind(String pipeline, String topic, List<Move> moves, boolean paused, boolean done) {
    public Rewind {
        moves = List.copyOf(moves);
    }

    /**
     * One partition.
     *
     * @param from the committed offset; empty where there was none
     * @param again offsets whose records are scored although they were before: as many predictions or dead letters appear a second time
     * @param skipped offsets whose records are never scored
     */
    public record Move(int partition, OptionalLong from, long to, long again, long skipped) {}

    public long again() {
        return moves.stream().mapToLong(Move::again).sum();
    }

    public long skipped() {
        return moves.stream().mapToLong(Move::skipped).sum();
    }
}
