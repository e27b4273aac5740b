package io.millrace.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code ./millrace test compat} where it cannot run: it says why, and nothing has failed. */
class CompatSuiteTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    @TempDir
    Path folder;

    private record Ended(int code, String output) {}

    private Ended run(Map<String, String> environment, List<String> command) throws Exception {
        Path output = folder.resolve("output.txt");
        var builder = new ProcessBuilder(command)
                .directory(ROOT.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        return new Ended(process.exitValue(), Files.readString(output));
    }

    private static Path find(String program) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
                .map(directory -> Path.of(directory, program))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void withoutPythonItIsSkipped() throws Exception {
        Path tools = Files.createDirectory(folder.resolve("bin"));
        for (String tool : List.of("bash", "dirname", "sed", "readlink")) {
            link(tools, tool);
        }

        Ended ended =
                run(Map.of("PATH", tools.toString()), List.of(find("bash").toString(), "millrace", "test", "compat"));

        assertThat(ended).isEqualTo(new Ended(0, "compat is skipped: there is no python3 on the path\n"));
    }

    private static void link(Path folder, String tool) throws IOException {
        Files.createSymbolicLink(folder.resolve(tool), find(tool).toRealPath());
    }

    @ParameterizedTest
    @CsvSource({"feast, 0.67.0, Feast", "oip, kserve-0.21.0, tritonclient and KServe"})
    void withoutPyPiItIsSkipped(String suite, String release, String whose) throws Exception {
        assumeThat(run(Map.of(), List.of("bash", "-c", "python3 -c 'import sys; sys.exit(sys.version_info < (3, 9))'"))
                        .code())
                .as("python3, which the suite of this command alone needs")
                .isZero();

        Ended ended = run(
                Map.of(
                        "MILLRACE_HOME", folder.toString(),
                        "PIP_INDEX_URL", "http://127.0.0.1:9/simple",
                        "PIP_RETRIES", "0"),
                List.of("python3", "compat/run.py", suite, release));

        assertThat(ended.output()).contains("compat/" + suite + " is skipped: PyPI gave no release of " + whose);
        assertThat(ended.code()).isZero();
    }
}
