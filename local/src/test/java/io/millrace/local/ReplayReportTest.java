package io.millrace.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.local.apply.Applied;
import io.millrace.local.platform.CommandFailure;
import io.millrace.proto.inference.v1.DifferenceQuantiles;
import io.millrace.proto.inference.v1.GetReplayPlanResponse;
import io.millrace.proto.inference.v1.ReplayExample;
import io.millrace.proto.inference.v1.ReplayedContract;
import io.millrace.proto.inference.v1.ReplayedPipeline;
import io.millrace.proto.inference.v1.ReplayedRule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReplayReportTest {
    private static final GetReplayPlanResponse REPORT = GetReplayPlanResponse.newBuilder()
            .setMillis(1_500)
            .addPipelines(ReplayedPipeline.newBuilder()
                    .setPipeline("p")
                    .addReasons("it changes alert")
                    .setTopic("in")
                    .setPopulation(1_200)
                    .setEvents(1_000)
                    .setRecorded(990)
                    .putRecordedBy("m 1", 990)
                    .setRecordedDead(8)
                    .setUnanswered(2)
                    .setScored(995)
                    .putPlannedBy("m 2", 995)
                    .setDead(5)
                    .putDeadReasons("MISSING_FIELD", 5)
                    .setCompared(980)
                    .setDifferent(490)
                    .setFlips(49)
                    .setFlipsAt("alert")
                    .setAlertsRecorded(10)
                    .setAlertsPlanned(14)
                    .setAlertsGained(6)
                    .setAlertsLost(2)
                    .setDeadLost(3)
                    .setDifference(DifferenceQuantiles.newBuilder().setMin(-0.5).setMax(0.25))
                    .setRecordedCells(900)
                    .setReadingMillis(700)
                    .setRowsPerSecond(2_000)
                    .addExamples(ReplayExample.newBuilder()
                            .setKind(ReplayExample.Kind.KIND_FLIP)
                            .setEvent("in-0-7")
                            .setKey("4711")
                            .setRecorded("0.4")
                            .setPlanned("0.6, alert"))
                    .addNotes("a sample of 1000 of 1200 offsets, seed 1"))
            .addPipelines(ReplayedPipeline.newBuilder()
                    .setPipeline("q")
                    .addReasons("model m is version 9")
                    .setFailure("it is not in the repository"))
            .addContracts(ReplayedContract.newBuilder()
                    .setDomain("d")
                    .setName("c")
                    .setTopic("in")
                    .setPopulation(1_200)
                    .setEvents(1_000)
                    .setUnreadable(1)
                    .setReadingMillis(200)
                    .addRules(ReplayedRule.newBuilder()
                            .setCheck("maximum")
                            .setColumn("x")
                            .setMessage("is too large")
                            .setPlanned(3)
                            .addExamples("{\"x\":2}")))
            .build();

    @Test
    void aReportIsShownByPipelineWithWhatWouldBeOtherwise() {
        var lines = new ArrayList<String>();

        new ReplayReport(lines::add).show(REPORT);

        assertThat(lines)
                .containsExactly(
                        "pipeline p: it changes alert",
                        "  events       1,000 of in (1,200 offsets), read in 0.7 s, features in 0.0 s (900 recorded, 0 computed),"
                                + " scored in 0.0 s: 2,000 rows/s",
                        "  recorded     990 predictions (m 1: 990), 8 dead letters, nothing of 2 events",
                        "  planned      995 predictions (m 2: 995), 5 dead letters (MISSING_FIELD: 5)",
                        "  differ       490 of 980, by -0.5000 to 0.2500: 5 % below 0.000, median 0.000, 5 % above 0.000;"
                                + " 0.000 on average either way",
                        "  flips        49 (5.00 %) at alert",
                        "  alerts       10 were raised, 14 would be: 6 gained, 2 lost",
                        "  dead letters 0 gained, 3 lost",
                        "    flip: in-0-7, key 4711: 0.4 -> 0.6, alert",
                        "  note         a sample of 1000 of 1200 offsets, seed 1",
                        "pipeline q: model m is version 9",
                        "  not replayed it is not in the repository",
                        "contract d/c on in",
                        "  events       1,000 (1,200 offsets), 1 not readable, read in 0.2 s, validated in 0.0 s",
                        "  breaches     0 today, 3 as planned: maximum of x, is too large",
                        "    {\"x\":2}");
    }

    @Test
    void theSameIsThereAsJson() throws Exception {
        var planned = new Applied(
                List.of(new Applied.Outcome("pipeline", "p", Applied.Change.UPDATED, "alert")),
                List.of("a note"),
                List.of());

        JsonNode tree = new ObjectMapper().readTree(PlanCommand.json(planned, Optional.of(REPORT)));

        assertThat(tree.at("/outcomes/0/change").asText()).isEqualTo("UPDATED");
        assertThat(tree.at("/replay/pipelines/0/flips").asLong()).isEqualTo(49);
        assertThat(tree.at("/replay/pipelines/0/alertsLost").asLong()).isEqualTo(2);
        assertThat(tree.at("/replay/pipelines/0/deadGained").asText()).isEqualTo("0");
        assertThat(new ObjectMapper()
                        .readTree(PlanCommand.json(planned, Optional.empty()))
                        .has("replay"))
                .isFalse();
    }

    @Test
    void aSpanIsANumberWithItsUnit() {
        assertThat(PlanCommand.span("24h")).isEqualTo(Duration.ofDays(1));
        assertThat(PlanCommand.span("7d")).isEqualTo(Duration.ofDays(7));
        assertThatThrownBy(() -> PlanCommand.span("yesterday"))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("24h");
    }
}
