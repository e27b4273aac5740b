package io.millrace.features.kernel.fold;

import io.millrace.features.kernel.encoding.ByteReader;
import io.millrace.features.kernel.encoding.ByteWriter;
import io.millrace.features.kernel.encoding.EncodingException;
import io.millrace.features.kernel.state.AggregationState;
import io.millrace.features.kernel.state.Fold;
import io.millrace.features.kernel.state.Observation;
import java.util.ArrayList;
import java.util.List;

/** What all folds of a view remember of one entity's events in one stretch of time. Mutable, not thread-safe. */
public final class Tile {
    private static final int VERSION = 1;

    private final List<Fold> folds;
    private final List<AggregationState> states;

    private Tile(List<Fold> folds, List<AggregationState> states) {
        this.folds = folds;
        this.states = states;
    }

    static Tile empty(List<Fold> folds) {
        return new Tile(folds, folds.stream().map(Fold::empty).toList());
    }

    /**
     * Reads what {@link #toBytes} wrote.
     *
     * @throws EncodingException where the bytes are damaged, of another version or of other folds
     */
    static Tile read(List<Fold> folds, byte[] bytes) {
        var in = new ByteReader(bytes);
        int version = in.octet();
        if (version != VERSION) {
            throw new EncodingException("a tile of version " + version + ", this Millrace reads " + VERSION);
        }
        long count = in.unsigned();
        if (count != folds.size()) {
            throw new EncodingException("a tile of " + count + " folds, the view has " + folds.size());
        }
        var states = new ArrayList<AggregationState>(folds.size());
        for (Fold fold : folds) {
            states.add(fold.read(in));
        }
        if (!in.atEnd()) {
            throw new EncodingException("bytes behind the last state of a tile");
        }
        return new Tile(folds, states);
    }

    public void add(Observation event) {
        for (int i = 0; i < folds.size(); i++) {
            folds.get(i).add(event, states.get(i));
        }
    }

    public void merge(Tile other) {
        for (int i = 0; i < folds.size(); i++) {
            states.get(i).merge(other.states.get(i));
        }
    }

    AggregationState state(int fold) {
        return states.get(fold);
    }

    /** A version, the number of folds, and their states in the order of the view's plan: equal for equal events, whatever their order. */
    public byte[] toBytes() {
        var out = new ByteWriter();
        out.octet(VERSION);
        out.unsigned(states.size());
        states.forEach(state -> state.write(out));
        return out.toBytes();
    }
}
