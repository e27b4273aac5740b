package io.millrace.inference.app.experiment;

import io.millrace.inference.app.experiment.ExperimentReport.Version;
import io.millrace.inference.domain.ScoredBatch.ModelIdentity;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How many of the rows each model version scored, by arm. Bounded: versions beyond are counted together under {@code …}. */
final class VersionCounts {
    static final int MOST = 100;

    private final Map<Key, Long> rows = new LinkedHashMap<>();

    private record Key(String arm, Scorer model) {}

    /** A version as it is counted. */
    record Scorer(String name, String version, String digest) {
        static Scorer of(ModelIdentity model) {
            return new Scorer(model.name(), model.version(), model.digest());
        }

        void write(DataOutput out) throws IOException {
            out.writeUTF(name);
            out.writeUTF(version);
            out.writeUTF(digest);
        }

        static Scorer read(DataInput in) throws IOException {
            return new Scorer(in.readUTF(), in.readUTF(), in.readUTF());
        }
    }

    void count(String arm, Scorer model) {
        var key = new Key(arm, model);
        if (rows.size() >= MOST && !rows.containsKey(key)) {
            key = new Key(arm, new Scorer("…", "…", ""));
        }
        rows.merge(key, 1L, Long::sum);
    }

    List<Version> list() {
        List<Version> list = new ArrayList<>();
        rows.forEach((key, count) -> list.add(new Version(
                key.arm(),
                key.model().name(),
                key.model().version(),
                key.model().digest(),
                count)));
        return list;
    }

    void write(DataOutput out) throws IOException {
        out.writeInt(rows.size());
        for (Map.Entry<Key, Long> each : rows.entrySet()) {
            out.writeUTF(each.getKey().arm());
            each.getKey().model().write(out);
            out.writeLong(each.getValue());
        }
    }

    static VersionCounts read(DataInput in) throws IOException {
        var counts = new VersionCounts();
        int size = in.readInt();
        for (int i = 0; i < size; i++) {
            counts.rows.put(new Key(in.readUTF(), Scorer.read(in)), in.readLong());
        }
        return counts;
    }
}
