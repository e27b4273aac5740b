package io.millrace.inference.app.payload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.definitions.DefinitionFile;
import io.millrace.definitions.Faults;
import io.millrace.inference.app.CallLog;
import io.millrace.inference.app.PipelineReader;
import io.millrace.inference.app.Predictions;
import io.millrace.inference.domain.Datatype;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.RowScore.Scored;
import io.millrace.inference.domain.ScoreRow;
import io.millrace.inference.domain.ScoredBatch.ModelIdentity;
import io.millrace.inference.domain.Tensor;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PayloadLogTest {
    private static final String DEFINITION = """
            kind: Pipeline
            name: p
            input: {topic: in, timestamp: {field: time, unit: us}%s}
            key: user
            entity: {user_id: user}
            request: {x: double, card: string}
            features: ["v:a"]
            model: {name: m}
            output: {topic: out}
            """;
    private static final Map<String, String> FIELDS = Map.of("user", "confidential", "x", "", "time", "");

    private final List<LoggedCall> logged = new CopyOnWriteArrayList<>();
    private final Map<PayloadMeter.Dropped, AtomicLong> dropped =
            new ConcurrentHashMap<>(new EnumMap<>(PayloadMeter.Dropped.class));
    private final CountDownLatch mayGoOn = new CountDownLatch(1);
    private Classifications.Found found = new Classifications.Found.Fields(FIELDS);
    private boolean isSlow;
    private PayloadLog log = open(settings(1, Optional.empty(), false, 100));

    private final class Collected implements PayloadSink {
        @Override
        public void write(LoggedCall call) {
            if (isSlow) {
                try {
                    mayGoOn.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            logged.add(call);
        }

        @Override
        public void close() {}
    }

    private PayloadLog open(PayloadSettings settings) {
        var opened = new PayloadLog(
                settings, (_, _) -> found, List.of(new Collected()), () -> Instant.EPOCH, new PayloadMeter() {
                    @Override
                    public void logged(PayloadSink.Kind sink) {}

                    @Override
                    public void dropped(Dropped why, long calls) {
                        dropped.computeIfAbsent(why, _ -> new AtomicLong()).addAndGet(calls);
                    }

                    @Override
                    public void stopped(boolean isStopped) {}
                });
        opened.begin();
        return opened;
    }

    private static PayloadSettings settings(double ratio, Optional<String> key, boolean withoutContract, int waiting) {
        return new PayloadSettings(
                0,
                Map.of("p", ratio, "m", ratio),
                Set.of("public"),
                key,
                withoutContract,
                waiting,
                1 << 20,
                10_000,
                Duration.ofMillis(1),
                Duration.ofSeconds(1));
    }

    @AfterEach
    void close() {
        mayGoOn.countDown();
        log.close();
    }

    private static Pipeline pipeline(String contract) {
        return PipelineReader.read(List.of(new DefinitionFile("p.yaml", DEFINITION.formatted(contract))), new Faults())
                .getFirst();
    }

    private static CallLog.Prediction call(String contract, String user) {
        var scored = new Scored(0.5, Map.of("user_id", user), Map.of(), Map.of("v:a", 7L), List.of(), "hash");
        return new CallLog.Prediction(
                pipeline(contract),
                "",
                List.of(new ScoreRow(Map.of("user", user, "x", 2.5, "card", "4111", "other", "secret"), 1_000_000)),
                new Predictions.Answer(
                        List.of(scored), new ModelIdentity("m", "1", "abc"), true, Optional.empty(), List.of()),
                "OK",
                1_500_000);
    }

    private static final String CONTRACT = ", contract: {domain: d, name: c}";

    @Test
    void whatTheContractClassifiesAndWhatItDoesNotDescribeIsGone() {
        log.predicted(call(CONTRACT, "ann"));

        await().until(() -> logged.size() == 1);
        LoggedCall call = logged.getFirst();
        assertThat(call.request())
                .isEqualTo("{\"rows\":[{\"as_of\":\"1970-01-01T00:00:01Z\",\"fields\":{\"x\":2.5}}]}");
        assertThat(call.response())
                .isEqualTo(
                        "{\"predictions\":[{\"prediction\":0.5,\"imputed\":[],\"event_times\":{\"v:a\":\"1970-01-01T00:00:00.000007Z\"}}],\"complete\":true}");
        assertThat(call.toString()).doesNotContain("ann", "4111", "secret");
        assertThat(call.modelVersion()).isEqualTo("1");
        assertThat(call.micros()).isEqualTo(1_500);
    }

    @Test
    void theHashOfTheInputIsToldWhereNothingIsLeftOut() {
        found = new Classifications.Found.Fields(Map.of("user", "public", "x", "", "card", "", "time", ""));
        log.predicted(call(CONTRACT, "ann"));

        await().until(() -> logged.size() == 1);
        assertThat(logged.getFirst().request()).contains("\"user\":\"ann\"", "\"card\":\"4111\"");
        assertThat(logged.getFirst().response()).contains("\"hash\":\"hash\"");
    }

    @Test
    void whatLiesInsideOfAClassifiedFieldIsClassified() {
        var filter = new FieldFilter(
                Map.of("basket", "restricted", "basket.total", "", "user", ""),
                settings(1, Optional.empty(), false, 1));

        assertThat(filter.filtered(
                        Map.of("basket.total", 5L, "user", "ann", "user.name", "Ann"),
                        Set.of("basket.total", "user", "user.name")))
                .isEqualTo(Map.of("user", "ann"));
    }

    @Test
    void callsWithoutIdAreInTheSampleByTheirContent() {
        log.close();
        log = open(settings(0.5, Optional.empty(), true, 2_000));
        for (int i = 0; i < 100; i++) {
            log.inferred(new CallLog.Inferring("m", "1", "", List.of(tensor(i)), List.of(), Map.of(), "OK", 5));
        }
        log.close();
        int once = logged.size();
        log = open(settings(0.5, Optional.empty(), true, 2_000));
        for (int i = 0; i < 100; i++) {
            log.inferred(new CallLog.Inferring("m", "1", "", List.of(tensor(i)), List.of(), Map.of(), "OK", 5));
        }
        log.close();

        assertThat(once).isBetween(25, 75);
        assertThat(logged.subList(0, once).stream().map(LoggedCall::request).toList())
                .isEqualTo(logged.subList(once, logged.size()).stream()
                        .map(LoggedCall::request)
                        .toList());
    }

    @Test
    void textsOfRowsCountInWhatMayWait() {
        log.predicted(call(CONTRACT, "a".repeat(20_000)));

        assertThat(count(PayloadMeter.Dropped.TOO_LARGE)).isEqualTo(1);
    }

    @Test
    void underAKeyClassifiedValuesAreToldApartButNotTold() {
        log.close();
        log = open(settings(1, Optional.of("sixteen letters!"), false, 100));

        log.predicted(call(CONTRACT, "ann"));
        log.predicted(call(CONTRACT, "ann"));
        log.predicted(call(CONTRACT, "bob"));

        await().until(() -> logged.size() == 3);
        assertThat(logged.get(0).request()).contains("\"user\":\"hmac:").doesNotContain("ann");
        assertThat(logged.get(1).request()).isEqualTo(logged.get(0).request());
        assertThat(logged.get(2).request()).isNotEqualTo(logged.get(0).request());
    }

    @Test
    void nothingIsLoggedWhileNobodyKnowsWhatIsClassified() {
        found = new Classifications.Found.Unknown("registry-service cannot be asked");
        log.predicted(call(CONTRACT, "ann"));
        log.predicted(call("", "ann"));
        log.inferred(new CallLog.Inferring("m", "1", "", List.of(tensor(1)), List.of(tensor(2)), Map.of(), "OK", 5));

        await().until(() -> count(PayloadMeter.Dropped.UNCLASSIFIED) == 3);
        assertThat(logged).isEmpty();

        found = new Classifications.Found.Fields(FIELDS);
        await().untilAsserted(() -> {
            log.predicted(call(CONTRACT, "ann"));
            assertThat(logged).isNotEmpty();
        });
    }

    @Test
    void modelsAreLoggedWholeWhereThatIsAllowed() {
        log.close();
        log = open(settings(1, Optional.empty(), true, 100));

        log.inferred(new CallLog.Inferring(
                "m", "3", "id-1", List.of(tensor(1.5)), List.of(tensor(Double.NaN)), Map.of(), "OK", 5));

        await().until(() -> logged.size() == 1);
        assertThat(logged.getFirst().id()).isEqualTo("id-1");
        assertThat(logged.getFirst().request())
                .isEqualTo("{\"inputs\":[{\"name\":\"t\",\"datatype\":\"FP64\",\"shape\":[1],\"data\":[1.5]}]}");
        assertThat(logged.getFirst().response()).contains("\"data\":[\"NaN\"]");
    }

    @Test
    void aSampleIsTheSameEachTimeAndOfItsSize() {
        log.close();
        var first = sample(0.3);
        var second = sample(0.3);

        assertThat(first).isEqualTo(second);
        assertThat(first.size()).isBetween(220, 380);
        assertThat(sample(0)).isEmpty();
        assertThat(sample(1)).hasSize(1_000);
    }

    private Set<String> sample(double ratio) {
        logged.clear();
        PayloadLog sampling = open(settings(ratio, Optional.empty(), true, 2_000));
        for (int i = 0; i < 1_000; i++) {
            sampling.inferred(
                    new CallLog.Inferring("m", "1", "id-" + i, List.of(tensor(i)), List.of(), Map.of(), "OK", 5));
        }
        sampling.close();
        var ids = new HashSet<String>();
        logged.forEach(call -> ids.add(call.id()));
        return ids;
    }

    @Test
    void aSlowLogDropsCallsAndHoldsNobodyUp() {
        log.close();
        isSlow = true;
        log = open(settings(1, Optional.empty(), true, 10));
        long begin = System.nanoTime();

        for (int i = 0; i < 500; i++) {
            log.inferred(new CallLog.Inferring("m", "1", "id-" + i, List.of(tensor(i)), List.of(), Map.of(), "OK", 5));
        }

        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
        assertThat(count(PayloadMeter.Dropped.BUSY)).isBetween(485L, 490L);
    }

    @Test
    void callsThatAreTooLargeAreDropped() {
        log.close();
        log = open(settings(1, Optional.empty(), true, 10));
        var large = new Tensor("t", Datatype.FP64, List.of(10_000L), ByteBuffer.allocate(80_000));

        log.inferred(new CallLog.Inferring("m", "1", "", List.of(large), List.of(), Map.of(), "OK", 5));

        assertThat(count(PayloadMeter.Dropped.TOO_LARGE)).isEqualTo(1);
    }

    private long count(PayloadMeter.Dropped why) {
        AtomicLong count = dropped.get(why);
        return count == null ? 0 : count.get();
    }

    private static Tensor tensor(double value) {
        ByteBuffer data = ByteBuffer.allocate(8).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        return new Tensor("t", Datatype.FP64, List.of(1L), data.putDouble(value).flip());
    }
}
