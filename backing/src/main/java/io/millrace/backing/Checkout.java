package io.millrace.backing;

import java.nio.file.Files;
import java.nio.file.Path;

/** The clone that this process runs from. */
public final class Checkout {
    private Checkout() {}

    /**
     * The clone's root: the nearest folder at or above the working directory that holds {@code backing/broker/pom.xml}.
     *
     * @throws BackingException where there is none
     */
    public static Path root() {
        Path start = Path.of("").toAbsolutePath();
        for (Path at = start; at != null; at = at.getParent()) {
            if (Files.exists(at.resolve("backing/broker/pom.xml"))) {
                return at;
            }
        }
        throw new BackingException("not inside a Millrace clone: " + start);
    }
}
