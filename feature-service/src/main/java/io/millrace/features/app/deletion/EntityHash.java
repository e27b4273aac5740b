package io.millrace.features.app.deletion;

import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.encoding.ByteWriter;
import io.millrace.features.kernel.encoding.ValueEncoding;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.SortedMap;
import java.util.TreeMap;

/** SHA-256 of an entity's join keys with their names, in the names' order: the same in every view that has the same join keys. Lower-case hex. */
public final class EntityHash {
    private EntityHash() {}

    static SortedMap<String, FeatureValue> named(FeatureView view, EntityKey key) {
        var named = new TreeMap<String, FeatureValue>();
        for (int i = 0; i < view.joinKeys().size(); i++) {
            named.put(view.joinKeys().get(i).name(), key.values().get(i));
        }
        return named;
    }

    static String of(SortedMap<String, FeatureValue> named) {
        var out = new ByteWriter();
        named.forEach((name, value) -> {
            out.text(name);
            ValueEncoding.write(value, out);
        });
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(out.toBytes()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
