package io.millrace.inference.app.watch;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The first predictions of a version whose model brings no reference, until there are enough to be one. Not thread-safe. */
final class Gathering {
    private final List<Map<String, Object>> rows = new ArrayList<>();

    void add(WatchedRow row) {
        var values = new TreeMap<String, Object>();
        row.values().forEach((name, value) -> {
            double number = Tile.number(value);
            values.put(name, Double.isNaN(number) ? SampleRow.category(value.toString()) : (Object) number);
        });
        row.imputed().forEach(name -> values.putIfAbsent(name, Double.NaN));
        values.put(Reference.SCORE, row.score());
        rows.add(values);
    }

    int rows() {
        return rows.size();
    }

    /** What was gathered as a reference: a column that ever held a text is one of texts. */
    Reference reference() {
        var names = new TreeSet<String>();
        var texts = new TreeSet<String>();
        for (Map<String, Object> row : rows) {
            row.forEach((name, value) -> {
                names.add(name);
                if (value instanceof String) {
                    texts.add(name);
                }
            });
        }
        var columns = new ArrayList<ReferenceTable.Column>();
        for (String name : names) {
            columns.add(texts.contains(name) ? texts(name) : numbers(name));
        }
        return Reference.observed(new ReferenceTable(columns));
    }

    private ReferenceTable.Column texts(String name) {
        @Nullable String[] values = new String[rows.size()];
        for (int i = 0; i < values.length; i++) {
            Object value = rows.get(i).get(name);
            values[i] = value == null || value.equals(Double.NaN) ? null : value.toString();
        }
        return new ReferenceTable.Column.Texts(name, values);
    }

    private ReferenceTable.Column numbers(String name) {
        double[] values = new double[rows.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = Tile.number(rows.get(i).get(name));
        }
        return new ReferenceTable.Column.Numbers(name, values);
    }

    void write(DataOutput out) throws IOException {
        out.writeInt(rows.size());
        for (Map<String, Object> row : rows) {
            out.writeShort(row.size());
            for (Map.Entry<String, Object> value : row.entrySet()) {
                out.writeUTF(value.getKey());
                out.writeBoolean(value.getValue() instanceof String);
                if (value.getValue() instanceof String text) {
                    out.writeUTF(text);
                } else {
                    out.writeDouble(Tile.number(value.getValue()));
                }
            }
        }
    }

    static Gathering read(DataInput in) throws IOException {
        var gathering = new Gathering();
        int count = in.readInt();
        for (int i = 0; i < count; i++) {
            var row = new TreeMap<String, Object>();
            int values = in.readUnsignedShort();
            for (int at = 0; at < values; at++) {
                String name = in.readUTF();
                row.put(name, in.readBoolean() ? in.readUTF() : (Object) in.readDouble());
            }
            gathering.rows.add(row);
        }
        return gathering;
    }
}
