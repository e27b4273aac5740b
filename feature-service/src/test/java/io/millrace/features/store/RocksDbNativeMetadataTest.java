package io.millrace.features.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.rocksdb.RocksDB;

/** A native image knows only what its metadata names; the library itself says which types it looks up. */
class RocksDbNativeMetadataTest {
    private static final String METADATA =
            "/META-INF/native-image/io.millrace/millrace-feature-service/reachability-metadata.json";
    private static final Pattern TYPE =
            Pattern.compile("(?<![A-Za-z0-9_$/])L?((?:org/rocksdb|java/(?:lang|util|nio))/[A-Za-z0-9_$/]+)");

    @Test
    void everyTypeThatTheLibraryLooksUpIsInTheMetadata() throws IOException {
        var registered = new TreeSet<String>();
        try (InputStream metadata = RocksDbNativeMetadataTest.class.getResourceAsStream(METADATA)) {
            for (JsonNode entry : new ObjectMapper().readTree(metadata).get("reflection")) {
                assertThat(entry.get("jniAccessible").asBoolean()).isTrue();
                assertThat(entry.get("allDeclaredMethods").asBoolean()).isTrue();
                assertThat(entry.get("allDeclaredFields").asBoolean()).isTrue();
                assertThat(entry.get("allDeclaredConstructors").asBoolean()).isTrue();
                registered.add(entry.get("type").asText());
            }
        }
        var lookedUp = new TreeSet<String>();
        try (InputStream library = RocksDB.class.getResourceAsStream("/librocksdbjni-linux64.so")) {
            Matcher names = TYPE.matcher(new String(library.readAllBytes(), StandardCharsets.ISO_8859_1));
            while (names.find()) {
                String type = names.group(1).replace('/', '.');
                if (exists(type)) {
                    lookedUp.add(type);
                }
            }
        }

        assertThat(lookedUp).hasSizeGreaterThan(50);
        assertThat(registered).containsAll(lookedUp);
    }

    private static boolean exists(String type) {
        try {
            Class.forName(type, false, RocksDB.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }
}
