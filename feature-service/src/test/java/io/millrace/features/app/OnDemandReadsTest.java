package io.millrace.features.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.features.app.OnlineRequest.UnknownColumns;
import io.millrace.features.app.OnlineStore.Batch;
import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.Position;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.table.FeatureTable.State;
import io.millrace.gate.Refusal;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OnDemandReadsTest {
    private static final Instant NOW = Instant.parse("2026-03-02T10:00:00Z");
    private static final SourcePartition SOURCE = new SourcePartition("clicks", "id", 0);

    private final Catalog catalog = new Catalog();
    private final HistoryStore store = new HistoryStore();
    private final OnlineReads reads = new OnlineReads(
            catalog,
            new MemoryDefinitions(catalog),
            store,
            (_, _) -> new CompletableFuture<>(),
            InstantSource.fixed(NOW),
            io.millrace.features.app.parity.ParitySampler.none());
    private final FeatureView activity = Views.view(Views.activity("activity", "v1", "clicks"));

    @BeforeEach
    void apply() {
        catalog.put(activity);
        catalog.put(Views.view(Views.profile("profile")));
        catalog.hear("OnDemandFeatureView/money@v1", Optional.of("""
                kind: OnDemandFeatureView
                name: money
                version: v1
                inputs: [activity:last_amount, profile:age]
                request: {rate: double, bonus: int64}
                features:
                  - {name: converted, type: double, expression: last_amount * rate}
                  - {name: handled, type: double, expression: "last_amount == null ? 0.0 : last_amount"}
                  - {name: only_request, type: int64, expression: bonus * 2}
                  - {name: with_age, type: double, expression: last_amount + double(age)}
                """));
        catalog.hear("FeatureService/model@v1", Optional.of("""
                kind: FeatureService
                name: model
                version: v1
                features: [activity:events_1h, "money@v1:converted"]
                """));
        store.apply(
                activity,
                new Batch(
                        List.of(event(1, "2026-03-02T09:30:00Z", 4.0), event(2, "2026-02-28T21:00:00Z", 6.0)),
                        Map.of(SOURCE, 2L)));
    }

    private FeatureEvent event(long user, String time, double amount) {
        List<@Nullable FeatureValue> fields = activity.fields().stream()
                .<@Nullable FeatureValue>map(field ->
                        field.name().equals("amount") ? new FeatureValue.Real(amount) : new FeatureValue.Text("click"))
                .toList();
        return new FeatureEvent(
                new EntityKey(List.of(new FeatureValue.Int(user))),
                Instant.parse(time).getEpochSecond() * 1_000_000,
                new Position(SOURCE, user - 1),
                fields);
    }

    private static List<@Nullable FeatureValue> column(@Nullable FeatureValue... values) {
        return Arrays.asList(values);
    }

    private static List<@Nullable FeatureValue> users(long... ids) {
        return Arrays.stream(ids)
                .<@Nullable FeatureValue>mapToObj(FeatureValue.Int::new)
                .toList();
    }

    private OnlineAnswer read(OnlineRequest request) {
        return reads.prepare(request).read(Optional.empty());
    }

    private OnlineAnswer read(List<String> features, Map<String, List<@Nullable FeatureValue>> data, long... users) {
        return read(new OnlineRequest(
                features,
                Map.of("user_id", users(users)),
                List.of(),
                false,
                UnknownColumns.REFUSE,
                Optional.empty(),
                data));
    }

    private static List<@Nullable FeatureValue> values(OnlineAnswer answer, int output) {
        return java.util.stream.IntStream.range(0, answer.rows())
                .<@Nullable FeatureValue>mapToObj(
                        row -> answer.value(answer.plan().outputs().get(output), row))
                .toList();
    }

    private static List<State> states(OnlineAnswer answer, int output) {
        return java.util.stream.IntStream.range(0, answer.rows())
                .mapToObj(row -> answer.state(answer.plan().outputs().get(output), row))
                .toList();
    }

    @Test
    void computedFeaturesStandAmongKeptOnesInTheOrderOfTheRequest() {
        OnlineAnswer answer = read(
                List.of("money:converted", "activity:events_1h", "money@v1:only_request"),
                Map.of(
                        "rate", column(new FeatureValue.Real(2), new FeatureValue.Int(3), new FeatureValue.Real(1)),
                        "bonus", column(new FeatureValue.Int(5), null, new FeatureValue.Text("7"))),
                1,
                2,
                3);

        assertThat(answer.plan().outputs().stream().map(ReadPlan.Output::name))
                .containsExactly("converted", "events_1h", "only_request");
        assertThat(values(answer, 0)).containsExactly(new FeatureValue.Real(8), new FeatureValue.Real(18), null);
        assertThat(values(answer, 1)).startsWith(new FeatureValue.Int(1), new FeatureValue.Int(0));
        assertThat(values(answer, 2)).containsExactly(new FeatureValue.Int(10), null, new FeatureValue.Int(14));
    }

    @Test
    void aComputedFeatureIsAsFreshAsWhatItIsComputedOf() {
        OnlineAnswer answer = read(
                List.of("money:converted", "money:handled", "money:with_age"),
                Map.of("rate", column(new FeatureValue.Real(1), new FeatureValue.Real(1), new FeatureValue.Real(1))),
                1,
                2,
                3);

        assertThat(states(answer, 0)).containsExactly(State.FRESH, State.EXPIRED, State.MISSING);
        assertThat(states(answer, 1)).containsExactly(State.FRESH, State.EXPIRED, State.FRESH);
        assertThat(values(answer, 1).getLast()).isEqualTo(new FeatureValue.Real(0));
        assertThat(states(answer, 2)).containsOnly(State.MISSING);
        assertThat(answer.table(answer.plan().outputs().getFirst()).eventTimeMicros(0))
                .isEqualTo(Instant.parse("2026-03-02T09:30:00Z").getEpochSecond() * 1_000_000);
        assertThat(answer.views()).hasSize(2);
    }

    @Test
    void aFeatureServiceIsReadByItsName() {
        OnlineAnswer answer = read(new OnlineRequest(
                List.of(),
                Map.of("user_id", users(1), "rate", column(new FeatureValue.Real(2))),
                List.of(),
                true,
                UnknownColumns.REFUSE,
                Optional.of("model"),
                Map.of()));

        assertThat(answer.plan().outputs().stream().map(ReadPlan.Output::name))
                .containsExactly("activity__events_1h", "money@v1__converted");
        assertThat(values(answer, 1)).containsExactly(new FeatureValue.Real(8));
        assertThat(answer.keys()).containsOnlyKeys("user_id");
    }

    @Test
    void whatIsMissingOrTooMuchIsRefusedByName() {
        assertRefused(FeatureReason.REQUEST_DATA_MISSING, "'rate' (double)", Map.of());
        assertRefused(
                FeatureReason.WRONG_VALUE_TYPE,
                "'rate' must be double; row 0",
                Map.of("rate", column(new FeatureValue.Text("much"))));
        assertRefused(
                FeatureReason.UNKNOWN_COLUMN,
                "'bonus' is no request data",
                Map.of("rate", column(new FeatureValue.Real(1)), "bonus", column(new FeatureValue.Int(1))));
        assertRefused(
                FeatureReason.RAGGED_COLUMNS,
                "same number of rows",
                Map.of("rate", column(new FeatureValue.Real(1), new FeatureValue.Real(1))));
    }

    private void assertRefused(FeatureReason reason, String words, Map<String, List<@Nullable FeatureValue>> data) {
        assertThatThrownBy(() -> read(List.of("money:converted"), data, 1))
                .isInstanceOfSatisfying(Refusal.class, refusal -> {
                    assertThat(refusal.reason()).isEqualTo(reason);
                    assertThat(refusal.getMessage()).contains(words);
                });
    }

    @Test
    void aServiceThatIsNotThereIsRefusedWithTheNearestName() {
        assertThatThrownBy(() -> catalog.featuresOf("models"))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("did you mean 'model'");
    }
}
