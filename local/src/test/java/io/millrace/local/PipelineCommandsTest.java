package io.millrace.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.proto.inference.v1.PartitionMove;
import io.millrace.proto.inference.v1.PredictionReplay;
import io.millrace.proto.inference.v1.PredictionReplay.Outcome;
import io.millrace.proto.inference.v1.ReplayDifference;
import io.millrace.proto.inference.v1.RewindPipelineResponse;
import java.util.ArrayList;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PipelineCommandsTest {
    @Test
    void whatMovingWouldDoIsShownByPartitionAndInAll() {
        var lines = new ArrayList<String>();
        PipelineCommands.RewindIt.print(
                "p",
                RewindPipelineResponse.newBuilder()
                        .setTopic("in")
                        .setAgain(6)
                        .setSkipped(1)
                        .addMoves(
                                PartitionMove.newBuilder().setFrom(10).setTo(4).setAgain(6))
                        .addMoves(PartitionMove.newBuilder()
                                .setPartition(1)
                                .setTo(1)
                                .setSkipped(1))
                        .build(),
                lines::add);

        assertThat(lines)
                .containsExactly(
                        "pipeline p on topic in, which runs: pause it before it is moved",
                        "  partition 0: from 10 to 4, 6 records again",
                        "  partition 1: from where it begins to 1, 1 records skipped",
                        "  in all 6 records are scored again and their predictions appear again, with the same source,"
                                + " and 1 are skipped");
    }

    @Test
    void aReplayIsShownWithWhatDiffersAndWhatIsWorthKnowing() {
        var lines = new ArrayList<String>();
        ReplayCommand.show(
                PredictionReplay.newBuilder()
                        .setPrediction("out-2-917")
                        .setOutcome(Outcome.OUTCOME_DIFFERENT)
                        .setPipeline("p")
                        .setKey("4711")
                        .setRecorded("0.25")
                        .setRebuilt("0.5")
                        .addDifferences(
                                ReplayDifference.newBuilder().setWhat("MODEL").setWords("the model has other bytes"))
                        .addRemarks("the pipeline was changed since")
                        .build(),
                lines::add);

        assertThat(lines)
                .containsExactly(
                        "out-2-917 of pipeline p, key 4711: differs; it was 0.25 and is 0.5",
                        "  model: the model has other bytes",
                        "  note: the pipeline was changed since");
        assertThat(ReplayCommand.summary(3, Map.of(Outcome.OUTCOME_SAME, 2, Outcome.OUTCOME_GONE, 1), 1, 7))
                .isEqualTo("2 of 3 predictions are the same to the bit (66.67 %), 0 differ, of 1 something is gone;"
                        + " seed 7");
    }
}
