package io.millrace.features.kernel.fold;

import io.millrace.features.kernel.encoding.ByteReader;
import io.millrace.features.kernel.encoding.ByteWriter;
import io.millrace.features.kernel.encoding.EncodingException;
import io.millrace.features.kernel.state.AggregationState;
import io.millrace.features.kernel.state.Fold;
import io.millrace.features.kernel.state.Observation;
import java.util.List;

/** What all folds of a view remember of one entity's events in one stretch of time. Mutable, not thread-safe. */
public final class Tile {
    private static final int VERSION = 1;

    private final List<Fold> folds;
    private final AggregationState[] states;

    private Tile(List<Fold> folds, AggregationState[] states) {
        this.folds = folds;
        this.states = states;
    }

    static Tile empty(List<Fold> folds) {
        var states = new AggregationState[folds.size()];
        for (int i = 0; i < states.length; i++) {
            states[i] = folds.get(i).empty();
        }
        return new Tile(folds, states);
    }

    /**
     * Reads what {@link #toBytes} wrote.
     *
     * @throws EncodingException where the bytes are damaged, of another version or of other folds
     */
    static Tile read(List<Fold> folds, byte[] bytes) {
        var in = new ByteReader(bytes);
        readHead(folds, in);
        var states = new AggregationState[folds.size()];
        for (int i = 0; i < states.length; i++) {
            states[i] = folds.get(i).read(in);
        }
        if (!in.atEnd()) {
            throw new EncodingException("bytes behind the last state of a tile");
        }
        return new Tile(folds, states);
    }

    /** Reads what stands before the states of a tile. */
    static void readHead(List<Fold> folds, ByteReader in) {
        int version = in.octet();
        if (version != VERSION) {
            throw new EncodingException("a tile of version " + version + ", this Millrace reads " + VERSION);
        }
        long count = in.unsigned();
        if (count != folds.size()) {
            throw new EncodingException("a tile of " + count + " folds, the view has " + folds.size());
        }
    }

    public void add(Observation event) {
        for (int i = 0; i < states.length; i++) {
            folds.get(i).add(event, states[i]);
        }
    }

    public void merge(Tile other) {
        for (int i = 0; i < folds.size(); i++) {
            states[i].merge(other.states[i]);
        }
    }

    AggregationState state(int fold) {
        return states[fold];
    }

    /** A version, the number of folds, and their states in the order of the view's plan: equal for equal events, whatever their order. */
    public byte[] toBytes() {
        var out = new ByteWriter();
        writeTo(out);
        return out.toBytes();
    }

    /** Appends what {@link #toBytes} gives. */
    public void writeTo(ByteWriter out) {
        out.octet(VERSION);
        out.unsigned(states.length);
        for (AggregationState state : states) {
            state.write(out);
        }
    }
}
