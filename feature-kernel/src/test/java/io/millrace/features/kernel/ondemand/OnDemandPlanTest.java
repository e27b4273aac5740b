package io.millrace.features.kernel.ondemand;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.definitions.DefinitionFile;
import io.millrace.definitions.Faults;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.OnDemandView;
import io.millrace.features.kernel.ViewId;
import io.millrace.features.kernel.definition.DefinitionReader;
import io.millrace.features.kernel.definition.DefinitionSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class OnDemandPlanTest {
    private static final String VIEWS = """
            kind: FeatureView
            name: user
            version: v1
            entity: {name: user, join_keys: [{name: id, type: int64}]}
            source: {push: true}
            features:
              - {name: age, type: int64}
              - {name: spent, type: double}
              - {name: city, type: string}
              - {name: seen, type: timestamp}
              - {name: active, type: bool}
            ---
            """;

    private static DefinitionSet set(String inputs, String request, String... features) {
        String yaml = VIEWS + """
                kind: OnDemandFeatureView
                name: odv
                version: v1
                inputs: %s
                request: %s
                features:
                """.formatted(inputs, request)
                + String.join("\n", Arrays.stream(features).map(f -> "  - " + f).toList())
                + "\n";
        var faults = new Faults();
        DefinitionSet set =
                new DefinitionReader().read(List.of(new DefinitionFile("x.yaml", yaml)), DefinitionSet.EMPTY, faults);
        assertThat(faults.all()).isEmpty();
        return set;
    }

    private static OnDemandPlan plan(DefinitionSet set) {
        var planner = new OnDemandPlanner(set::view);
        OnDemandView view = Objects.requireNonNull(set.onDemand().get(new ViewId("odv", "v1")));
        view.featureNames().forEach(name -> planner.add(view, name));
        return planner.plan();
    }

    private static List<@Nullable FeatureValue> row(@Nullable FeatureValue... values) {
        return new ArrayList<>(Arrays.asList(values));
    }

    private static @Nullable FeatureValue one(String type, String expression, @Nullable FeatureValue... given) {
        String feature = "{name: x, type: " + type + ", expression: \"" + expression + "\"}";
        return plan(set("[user:age, user:spent, user:city, user:seen, user:active]", "{n: int64, d: double}", feature))
                .compute(row(given))
                .getFirst();
    }

    private static FeatureValue whole(long value) {
        return new FeatureValue.Int(value);
    }

    private static FeatureValue real(double value) {
        return new FeatureValue.Real(value);
    }

    @Test
    void valuesOfAllTypesAreComputed() {
        assertThat(one("int64", "age + 1", whole(41))).isEqualTo(whole(42));
        assertThat(one("double", "spent / double(age)", whole(4), real(2))).isEqualTo(real(0.5));
        assertThat(one("string", "city + '!'", new FeatureValue.Text("Oslo")))
                .isEqualTo(new FeatureValue.Text("Oslo!"));
        assertThat(one("bool", "age > 3.5", whole(4))).isEqualTo(new FeatureValue.Bool(true));
        assertThat(one("timestamp", "seen + duration('1h')", new FeatureValue.Time(1)))
                .isEqualTo(new FeatureValue.Time(3_600_000_001L));
        assertThat(one("double", "math.greatest(spent, d)", real(2), real(3))).isEqualTo(real(3));
    }

    @Test
    void aNullThatIsNotHandledGivesNullAndOneThatIsHandledDoesNot() {
        assertThat(one("int64", "age + 1", (FeatureValue) null)).isNull();
        assertThat(one("bool", "age > 1", (FeatureValue) null)).isNull();
        assertThat(one("string", "city + '!'", (FeatureValue) null)).isNull();
        assertThat(one("double", "spent == null ? 0.0 : spent", (FeatureValue) null))
                .isEqualTo(real(0));
        assertThat(one("double", "spent == null ? 0.0 : spent", real(5))).isEqualTo(real(5));
        assertThat(one("bool", "seen == null", (FeatureValue) null)).isEqualTo(new FeatureValue.Bool(true));
        assertThat(one("bool", "active == true || age > 1", new FeatureValue.Bool(false), null))
                .isNull();
    }

    @Test
    void whatCannotBeComputedIsNull() {
        assertThat(one("int64", "age / n", whole(1), whole(0))).isNull();
        assertThat(one("int64", "age * n", whole(Long.MAX_VALUE), whole(2))).isNull();
        assertThat(one("int64", "int(city)", new FeatureValue.Text("many"))).isNull();
        assertThat(one("double", "spent / d", real(1), real(0))).isEqualTo(real(Double.POSITIVE_INFINITY));
    }

    @Test
    void onlyWhatTheExpressionsNameIsReadAndEachThingOnce() {
        OnDemandPlan plan = plan(set(
                "{a: user:age, b: user@v1:age, c: user:city}",
                "{n: int64, m: int64}",
                "{name: x, type: int64, expression: a + n}",
                "{name: y, type: int64, expression: b * 2}"));

        assertThat(plan.kept()).hasSize(1);
        assertThat(plan.request()).hasSize(1);
        assertThat(plan.compute(row(whole(20), whole(1)))).containsExactly(whole(21), whole(40));
        assertThatThrownBy(() -> plan.compute(row(whole(20)))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aComputedFeatureMayBeAnInputOfAnother() {
        DefinitionSet first = set("[user:age]", "{n: int64}", "{name: x, type: int64, expression: age + n}");
        var faults = new Faults();
        DefinitionSet all =
                first.and(new DefinitionReader().read(List.of(new DefinitionFile("y.yaml", """
                                kind: OnDemandFeatureView
                                name: top
                                version: v1
                                inputs: [odv:x, user:age]
                                features: [{name: z, type: int64, expression: x * age}]
                                """)), first, faults));
        assertThat(faults.all()).isEmpty();
        var planner = new OnDemandPlanner(all::view);
        planner.add(Objects.requireNonNull(all.onDemand().get(new ViewId("top", "v1"))), "z");
        OnDemandPlan plan = planner.plan();

        assertThat(plan.compute(row(whole(3), whole(4)))).containsExactly(whole(21));
        assertThat(plan.outputs().getFirst().kept()).containsExactly(0);
    }

    @Test
    void whatIsNoLongerThereIsSaid() {
        DefinitionSet set = set("[user:age]", "{n: int64}", "{name: x, type: int64, expression: age + n}");
        DefinitionSet without = set.with()
                .remove(io.millrace.features.kernel.definition.DefinitionKey.view(new ViewId("user", "v1")))
                .build();

        assertThatThrownBy(() -> plan(without))
                .isInstanceOf(UncomputableException.class)
                .hasMessageContaining("there is no view 'user'");
    }
}
