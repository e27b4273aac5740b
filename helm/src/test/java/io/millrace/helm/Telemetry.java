package io.millrace.helm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The metrics that a service defines: the names in its {@code telemetry} room, and what Prometheus calls them. */
final class Telemetry {
    private static final Pattern NAME =
            Pattern.compile("\"(millrace\\.[a-z]+\\.[a-z0-9.]*[a-z0-9]|(?:millrace|nv)_[a-z_0-9]+)\"");

    private Telemetry() {}

    /** Names as Micrometer has them; those that are exposed without it, as Prometheus has them. */
    static Set<String> names(Path module) {
        var names = new TreeSet<String>();
        try (Stream<Path> files = Files.walk(module.resolve("src/main/java"))) {
            for (Path file : files.filter(candidate -> candidate.toString().matches(".*/telemetry/[A-Za-z]*\\.java"))
                    .toList()) {
                NAME.matcher(Files.readString(file)).results().forEach(match -> names.add(match.group(1)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return names;
    }

    /**
     * Whether a Prometheus name can be this metric's: its words joined by {@code _}, a base unit where one was given, and the suffix of its kind.
     * Micrometer's rules: {@code _total} for counters, {@code _seconds} with {@code _count}, {@code _sum}, {@code _max}, {@code _bucket} for timers.
     */
    static boolean matches(String name, String queried) {
        String base = name.replace('.', '_');
        return queried.matches(
                Pattern.quote(base) + "(_seconds|_bytes|_rows|_records)?(_total|_count|_sum|_max|_bucket)?");
    }
}
