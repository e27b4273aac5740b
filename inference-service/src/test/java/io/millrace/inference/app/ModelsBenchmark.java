package io.millrace.inference.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.backing.ManagedProcess;
import io.millrace.inference.domain.Datatype;
import io.millrace.inference.domain.Tensor;
import io.millrace.inference.domain.VersionPolicy;
import io.millrace.inference.engine.Engines;
import io.millrace.inference.sample.ModelFiles;
import io.millrace.inference.sample.OnnxModels;
import io.millrace.inference.store.ModelFolder;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Loads and lets go of many models again and again, and asks one for a day's requests; prints the resident memory. By name: {@code mvn -pl inference-service test -Dtest=ModelsBenchmark}, with
 * {@code -Dmillrace.benchmark.models=N}, {@code .rounds=N} and {@code .requests=N}.
 *
 * <p>Each runs in a JVM of its own whose heap is of one size and touched at once, so that all that grows is memory outside of it, and with as many arenas of
 * glibc's {@code malloc} as services are started with; {@code -Dmillrace.benchmark.arenas=N} sets another number, 0 leaves glibc its own.
 */
class ModelsBenchmark {
    private static final int COLUMNS = 50;
    private static final Deadline SOON = new Deadline(Duration.ofHours(10));

    @TempDir
    Path root;

    /** The folder, or nothing. */
    private static final class Switched implements ModelRepository {
        private final ModelRepository folder;
        private boolean there;

        Switched(ModelRepository folder) {
            this.folder = folder;
        }

        @Override
        public Contents look() throws IOException {
            return there ? folder.look() : new Contents(List.of(), Map.of());
        }

        @Override
        public ModelFile read(Candidate candidate) throws ModelRefusedException {
            return folder.read(candidate);
        }

        @Override
        public VersionPolicy policy(String model) throws ModelRefusedException {
            return folder.policy(model);
        }
    }

    @Test
    void residentMemoryIsFlatWhileModelsComeAndGo() throws IOException {
        alone("come-and-go");
    }

    @Test
    void residentMemoryIsFlatThroughADayOfRequests() throws IOException {
        alone("a-day");
    }

    /** Runs one of the two in a JVM of its own and waits for its end. */
    private void alone(String which) throws IOException {
        var command = new ArrayList<>(List.of(
                ManagedProcess.java(),
                "-Xms160m",
                "-Xmx160m",
                "-XX:+UseSerialGC",
                "-XX:+AlwaysPreTouch",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Dai.djl.offline=true"));
        System.getProperties().stringPropertyNames().stream()
                .filter(name -> name.startsWith("millrace.benchmark."))
                .forEach(name -> command.add("-D" + name + "=" + System.getProperty(name)));
        command.addAll(List.of(
                "-cp", System.getProperty("java.class.path"), ModelsBenchmark.class.getName(), which, root.toString()));
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        int arenas = Integer.getInteger("millrace.benchmark.arenas", 2);
        builder.environment().remove("MALLOC_ARENA_MAX");
        if (arenas > 0) {
            builder.environment().put("MALLOC_ARENA_MAX", Integer.toString(arenas));
        }
        Process process = builder.start();
        try (BufferedReader said = process.inputReader()) {
            said.lines().forEach(System.out::println);
        }
        assertThat(process.onExit().join().exitValue())
                .as("exit code; what is wrong stands above")
                .isZero();
    }

    /** What a JVM of its own runs: which of the two, and a folder for models. */
    public static void main(String... arguments) throws IOException {
        Path folder = Path.of(arguments[1]);
        if (arguments[0].equals("a-day")) {
            askForADay(folder);
        } else {
            comeAndGo(folder);
        }
        // The engine's threads are no daemons.
        System.exit(0);
    }

    private static void comeAndGo(Path root) throws IOException {
        int models = Integer.getInteger("millrace.benchmark.models", 1_000);
        int rounds = Integer.getInteger("millrace.benchmark.rounds", 8);
        var random = new Random(1);
        for (int i = 0; i < models; i++) {
            double[] weights = random.doubles(COLUMNS).toArray();
            ModelFiles.publish(root, "model-" + i, "1", OnnxModels.logistic(i, weights), "");
        }
        var repository = new Switched(new ModelFolder(root, 1 << 20));
        var catalog = new ModelCatalog(repository, new Engines(Optional.empty()));
        System.out.printf("before: %s%n", memory());
        long settled = 0;
        long last = 0;
        for (int round = 1; round <= rounds; round++) {
            long start = System.nanoTime();
            repository.there = true;
            catalog.refresh();
            long loaded = System.nanoTime();
            for (int i = 0; i < models; i++) {
                ask(catalog, "model-" + i);
            }
            String full = memory();
            long asked = System.nanoTime();
            repository.there = false;
            catalog.refresh();
            long gone = System.nanoTime();
            assertThat(catalog.list()).isEmpty();
            System.out.printf(
                    "round %d: %d models loaded and warmed up in %.1f s; %s; let go of in %.2f s; %s%n",
                    round, models, (loaded - start) / 1e9, full, (gone - asked) / 1e9, memory());
            last = resident();
            settled = round == (rounds + 1) / 2 ? last : settled;
        }
        // The allocator settles in the first half (fewer arenas, sooner); a leak does not end.
        assertThat(last - settled)
                .as("bytes that the last %d rounds of %d loads left behind", rounds / 2, models)
                .isLessThan((rounds / 2) * models * 4096L);
    }

    private static void askForADay(Path root) throws IOException {
        // 24 h at 100 a second, as fast as they go.
        long requests = Long.getLong("millrace.benchmark.requests", 8_640_000L);
        ModelFiles.publish(
                root,
                "m",
                "1",
                OnnxModels.logistic(0, new Random(1).doubles(COLUMNS).toArray()),
                "");
        var catalog = new ModelCatalog(new ModelFolder(root, 1 << 20), new Engines(Optional.empty()));
        catalog.refresh();
        long settled = 0;
        long last = 0;
        long start = System.nanoTime();
        for (int part = 1; part <= 10; part++) {
            for (long i = 0; i < requests / 10; i++) {
                ask(catalog, "m");
            }
            System.out.printf(
                    "%d requests, %.0f s: %s%n", part * (requests / 10), (System.nanoTime() - start) / 1e9, memory());
            last = resident();
            settled = part == 5 ? last : settled;
        }
        assertThat(last - settled).isLessThan(16L << 20);
    }

    private static void ask(ModelCatalog catalog, String name) {
        ByteBuffer data = ByteBuffer.allocate(COLUMNS * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        var input = new Tensor("input", Datatype.FP32, List.of(1L, (long) COLUMNS), data);
        try (ModelUse model = catalog.use(name, Optional.empty())) {
            assertThat(model.infer(List.of(input), 1, SOON).outputs()).hasSize(1);
        }
    }

    private static String memory() throws IOException {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return "%d MiB resident, %d MiB of heap used"
                .formatted(resident() >> 20, (runtime.totalMemory() - runtime.freeMemory()) >> 20);
    }

    /** Bytes of this process that are in memory (proc(5), statm). */
    private static long resident() throws IOException {
        return Long.parseLong(Files.readString(Path.of("/proc/self/statm")).split(" ")[1]) * 4096;
    }
}
