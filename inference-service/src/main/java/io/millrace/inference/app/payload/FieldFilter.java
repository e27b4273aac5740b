package io.millrace.inference.app.payload;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** Which fields of a row may be logged. What a contract does not describe may not, nor what lies inside of something that may not. */
final class FieldFilter {
    private final @Nullable Map<String, String> classifications;
    private final PayloadSettings settings;

    /**
     * @param classifications by field; null where there is no contract, and everything may be logged
     */
    FieldFilter(@Nullable Map<String, String> classifications, PayloadSettings settings) {
        this.classifications = classifications;
        this.settings = settings;
    }

    /**
     * The row as it may be logged.
     *
     * @param taken fields that the pipeline takes; others are left out
     */
    Map<String, Object> filtered(Map<String, Object> row, Set<String> taken) {
        var kept = new TreeMap<String, Object>();
        for (String field : taken) {
            Object value = row.get(field);
            if (value == null) {
                continue;
            }
            if (mayBeLogged(field)) {
                kept.put(field, value);
            } else {
                settings.hashKey().ifPresent(key -> kept.put(field, hash(key, field, value)));
            }
        }
        return kept;
    }

    /** Whether nothing of these fields is left out or hashed. */
    boolean keepsAll(Set<String> taken) {
        return taken.stream().allMatch(this::mayBeLogged);
    }

    private boolean mayBeLogged(String field) {
        if (classifications == null) {
            return true;
        }
        if (!classifications.containsKey(field)) {
            return false;
        }
        for (int dot = field.length(); dot > 0; dot = field.lastIndexOf('.', dot - 1)) {
            String classification = classifications.getOrDefault(field.substring(0, dot), "");
            if (!classification.isEmpty() && !settings.kept().contains(classification)) {
                return false;
            }
        }
        return true;
    }

    /** The field's name is part of what is hashed: equal values of different fields are not told to be equal. */
    private static String hash(String key, String field, Object value) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            mac.update(field.getBytes(StandardCharsets.UTF_8));
            mac.update((byte) 0);
            return "hmac:"
                    + HexFormat.of().formatHex(mac.doFinal(value.toString().getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HmacSHA256", e);
        }
    }
}
