package io.millrace.features.store;

import static io.millrace.features.store.StoreEvents.VIEW;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.features.app.OnlineStore.Query;
import io.millrace.features.app.OnlineStore.RowReading;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.fold.PointInTimeHistory;
import io.millrace.features.kernel.fold.ViewPlan;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** kill -9 at random moments: what was acknowledged is there, and the rows are exactly what the positions say. */
class RocksDbKillTest {
    private static final int KILLS = 4;

    private final ViewPlan plan = ViewPlan.of(VIEW);
    private final List<FeatureEvent> events = StoreProcess.events();

    @TempDir
    Path folder;

    @Test
    void afterEveryKillTheRowsAreThoseOfThePositions() throws Exception {
        long seed = new Random().nextLong();
        System.out.println("kill moments from seed " + seed);
        var random = new Random(seed);
        int acknowledged = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            acknowledged = Math.max(acknowledged, applyUntilKilled(acknowledged + 100 + random.nextInt(3_000), random));
            try (var store = StoreEvents.rocks(folder, RocksDbSettings.DEFAULT)) {
                Map<SourcePartition, Long> positions = store.positions(VIEW.id());
                StoreEvents.next(events.subList(0, acknowledged))
                        .forEach((partition, offset) ->
                                assertThat(positions.get(partition)).isGreaterThanOrEqualTo(offset));
                assertRecount(store, positions, random);
            }
        }
        assertThat(acknowledged).isGreaterThan(KILLS * 100 - 1);
    }

    /** Kills the process some time after it has acknowledged so many events; answers how many it acknowledged in all. */
    private int applyUntilKilled(int enough, Random random) throws Exception {
        Process process = StoreProcess.start(folder, "apply");
        int acknowledged = 0;
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            boolean killed = false;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.chars().allMatch(Character::isDigit)) {
                    acknowledged = Integer.parseInt(line);
                }
                if (!killed && (acknowledged >= enough || line.equals("done"))) {
                    killed = true;
                    long until = System.nanoTime() + random.nextInt(3_000_000);
                    while (System.nanoTime() < until) {
                        Thread.onSpinWait();
                    }
                    process.toHandle().destroyForcibly();
                }
            }
        }
        assertThat(process.waitFor()).isEqualTo(137);
        return acknowledged;
    }

    private void assertRecount(RocksDbOnlineStore store, Map<SourcePartition, Long> positions, Random random) {
        var history = new PointInTimeHistory(plan);
        var applied = new ArrayList<FeatureEvent>();
        for (FeatureEvent event : events) {
            if (event.position().offset()
                    < positions.getOrDefault(event.position().source(), 0L)) {
                history.add(event);
                applied.add(event);
            }
        }
        long newest = applied.stream().mapToLong(FeatureEvent::timeMicros).max().orElseThrow();
        long earliest = plan.horizon(newest).earliestMicros();
        var queries = new ArrayList<Query>();
        for (int entity = 0; entity < 4; entity++) {
            for (int i = 0; i < 25; i++) {
                queries.add(new Query(
                        StoreEvents.entity("e" + entity),
                        earliest + random.nextLong(newest - earliest + StoreEvents.HOUR)));
            }
        }
        List<RowReading> readings = store.read(VIEW, queries).rows();
        for (int i = 0; i < queries.size(); i++) {
            Query query = queries.get(i);
            assertThat(readings.get(i))
                    .isEqualTo(StoreEvents.reading(plan, history.at(query.key(), query.asOfMicros())));
        }
    }
}
