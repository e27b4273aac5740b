package io.millrace.features.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.features.app.Pushes.Push;
import io.millrace.features.domain.PushTarget;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.gate.Refusal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PushesTest {
    private static final Instant NOW = Instant.parse("2026-03-02T10:00:00Z");
    private static final long MICROS = NOW.getEpochSecond() * 1_000_000;

    private final Catalog catalog = new Catalog();
    private final MemoryDefinitions definitions = new MemoryDefinitions(catalog);
    private final List<FeatureEvent> appended = new ArrayList<>();
    private final Pushes pushes = new Pushes(
            catalog,
            definitions,
            (_, _, _, rows) -> {
                appended.addAll(rows);
                return CompletableFuture.completedFuture(rows.size());
            },
            new EventTimeBound(Duration.ofDays(1)),
            InstantSource.fixed(NOW));

    @BeforeEach
    void apply() {
        definitions.put(List.of(
                Views.view(Views.profile("profile")), Views.view(Views.activity("user_activity", "v1", "clicks"))));
    }

    private static Push push(String view, Map<String, List<@Nullable FeatureValue>> columns, Long... times) {
        return new Push(view, columns, List.of(times), "", PushTarget.ONLINE_AND_OFFLINE);
    }

    private static List<@Nullable FeatureValue> column(@Nullable FeatureValue... values) {
        return java.util.Arrays.asList(values);
    }

    private void assertRefused(FeatureReason reason, Push push) {
        assertThatThrownBy(() -> pushes.push(push))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.reason()).isEqualTo(reason));
        assertThat(appended).isEmpty();
    }

    @Test
    void columnsAreNamedByJoinKeyFieldOrPlainFeature() {
        int rows = pushes.push(push(
                "profile",
                Map.of(
                        "user_id", column(new FeatureValue.Text("1001"), new FeatureValue.Int(7)),
                        "age", column(new FeatureValue.Int(31), null),
                        "city", column(new FeatureValue.Text("Oslo"), new FeatureValue.Text("Bergen"))),
                MICROS,
                MICROS + 1));

        assertThat(rows).isEqualTo(2);
        assertThat(appended.get(0).key().values()).containsExactly(new FeatureValue.Int(1001));
        assertThat(appended.get(0).fields())
                .containsExactlyInAnyOrder(new FeatureValue.Int(31), new FeatureValue.Text("Oslo"));
        assertThat(appended.get(1).fields()).containsExactlyInAnyOrder(null, new FeatureValue.Text("Bergen"));
        assertThat(appended.get(1).timeMicros()).isEqualTo(MICROS + 1);
    }

    @Test
    void whatCannotBePushedIsRefusedWithItsReasonAndNothingIsTaken() {
        List<@Nullable FeatureValue> user = column(new FeatureValue.Int(1));
        assertRefused(FeatureReason.VIEW_NOT_FOUND, push("none", Map.of("user_id", user), MICROS));
        assertRefused(FeatureReason.NO_PUSH_SOURCE, push("user_activity", Map.of("user_id", user), MICROS));
        assertRefused(FeatureReason.EMPTY_REQUEST, push("profile", Map.of("user_id", user)));
        assertRefused(FeatureReason.COLUMN_MISSING, push("profile", Map.of("age", user), MICROS));
        assertRefused(FeatureReason.UNKNOWN_COLUMN, push("profile", Map.of("user_id", user, "agee", user), MICROS));
        assertRefused(FeatureReason.RAGGED_COLUMNS, push("profile", Map.of("user_id", user), MICROS, MICROS));
        assertRefused(
                FeatureReason.NAME_CLASH,
                push("profile", Map.of("user_id", user, "city", user, "location", user), MICROS));
        assertRefused(
                FeatureReason.INVALID_ROW,
                push("profile", Map.of("user_id", user, "age", column(new FeatureValue.Text("old"))), MICROS));
        assertRefused(
                FeatureReason.INVALID_ROW, push("profile", Map.of("user_id", column((FeatureValue) null)), MICROS));
        assertRefused(FeatureReason.INVALID_ROW, push("profile", Map.of("user_id", user), MICROS + 86_400_000_001L));
    }
}
