package io.millrace.helm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.Assertions;

/** Pages under docs/ that are made from something else. With {@code -Dmillrace.write-docs=true} they are written, without it they are compared. */
final class GeneratedPages {
    private GeneratedPages() {}

    static void check(Path page, String expected) throws IOException {
        if (Boolean.getBoolean("millrace.write-docs")) {
            Files.writeString(page, expected);
        }
        Assertions.assertThat(page)
                .as(
                        "%s is made from other files and has fallen behind: mvn -pl helm test -Dmillrace.write-docs=true",
                        page)
                .exists()
                .content()
                .isEqualTo(expected);
    }
}
