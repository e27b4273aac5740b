package io.millrace.inference.app.experiment;

import io.millrace.inference.domain.deploy.Split;
import io.millrace.inference.domain.label.Outcome.Prediction;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** The entities that rows are of, each with its first row, where calls of an entity stay with an arm: rows of one entity are not independent, so the first alone counts. Bounded; none is taken in beyond. */
final class Units {
    static final int MOST = 200_000;

    private final Map<Long, Long> firsts = new LinkedHashMap<>();

    /** Whether this is the first row of its entity; it is then taken in. */
    boolean begins(Prediction prediction) {
        if (firsts.size() >= MOST) {
            return false;
        }
        return firsts.putIfAbsent(entity(prediction), Split.hash(prediction.id())) == null;
    }

    /** Whether this row was its entity's first. */
    boolean isFirst(Prediction prediction) {
        Long first = firsts.get(entity(prediction));
        return first != null && first == Split.hash(prediction.id());
    }

    private static long entity(Prediction prediction) {
        return Split.hash(new TreeMap<>(prediction.entity()).toString());
    }

    void write(DataOutput out) throws IOException {
        out.writeInt(firsts.size());
        for (Map.Entry<Long, Long> first : firsts.entrySet()) {
            out.writeLong(first.getKey());
            out.writeLong(first.getValue());
        }
    }

    static Units read(DataInput in) throws IOException {
        var units = new Units();
        int count = in.readInt();
        for (int i = 0; i < count; i++) {
            units.firsts.put(in.readLong(), in.readLong());
        }
        return units;
    }
}
