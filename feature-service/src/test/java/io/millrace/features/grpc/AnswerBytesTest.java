package io.millrace.features.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import io.millrace.features.app.OnlineAnswer;
import io.millrace.features.app.OnlineStore.ViewRows;
import io.millrace.features.app.ReadPlan;
import io.millrace.features.app.Staleness;
import io.millrace.features.app.Views;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.table.FeatureTable;
import io.millrace.proto.features.v1.FeatureColumn;
import io.millrace.proto.features.v1.FeatureStatus;
import io.millrace.proto.features.v1.GetOnlineFeaturesResponse;
import io.millrace.proto.features.v1.SourcePosition;
import io.millrace.proto.features.v1.ViewStaleness;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is written by hand is what protobuf would have written: it is read back by protobuf. */
class AnswerBytesTest {
    private static final FeatureView VIEW = Views.view(Views.profile("profile"));
    private static final byte[] TEXT = "xGrüße, 世界y".getBytes(StandardCharsets.UTF_8);

    private static final List<@Nullable FeatureValue> VALUES = values();

    private static List<@Nullable FeatureValue> values() {
        var values = new ArrayList<@Nullable FeatureValue>();
        values.add(null);
        values.add(new FeatureValue.Bool(false));
        values.add(new FeatureValue.Bool(true));
        for (long number : new long[] {0, 1, -1, 63, -64, 64, 1L << 40, Long.MAX_VALUE, Long.MIN_VALUE}) {
            values.add(new FeatureValue.Int(number));
            values.add(new FeatureValue.Time(number));
        }
        for (double number : new double[] {0, -0.0, 1.5, Double.NaN, Double.NEGATIVE_INFINITY, Double.MIN_VALUE}) {
            values.add(new FeatureValue.Real(number));
        }
        values.add(new FeatureValue.Text("t".repeat(300)));
        values.add(new FeatureValue.Bytes(new byte[] {0, -1, 7}));
        return values;
    }

    private static FeatureTable table() {
        int columns = VALUES.size() + 2;
        var table = new FeatureTable(4, columns);
        for (int row = 0; row < 2; row++) {
            for (int column = 0; column < VALUES.size(); column++) {
                table.set(row, column, VALUES.get(column));
            }
            table.setText(row, VALUES.size(), TEXT, 1, TEXT.length - 2);
            table.setBytes(row, VALUES.size() + 1, TEXT, 0, 1);
            table.found(row, 1_000 + row, row == 1);
        }
        table.beforeRetention(3, 77);
        return table;
    }

    private static GetOnlineFeaturesResponse read(FeatureTable table) throws InvalidProtocolBufferException {
        var outputs = new ArrayList<ReadPlan.Output>();
        int[] features = new int[table.width()];
        for (int column = 0; column < table.width(); column++) {
            outputs.add(new ReadPlan.Output("f" + column, 0, column));
        }
        var plan = new ReadPlan(List.of(new ReadPlan.Part(VIEW, features)), outputs, Set.of("user_id"));
        var rows = new ViewRows(table, Map.of(new SourcePartition("t", "id", 3), 9L), OptionalLong.of(5));
        var staleness = new Staleness(OptionalLong.of(12), OptionalLong.empty());
        var answer = new OnlineAnswer(plan, table.rows(), Map.of(), List.of(rows), List.of(staleness), true);
        return GetOnlineFeaturesResponse.parseFrom(AnswerBytes.of(answer).toBytes());
    }

    @Test
    void everyKindOfValueIsWrittenAsTheMessageWouldBe() throws Exception {
        FeatureTable table = table();
        GetOnlineFeaturesResponse response = read(table);

        assertThat(response.getResultsCount()).isEqualTo(table.width());
        for (int column = 0; column < table.width(); column++) {
            FeatureColumn result = response.getResults(column);
            assertThat(result.getValuesCount()).isEqualTo(4);
            for (int row = 0; row < 4; row++) {
                assertThat(result.getValues(row))
                        .as("row %d, column %d", row, column)
                        .isEqualTo(ProtoValues.of(table.value(row, column)));
            }
            assertThat(result.getUnknownFields().asMap()).isEmpty();
        }
        assertThat(response.getResults(VALUES.size()).getValues(0).getStringValue())
                .isEqualTo("Grüße, 世界");
        assertThat(response.getUnknownFields().asMap()).isEmpty();
    }

    @Test
    void aColumnMayMixAllKindsAndBeFarLargerThanExpected() throws Exception {
        int rows = 64;
        var table = new FeatureTable(rows, 2);
        for (int row = 0; row < rows; row++) {
            table.set(row, 0, VALUES.get(row % VALUES.size()));
            table.set(row, 1, new FeatureValue.Text("long ".repeat(row * 100)));
            table.found(row, row, false);
        }

        GetOnlineFeaturesResponse response = read(table);

        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < 2; column++) {
                assertThat(response.getResults(column).getValues(row))
                        .as("row %d, column %d", row, column)
                        .isEqualTo(ProtoValues.of(table.value(row, column)));
            }
            assertThat(response.getResults(1).getEventTimeMicros(row)).isEqualTo(row);
        }
    }

    @Test
    void statusesAndEventTimesAreThoseOfTheRows() throws Exception {
        FeatureColumn result = read(table()).getResults(2);

        assertThat(result.getStatusesList())
                .containsExactly(
                        FeatureStatus.FEATURE_STATUS_PRESENT,
                        FeatureStatus.FEATURE_STATUS_OUTSIDE_MAX_AGE,
                        FeatureStatus.FEATURE_STATUS_NOT_FOUND,
                        FeatureStatus.FEATURE_STATUS_BEFORE_RETENTION);
        assertThat(result.getEventTimeMicrosList()).containsExactly(1_000L, 1_001L, 0L, 0L);
    }

    @Test
    void namesPositionsVersionsAndStalenessComeWithIt() throws Exception {
        GetOnlineFeaturesResponse response = read(table());

        assertThat(response.getFeatureNames(1)).isEqualTo("f1");
        assertThat(response.getComplete()).isTrue();
        assertThat(response.getViewVersionsList()).containsExactly("profile@v1");
        assertThat(response.getPositionsList())
                .containsExactly(SourcePosition.newBuilder()
                        .setViewVersion("profile@v1")
                        .setTopic("t")
                        .setTopicId("id")
                        .setPartition(3)
                        .setOffset(9)
                        .setDefinition(new ReadPlan.Part(VIEW, new int[0]).definition())
                        .build());
        assertThat(response.getPositions(0).getDefinition()).matches("[0-9a-f]{16}");
        assertThat(response.getStalenessList())
                .containsExactly(ViewStaleness.newBuilder()
                        .setViewVersion("profile@v1")
                        .setNewestEventAgeMicros(12)
                        .build());
    }
}
