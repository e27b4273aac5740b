package io.millrace.features.kernel.state;

import io.millrace.features.kernel.EventFields;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.encoding.ByteReader;
import io.millrace.features.kernel.encoding.ByteWriter;
import io.millrace.features.kernel.encoding.EncodingException;
import io.millrace.features.kernel.encoding.ValueEncoding;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An event of one entity, ready to be folded: its conditions are decided.
 *
 * @param fields the view's event fields in the view's order
 * @param conditions bit i is set where the view's condition i is met
 */
public record Observation(EventOrder order, List<@Nullable FeatureValue> fields, long conditions) {
    private static final int VERSION = 1;

    public Observation {
        fields = EventFields.of(fields);
    }

    boolean meets(int condition) {
        return (conditions >>> condition & 1) != 0;
    }

    /** All but the order, which stores keep in the key. */
    public void writeContent(ByteWriter out) {
        out.octet(VERSION);
        out.unsigned(conditions);
        out.unsigned(fields.size());
        for (int i = 0; i < fields.size(); i++) {
            ValueEncoding.write(fields.get(i), out);
        }
    }

    /** Reads what stands before the fields of {@link #writeContent}; gives how many there are. */
    public static int beginContent(ByteReader in) {
        readConditions(in);
        return in.size();
    }

    private static long readConditions(ByteReader in) {
        int version = in.octet();
        if (version != VERSION) {
            throw new EncodingException("an event of version " + version + ", this Millrace reads " + VERSION);
        }
        return in.unsigned();
    }

    public static Observation readContent(EventOrder order, ByteReader in) {
        long conditions = readConditions(in);
        int size = in.size();
        var fields = new @Nullable FeatureValue[size];
        for (int i = 0; i < size; i++) {
            fields[i] = ValueEncoding.read(in);
        }
        return new Observation(order, EventFields.ofArray(fields), conditions);
    }
}
