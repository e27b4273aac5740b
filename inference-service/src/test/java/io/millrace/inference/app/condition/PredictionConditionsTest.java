package io.millrace.inference.app.condition;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.inference.app.condition.PredictionConditions.Compiled;
import io.millrace.inference.domain.Pipeline.FieldType;
import io.millrace.inference.domain.RowScore;
import io.millrace.inference.domain.ScoreRow;
import io.millrace.inference.domain.ScoredBatch;
import io.millrace.inference.domain.deploy.Choice;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PredictionConditionsTest {
    private static final ConditionNames NAMES = ConditionNames.of(
            List.of("origin", "gate"),
            Map.of(
                    "distance",
                    FieldType.DOUBLE,
                    "seats",
                    FieldType.INT64,
                    "night",
                    FieldType.BOOL,
                    "basket.city",
                    FieldType.STRING,
                    "not a word",
                    FieldType.STRING));

    private static final Facts FACTS = new Facts(
            "4711",
            new ScoreRow(Map.of("distance", 10L, "seats", 180L, "night", true, "basket.city", "Oslo"), 0),
            new RowScore.Scored(
                    0.75,
                    Map.of("origin", "ORD", "gate", 12L),
                    Map.of("delays:mean", 12.5, "delays@v2:count_3h", 7L, "delays:word", "text"),
                    Map.of(),
                    List.of(),
                    "00"),
            new ScoredBatch(List.of(), new ScoredBatch.ModelIdentity("m", "3", "d"), true, List.of()),
            0);

    /** The same, by the canary of a deployment. */
    private static final Facts SPLIT = new Facts(
            FACTS.key(),
            FACTS.row(),
            FACTS.score(),
            new ScoredBatch(
                    List.of(),
                    FACTS.batch().model(),
                    true,
                    List.of(),
                    Optional.empty(),
                    List.of(new ScoredBatch.Assigned(
                            new Choice("d", 7, "canary", 0.1), new ScoredBatch.ModelIdentity("m", "4", "e")))),
            0);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "prediction > 0.7                                    | true",
                "prediction > 1                                      | false",
                "key == '4711' && complete                           | true",
                "entity.origin == 'ORD' && entity.gate == '12'       | true",
                "model.name == 'm' && model.version == '3'           | true",
                "request.distance > 9.5 && request.seats == 180      | true",
                "request.night && request.basket.city.startsWith('O')| true",
                "features.delays.mean > 12 && features.delays.count_3h == 7.0 | true",
                "features.delays.absent > 0.0                        | false",
                "features.delays.absent == null                      | true",
                "features.delays.word == null                        | true",
                "request.seats / 0 == 1                              | false",
                "entity.origin == 'prediction'                       | false",
            })
    void aConditionSeesThePredictionAndWhatItWasMadeOf(String expression, boolean met) {
        assertThat(PredictionConditions.compiled(expression, NAMES).isMetBy(FACTS))
                .isEqualTo(met);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "arm == 'canary' && deployment == 'd'                | true | false",
                "model_version == '4' && model.version == '4'        | true | false",
                "arm != 'stable' && prediction > 0.7                 | true | true",
                "arm == null && deployment == null                   | false | true",
            })
    void anArmAndItsVersionAreKnownWhereADeploymentSplitsTheModel(String expression, boolean split, boolean whole) {
        var condition = PredictionConditions.compiled(expression, NAMES);
        assertThat(condition.isMetBy(SPLIT)).isEqualTo(split);
        assertThat(condition.isMetBy(FACTS)).isEqualTo(whole);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "prediction",
                "prediction > '1'",
                "entity.origin > 5",
                "entity.destination == 'LAX'",
                "request.nowhere > 1",
                "features.delays > 1.0",
                "prediction >",
                "[1, 2].exists(x, x > 1)",
            })
    void whatHasNoTypeOrNoNameIsFaulty(String expression) {
        assertThat(PredictionConditions.compile(expression, NAMES)).isInstanceOf(Compiled.Faulty.class);
    }

    @Test
    void aMisspeltNameGetsItsNearest() {
        assertThat(PredictionConditions.compile("predicton > 0.5", NAMES))
                .isInstanceOfSatisfying(Compiled.Faulty.class, faulty -> {
                    assertThat(faulty.column()).isEqualTo(1);
                    assertThat(faulty.message()).contains("prediction");
                });
    }

    @Test
    void whatNamesNothingIsConstantAndTextIsNoName() {
        assertThat(PredictionConditions.compile("1 > 2", NAMES))
                .isInstanceOfSatisfying(Compiled.Usable.class, usable -> assertThat(usable.constant())
                        .isFalse());
        assertThat(PredictionConditions.compile("'prediction' == \"prediction\"", NAMES))
                .isInstanceOfSatisfying(Compiled.Usable.class, usable -> assertThat(usable.constant())
                        .isTrue());
        assertThat(PredictionConditions.compile("features.delays.mean > 1.0 || prediction > 0.5", NAMES))
                .isInstanceOfSatisfying(Compiled.Usable.class, usable -> {
                    assertThat(usable.constant()).isNull();
                    assertThat(usable.features()).containsExactly("delays.mean");
                });
    }
}
