package io.millrace.features.app.deletion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.features.app.Catalog;
import io.millrace.features.app.FeatureReason;
import io.millrace.features.app.HistoryStore;
import io.millrace.features.app.MemoryDefinitions;
import io.millrace.features.app.OnlineStore;
import io.millrace.features.app.OnlineStore.Batch;
import io.millrace.features.app.Views;
import io.millrace.features.app.deletion.Deletion.Kind;
import io.millrace.features.app.deletion.Deletion.State;
import io.millrace.features.app.deletion.Deletion.Target;
import io.millrace.features.app.offline.OfflineStoreException;
import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.Position;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.telemetry.DeletionMetrics;
import io.millrace.gate.Caller;
import io.millrace.gate.Refusal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EntityDeletionsTest {
    private static final Instant NOW = Instant.parse("2026-03-02T10:00:00Z");
    private static final long TIME = NOW.getEpochSecond() * 1_000_000 - 1_000;
    private static final SourcePartition SOURCE = new SourcePartition("clicks", "id", 0);
    private static final Caller CALLER = new Caller("privacy-officer");

    private final FeatureView view = Views.view(Views.activity("activity", "v1", "clicks"));
    private final FeatureView later = Views.view(Views.activity("activity", "v2", "clicks"));
    private final Catalog catalog = new Catalog();
    private final Voids voids = new Voids();
    private final HistoryStore history = new HistoryStore();
    private final OnlineStore store = new VoidFilter(voids).of(history);
    private final MemoryDeletions log = new MemoryDeletions(voids);
    private final List<AuditLog.Entry> audit = new ArrayList<>();
    private final List<String> removed = new ArrayList<>();
    private final NoVectors vectors = new NoVectors();
    private final MeterRegistry meters = new SimpleMeterRegistry();
    private boolean offlineFails;
    private long refusesUser = -1;
    private long end;

    private final EntityDeletions deletions = new EntityDeletions(
            catalog,
            new MemoryDefinitions(catalog),
            history,
            vectors,
            (of, key, below) -> {
                if (offlineFails) {
                    throw new OfflineStoreException("no disk", null);
                }
                if (key.values().equals(List.of(new FeatureValue.Int(refusesUser)))) {
                    throw new Refusal(FeatureReason.DELETIONS_UNAVAILABLE, "not now");
                }
                removed.add(of.id() + " " + key.values() + " below " + below.get(SOURCE));
                return 3;
            },
            log,
            audit::add,
            (_, _) -> CompletableFuture.completedFuture(Map.of(SOURCE, end)),
            voids,
            new DeletionMetrics(meters, voids, () -> NOW.plusSeconds(30)),
            () -> NOW);

    @BeforeEach
    void define() {
        catalog.put(view);
    }

    private static FeatureEvent event(long user, long offset) {
        return new FeatureEvent(
                new EntityKey(List.of(new FeatureValue.Int(user))),
                TIME,
                new Position(SOURCE, offset),
                Arrays.asList(new FeatureValue.Real(offset), null));
    }

    private void apply(FeatureView to, FeatureEvent... events) {
        for (FeatureEvent event : events) {
            store.apply(
                    to,
                    new Batch(List.of(event), Map.of(SOURCE, event.position().offset() + 1)));
        }
        end = Math.max(end, events[events.length - 1].position().offset() + 1);
    }

    private List<Long> offsets() {
        return history.applied().stream()
                .map(event -> event.position().offset())
                .toList();
    }

    private Deletion delete() {
        return deletions.delete(
                new Target(Kind.VIEW, "activity"), Map.of("user_id", new FeatureValue.Text("7")), CALLER);
    }

    @Test
    void theEntityGoesAndNoReplayBringsItBackButLaterEventsCount() {
        apply(view, event(7, 0), event(8, 1), event(7, 2));

        Deletion deletion = delete();
        assertThat(deletion.state()).isEqualTo(State.REQUESTED);
        assertThat(offsets()).containsExactly(1L);

        catalog.put(later);
        apply(later, event(7, 0), event(8, 1), event(7, 2), event(7, 3));
        assertThat(offsets()).containsExactly(1L, 1L, 3L);
        assertThat(voids.isVoid(view, event(7, 2).key(), TIME)).isTrue();
        assertThat(voids.isVoid(view, event(7, 2).key(), TIME + 1_001)).isFalse();
        assertThat(voids.isVoid(view, event(8, 2).key(), TIME)).isFalse();
    }

    @Test
    void filesFollowTheKeyIsForgottenAndBothIsAudited() {
        apply(view, event(7, 0));
        Deletion deletion = delete();
        assertThat(deletion.keys()).hasSize(1);

        deletions.finish();
        deletions.finish();

        assertThat(removed).containsExactly("activity@v1 [Int[value=7]] below 1");
        assertThat(deletions.find(deletion.id()).state()).isEqualTo(State.DONE);
        assertThat(log.written.getLast().keys()).isEmpty();
        assertThat(audit.stream().map(entry -> entry.who() + " " + entry.outcome()))
                .containsExactly("privacy-officer REQUESTED", "privacy-officer DONE");
        assertThat(audit)
                .allSatisfy(entry ->
                        assertThat(entry.subject()).isEqualTo(deletion.id()).doesNotContain("user_id"));
    }

    @Test
    void whatFailsOfflineIsTriedAgainAndWasNotForgotten() {
        apply(view, event(7, 0));
        Deletion deletion = delete();
        offlineFails = true;
        deletions.finish();
        assertThat(deletions.find(deletion.id()).state()).isEqualTo(State.REQUESTED);

        offlineFails = false;
        deletions.finish();
        assertThat(deletions.find(deletion.id()).state()).isEqualTo(State.DONE);
        assertThat(removed).hasSize(1);
    }

    private double meter(String name) {
        return meters.get(name).meter().measure().iterator().next().getValue();
    }

    @Test
    void whatIsOutstandingAndForHowLongIsMeasured() {
        apply(view, event(7, 0));
        assertThat(meter(DeletionMetrics.OUTSTANDING_AGE)).isZero();
        delete();
        offlineFails = true;
        deletions.finish();
        assertThat(meter(DeletionMetrics.OUTSTANDING)).isEqualTo(1);
        assertThat(meter(DeletionMetrics.OUTSTANDING_AGE)).isEqualTo(30);
        assertThat(meter(DeletionMetrics.FAILURES)).isEqualTo(1);
        assertThat(meter(DeletionMetrics.FINISHED)).isZero();

        offlineFails = false;
        deletions.finish();
        deletions.finish();
        assertThat(meter(DeletionMetrics.OUTSTANDING)).isZero();
        assertThat(meter(DeletionMetrics.OUTSTANDING_AGE)).isZero();
        assertThat(meter(DeletionMetrics.FAILURES)).isEqualTo(1);
        assertThat(meter(DeletionMetrics.FINISHED)).isEqualTo(1);
    }

    @Test
    void aDeletionThatSomebodyDiedInIsFinishedByTheNextProcess() {
        apply(view, event(7, 0), event(8, 1));
        Deletion left = new Deletion(
                new Target(Kind.VIEW, "activity"),
                EntityHash.of(EntityHash.named(view, event(7, 0).key())),
                Map.of(SOURCE, 1L),
                NOW,
                "somebody",
                State.REQUESTED,
                EntityHash.named(view, event(7, 0).key()));
        log.put(left);

        deletions.finish();

        assertThat(offsets()).containsExactly(1L);
        assertThat(deletions.find(left.id()).state()).isEqualTo(State.DONE);
    }

    @Test
    void aLaterVersionWithOtherJoinKeysHoldsNoDeletionUp() {
        apply(view, event(7, 0));
        Deletion deletion = delete();
        catalog.put(
                Views.view(Views.activity("activity", "v3", "clicks").replace("name: user_id", "name: account_id")));

        deletions.finish();

        assertThat(deletions.find(deletion.id()).state()).isEqualTo(State.DONE);
        assertThat(removed).containsExactly("activity@v1 [Int[value=7]] below 1");
    }

    @Test
    void oneDeletionThatIsRefusedDoesNotKeepTheOthersFromBeingFinished() {
        apply(view, event(7, 0), event(8, 1));
        Deletion seven = delete();
        Deletion eight =
                deletions.delete(new Target(Kind.VIEW, "activity"), Map.of("user_id", new FeatureValue.Int(8)), CALLER);
        refusesUser = voids.unfinished().iterator().next().equals(seven) ? 7 : 8;

        assertThatThrownBy(deletions::finish).isInstanceOf(Refusal.class);

        assertThat(List.of(
                        deletions.find(seven.id()).state(),
                        deletions.find(eight.id()).state()))
                .containsExactlyInAnyOrder(State.REQUESTED, State.DONE);
    }

    @Test
    void anEntitysDeletionCoversAllViewsOfIt() {
        apply(view, event(7, 0));
        deletions.delete(new Target(Kind.ENTITY, "user"), Map.of("user_id", new FeatureValue.Int(7)), CALLER);

        assertThat(offsets()).isEmpty();
        FeatureView other = Views.view(Views.activity("other_view", "v1", "clicks"));
        assertThat(voids.isVoid(other, event(7, 0))).isTrue();
        assertThat(voids.isVoid(other, event(7, 1))).isFalse();
    }

    @Test
    void whatIsNotRightIsRefusedBeforeAnythingIsDone() {
        apply(view, event(7, 0));
        Map<String, FeatureValue> seven = Map.of("user_id", new FeatureValue.Int(7));

        assertThatThrownBy(() -> deletions.delete(new Target(Kind.VIEW, "nothing"), seven, CALLER))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.reason()).isEqualTo(FeatureReason.VIEW_NOT_FOUND));
        assertThatThrownBy(() -> deletions.delete(new Target(Kind.VIEW, "activity"), Map.of(), CALLER))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.reason()).isEqualTo(FeatureReason.COLUMN_MISSING));
        assertThatThrownBy(() -> deletions.delete(
                        new Target(Kind.VIEW, "activity"), Map.of("user_id", new FeatureValue.Text("x")), CALLER))
                .isInstanceOfSatisfying(Refusal.class, refusal -> assertThat(refusal.reason())
                        .isEqualTo(FeatureReason.WRONG_VALUE_TYPE));
        assertThat(offsets()).containsExactly(0L);
        assertThat(audit).isEmpty();
    }
}
