package io.millrace.features.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.features.app.OnlineRequest.UnknownColumns;
import io.millrace.features.app.OnlineStore.Batch;
import io.millrace.features.app.OnlineStore.FeatureReading;
import io.millrace.features.app.OnlineStore.RowReading;
import io.millrace.features.app.parity.ParitySampler;
import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.Position;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.gate.Refusal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OnlineReadsTest {
    private static final Instant NOW = Instant.parse("2026-03-02T10:00:00Z");
    private static final SourcePartition SOURCE = new SourcePartition("clicks", "id", 0);

    private final Catalog catalog = new Catalog();
    private final HistoryStore store = new HistoryStore();
    private final MemoryDefinitions definitions = new MemoryDefinitions(catalog);
    private final CompletableFuture<Optional<Map<SourcePartition, Long>>> caughtUp = new CompletableFuture<>();
    private final OnlineReads reads = new OnlineReads(
            catalog, definitions, store, (_, _) -> caughtUp, InstantSource.fixed(NOW), ParitySampler.none());
    private final OnlineFeatures online = new OnlineFeatures(reads, new ReadLimits(100, 1, 2, Duration.ofSeconds(10)));
    private final FeatureView activity = Views.view(Views.activity("user_activity", "v1", "clicks"));

    @BeforeEach
    void apply() {
        definitions.put(List.of(activity, Views.view(Views.profile("profile"))));
        store.apply(
                activity,
                new Batch(
                        List.of(event(1001, "2026-03-02T09:30:00Z", 4.0), event(1001, "2026-03-02T09:50:00Z", 6.0)),
                        Map.of(SOURCE, 2L)));
    }

    private FeatureEvent event(long user, String time, double amount) {
        List<@Nullable FeatureValue> fields = new ArrayList<>();
        activity.fields()
                .forEach(field -> fields.add(
                        field.name().equals("amount")
                                ? new FeatureValue.Real(amount)
                                : new FeatureValue.Text("click")));
        return new FeatureEvent(
                new EntityKey(List.of(new FeatureValue.Int(user))),
                Instant.parse(time).getEpochSecond() * 1_000_000,
                new Position(SOURCE, amount < 5 ? 0 : 1),
                fields);
    }

    private static OnlineRequest request(List<String> features, @Nullable FeatureValue... users) {
        return new OnlineRequest(
                features, Map.of("user_id", java.util.Arrays.asList(users)), List.of(), false, UnknownColumns.REFUSE);
    }

    private List<FeatureReading> features(OnlineAnswer answer, int row) {
        var readings = new ArrayList<FeatureReading>();
        for (ReadPlan.Output output : answer.plan().outputs()) {
            if (RowReading.of(answer.table(output), row) instanceof RowReading.Row(List<FeatureReading> features)) {
                readings.add(features.get(output.column()));
            }
        }
        return readings;
    }

    private static void assertRefused(FeatureReason reason, Runnable read) {
        assertThatThrownBy(read::run).isInstanceOfSatisfying(Refusal.class, refusal -> assertThat(refusal.reason())
                .isEqualTo(reason));
    }

    @Test
    void severalViewsAndEntitiesAreReadInOneRequestAndTextCountsAsTheNumberThatItSpells() {
        OnlineAnswer answer = online.read(
                        request(
                                List.of("profile:age", "user_activity@v1:last_amount", "user_activity:events_1h"),
                                new FeatureValue.Text("1001"),
                                null,
                                new FeatureValue.Int(7)),
                        Duration.ZERO)
                .join();

        assertThat(answer.plan().outputs().stream().map(ReadPlan.Output::name))
                .containsExactly("age", "last_amount", "events_1h");
        long newest = Instant.parse("2026-03-02T09:50:00Z").getEpochSecond() * 1_000_000;
        assertThat(features(answer, 0))
                .containsExactly(
                        new FeatureReading.Missing(),
                        new FeatureReading.Fresh(new FeatureValue.Real(6.0), newest),
                        new FeatureReading.Fresh(new FeatureValue.Int(2), newest));
        assertThat(features(answer, 1)).containsOnly(new FeatureReading.Missing());
        assertThat(features(answer, 2)).containsOnly(new FeatureReading.Missing());
        assertThat(answer.keys().get("user_id"))
                .containsExactly(new FeatureValue.Int(1001), null, new FeatureValue.Int(7));
        assertThat(answer.views().get(1).positions()).isEqualTo(Map.of(SOURCE, 2L));
    }

    @Test
    void eachRowMayHaveItsOwnInstant() {
        long early = Instant.parse("2026-03-02T09:40:00Z").getEpochSecond() * 1_000_000;
        var request = new OnlineRequest(
                List.of("user_activity:last_amount"),
                Map.of("user_id", List.of(new FeatureValue.Int(1001), new FeatureValue.Int(1001))),
                List.of(early, early + 3_600_000_000L),
                true,
                UnknownColumns.REFUSE);

        OnlineAnswer answer = online.read(request, Duration.ZERO).join();

        assertThat(answer.plan().outputs().getFirst().name()).isEqualTo("user_activity__last_amount");
        assertThat(((FeatureReading.Fresh) features(answer, 0).getFirst()).value())
                .isEqualTo(new FeatureValue.Real(4.0));
        assertThat(((FeatureReading.Fresh) features(answer, 1).getFirst()).value())
                .isEqualTo(new FeatureValue.Real(6.0));
    }

    @Test
    void aReadThatWaitsForCompletenessSaysWhetherItWasReachedAndTooManyAreRefused() {
        CompletableFuture<OnlineAnswer> answer = online.read(
                request(List.of("user_activity:last_amount"), new FeatureValue.Int(1001)), Duration.ofSeconds(1));

        assertThat(answer).isNotDone();
        assertRefused(
                FeatureReason.TOO_MANY_READS,
                () -> online.read(
                        request(List.of("user_activity:last_amount"), new FeatureValue.Int(1001)),
                        Duration.ofSeconds(1)));
        caughtUp.complete(Optional.of(Map.of(SOURCE, 2L)));
        assertThat(answer.join().complete()).isTrue();
    }

    @Test
    void anAnswerIsCompleteOnlyWhereTheSnapshotThatWasReadHasAllOfIt() {
        caughtUp.complete(Optional.of(Map.of(SOURCE, 3L)));

        OnlineAnswer answer = online.read(
                        request(List.of("user_activity:last_amount"), new FeatureValue.Int(1001)),
                        Duration.ofSeconds(1))
                .join();

        assertThat(answer.complete()).isFalse();
    }

    @Test
    void aStoreThatDoesNotAnswerIsARefusal() {
        var broken = new OnlineReads(
                catalog,
                definitions,
                (OnlineStore) java.lang.reflect.Proxy.newProxyInstance(
                        OnlineStore.class.getClassLoader(), new Class<?>[] {OnlineStore.class}, (_, _, _) -> {
                            throw new StoreUnavailableException("gone", null);
                        }),
                (_, _) -> CompletableFuture.completedFuture(Optional.empty()),
                InstantSource.fixed(NOW),
                ParitySampler.none());
        var asynchronous = new OnlineFeatures(broken, new ReadLimits(0, 1, 1, Duration.ofSeconds(1)));

        assertThatThrownBy(() -> asynchronous
                        .read(request(List.of("user_activity:last_amount"), new FeatureValue.Int(1)), Duration.ZERO)
                        .join())
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(Refusal.class, refusal -> assertThat(refusal.reason())
                        .isEqualTo(FeatureReason.ONLINE_STORE_UNAVAILABLE));
    }

    @Test
    void aReplicaWhoseStoreFollowsNoSourceAnswersNothing() {
        var barrier = new AppliedBarrier() {
            @Override
            public CompletableFuture<Optional<Map<SourcePartition, Long>>> reached(
                    FeatureView view, Duration patience) {
                return CompletableFuture.completedFuture(Optional.empty());
            }

            @Override
            public Optional<String> refusal() {
                return Optional.of("another replica applies events");
            }
        };
        var second =
                new OnlineReads(catalog, definitions, store, barrier, InstantSource.fixed(NOW), ParitySampler.none());

        assertThatThrownBy(
                        () -> second.prepare(request(List.of("user_activity:last_amount"), new FeatureValue.Int(1001)))
                                .read(Optional.empty()))
                .isInstanceOfSatisfying(Refusal.class, refusal -> {
                    assertThat(refusal.reason()).isEqualTo(FeatureReason.ONLINE_STORE_UNAVAILABLE);
                    assertThat(refusal).hasMessage("another replica applies events");
                });
    }

    @Test
    void whatCannotBeReadIsRefusedWithItsReason() {
        var user = new FeatureValue.Int(1);
        assertRefused(FeatureReason.EMPTY_REQUEST, () -> reads.prepare(request(List.of(), user)));
        assertRefused(FeatureReason.EMPTY_REQUEST, () -> reads.prepare(request(List.of("profile:age"))));
        assertRefused(FeatureReason.VIEW_NOT_FOUND, () -> reads.prepare(request(List.of("none:age"), user)));
        assertRefused(FeatureReason.VIEW_NOT_FOUND, () -> reads.prepare(request(List.of("profile@v2:age"), user)));
        assertRefused(FeatureReason.FEATURE_NOT_FOUND, () -> reads.prepare(request(List.of("profile:agee"), user)));
        assertRefused(
                FeatureReason.MALFORMED_FEATURE_REFERENCE, () -> reads.prepare(request(List.of("profile"), user)));
        assertRefused(
                FeatureReason.NAME_CLASH, () -> reads.prepare(request(List.of("profile:age", "profile@v1:age"), user)));
        assertRefused(
                FeatureReason.WRONG_VALUE_TYPE,
                () -> reads.prepare(request(List.of("profile:age"), new FeatureValue.Text("x"))));
        assertRefused(
                FeatureReason.TOO_MANY_FEATURES,
                () -> reads.prepare(request(Collections.nCopies(1_001, "profile:age"), user)));
        assertRefused(
                FeatureReason.TOO_MANY_ROWS,
                () -> reads.prepare(new OnlineRequest(
                        List.of("profile:age"),
                        Map.of("user_id", Collections.nCopies(10_001, user)),
                        List.of(),
                        false,
                        UnknownColumns.REFUSE)));
        assertRefused(
                FeatureReason.COLUMN_MISSING,
                () -> reads.prepare(new OnlineRequest(
                        List.of("profile:age"), Map.of("x", List.of(user)), List.of(), false, UnknownColumns.DROP)));
        assertRefused(
                FeatureReason.UNKNOWN_COLUMN,
                () -> reads.prepare(new OnlineRequest(
                        List.of("profile:age"), Map.of("x", List.of(user)), List.of(), false, UnknownColumns.REFUSE)));
        assertRefused(
                FeatureReason.RAGGED_COLUMNS,
                () -> reads.prepare(new OnlineRequest(
                        List.of("profile:age"),
                        Map.of("user_id", List.of(user), "x", List.of(user, user)),
                        List.of(),
                        false,
                        UnknownColumns.DROP)));
        assertRefused(
                FeatureReason.WRONG_AS_OF,
                () -> reads.prepare(new OnlineRequest(
                        List.of("profile:age"),
                        Map.of("user_id", List.of(user)),
                        List.of(1L, 2L),
                        false,
                        UnknownColumns.REFUSE)));
    }

    @Test
    void aViewThatIsNotKnownYetIsUnavailableNotMissing() {
        definitions.current = false;

        assertRefused(
                FeatureReason.DEFINITIONS_UNAVAILABLE,
                () -> reads.prepare(request(List.of("none:age"), new FeatureValue.Int(1))));
    }
}
