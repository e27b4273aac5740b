package io.millrace.features.store;

import static io.millrace.features.store.StoreEvents.VIEW;

import io.millrace.features.app.OnlineStore.Batch;
import io.millrace.features.kernel.FeatureEvent;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/** A process with a store in a folder: {@code hold} keeps it open, {@code apply} applies batches and says so after each. Both go on until they are killed. */
final class StoreProcess {
    private static final int EVENTS = 30_000;
    private static final int BATCH = 25;

    private StoreProcess() {}

    static Process start(Path folder, String task) throws IOException {
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return new ProcessBuilder(
                        java,
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx256m",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        classPath,
                        StoreProcess.class.getName(),
                        folder.toString(),
                        task)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** The same events in every process. */
    static List<FeatureEvent> events() {
        return StoreEvents.random(new Random(42), EVENTS, StoreEvents.NOON, 3 * StoreEvents.DAY);
    }

    public static void main(String[] arguments) throws IOException {
        try (var store = StoreEvents.rocks(Path.of(arguments[0]), new RocksDbSettings(8 << 20, 1 << 20, 64))) {
            System.out.println("open");
            if (arguments[1].equals("apply")) {
                List<FeatureEvent> events = events();
                for (int at = 0; at < events.size(); at += BATCH) {
                    List<FeatureEvent> batch = events.subList(at, Math.min(events.size(), at + BATCH));
                    store.apply(VIEW, new Batch(batch, StoreEvents.next(batch)));
                    System.out.println(at + batch.size());
                }
                System.out.println("done");
            }
            System.in.read();
        }
    }
}
