package io.millrace.edge.app;

import java.nio.charset.StandardCharsets;

/**
 * What waits in the spool: exactly what Kafka will get.
 *
 * @param key the Kafka record's key
 * @param value JSON, UTF-8; not to be changed
 */
public record SpoolEntry(Kind kind, String key, byte[] value) {
    /** Where an entry goes. The code is what the disk has; codes are never used again. */
    public enum Kind {
        SUMMARY(1),
        AGGREGATE(2);

        private final int code;

        Kind(int code) {
            this.code = code;
        }

        public int code() {
            return code;
        }
    }

    @Override
    public String toString() {
        return kind + " " + key + " " + new String(value, StandardCharsets.UTF_8);
    }
}
