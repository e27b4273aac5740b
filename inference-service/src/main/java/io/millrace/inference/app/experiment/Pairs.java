package io.millrace.inference.app.experiment;

import io.millrace.inference.app.experiment.VersionCounts.Scorer;
import io.millrace.inference.domain.label.Outcome.Prediction;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Labelled scores of rows that wait for the other's score of the same row. Bounded: the oldest goes where too many wait. */
final class Pairs {
    static final int MOST = 10_000;

    private final Map<String, Half> waiting = new LinkedHashMap<>();
    private long dropped;

    /** One of the two scores of a row. */
    record Half(boolean ofChallenger, double value, Scorer model) {}

    /** The other half of the row, where that was here; else this one waits. */
    Optional<Half> meet(Prediction prediction, boolean ofChallenger) {
        Half other = waiting.get(prediction.id());
        if (other != null && other.ofChallenger() != ofChallenger) {
            waiting.remove(prediction.id());
            return Optional.of(other);
        }
        waiting.putIfAbsent(prediction.id(), new Half(ofChallenger, prediction.value(), Scorer.of(prediction.model())));
        if (waiting.size() > MOST) {
            waiting.remove(waiting.keySet().iterator().next());
            dropped++;
        }
        return Optional.empty();
    }

    /** No label came for this half. */
    void forget(Prediction prediction) {
        if (waiting.remove(prediction.id()) != null) {
            dropped++;
        }
    }

    /** Halves whose other half did not come. */
    long dropped() {
        return dropped;
    }

    void write(DataOutput out) throws IOException {
        out.writeLong(dropped);
        out.writeInt(waiting.size());
        for (Map.Entry<String, Half> each : waiting.entrySet()) {
            Half half = each.getValue();
            out.writeUTF(each.getKey());
            out.writeBoolean(half.ofChallenger());
            out.writeDouble(half.value());
            half.model().write(out);
        }
    }

    static Pairs read(DataInput in) throws IOException {
        var pairs = new Pairs();
        pairs.dropped = in.readLong();
        int count = in.readInt();
        for (int i = 0; i < count; i++) {
            pairs.waiting.put(in.readUTF(), new Half(in.readBoolean(), in.readDouble(), Scorer.read(in)));
        }
        return pairs;
    }
}
