package io.millrace.features.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.features.app.Views;
import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.Position;
import io.millrace.features.kernel.SourcePartition;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PushRecordsTest {
    private static final SourcePartition SOURCE = new SourcePartition(OwnTopics.PUSH_LOG, "id", 0);

    private final FeatureView view = Views.view(Views.profile("profile"));
    private final PushRecords records = new PushRecords(view, 10);

    private FeatureEvent row(long user, @Nullable FeatureValue age) {
        List<@Nullable FeatureValue> fields = new ArrayList<>();
        view.fields().forEach(field -> fields.add(field.name().equals("age") ? age : new FeatureValue.Text("Oslo")));
        return new FeatureEvent(
                new EntityKey(List.of(new FeatureValue.Int(user))), 17, new Position(SOURCE, 0), fields);
    }

    private static ConsumerRecord<byte[], byte[]> record(long offset, FeatureEvent row, String forView, String pushId) {
        var record = new ConsumerRecord<>(OwnTopics.PUSH_LOG, 0, offset, PushedRows.key(row), PushedRows.value(row));
        record.headers().add(PushRecords.VIEW, forView.getBytes(StandardCharsets.UTF_8));
        if (!pushId.isEmpty()) {
            record.headers().add(PushRecords.PUSH_ID, pushId.getBytes(StandardCharsets.UTF_8));
            record.headers().add(PushRecords.ROW, "0".getBytes(StandardCharsets.UTF_8));
        }
        return record;
    }

    @Test
    void aRowComesBackAsItWasPushedWithItsPlaceInTheLog() {
        FeatureEvent row = row(Long.MAX_VALUE, null);

        assertThat(records.read(record(5, row, "profile@v1", ""), SOURCE))
                .isEqualTo(new RecordReader.Read.Event(
                        new FeatureEvent(row.key(), 17, new Position(SOURCE, 5), row.fields())));
    }

    @Test
    void rowsOfOtherViewsAreNothing() {
        assertThat(records.read(record(5, row(1, null), "profile@v2", ""), SOURCE))
                .isEqualTo(new RecordReader.Read.Nothing());
    }

    @Test
    void aRepeatedPushCountsOnceWithinTheMemoryAlsoWhenTheFirstWasAppliedInAnEarlierLife() {
        FeatureEvent row = row(1, new FeatureValue.Int(31));
        records.remember(record(3, row, "profile@v1", "p"), SOURCE);

        assertThat(records.read(record(13, row, "profile@v1", "p"), SOURCE)).isEqualTo(new RecordReader.Read.Nothing());
        assertThat(records.read(record(14, row, "profile@v1", "q"), SOURCE))
                .isInstanceOf(RecordReader.Read.Event.class);
        assertThat(records.read(record(24, row, "profile@v1", "p"), SOURCE))
                .isInstanceOf(RecordReader.Read.Event.class);
    }

    @Test
    void aRepetitionIsJudgedTheSameByAReaderThatBeganInTheMiddle() {
        FeatureEvent row = row(1, new FeatureValue.Int(31));
        var inTheMiddle = new PushRecords(view, 10);
        records.read(record(3, row, "profile@v1", "p"), SOURCE);
        records.read(record(12, row, "profile@v1", "p"), SOURCE);
        inTheMiddle.remember(record(12, row, "profile@v1", "p"), SOURCE);

        var again = record(20, row, "profile@v1", "p");
        assertThat(records.read(again, SOURCE))
                .isEqualTo(inTheMiddle.read(again, SOURCE))
                .isEqualTo(new RecordReader.Read.Nothing());
    }

    @Test
    void pushesWithoutAnIdAreEachTheirOwn() {
        FeatureEvent row = row(1, new FeatureValue.Int(31));
        assertThat(records.read(record(1, row, "profile@v1", ""), SOURCE)).isInstanceOf(RecordReader.Read.Event.class);
        assertThat(records.read(record(2, row, "profile@v1", ""), SOURCE)).isInstanceOf(RecordReader.Read.Event.class);
    }

    @Test
    void whatIsNoRowIsDead() {
        var record =
                new ConsumerRecord<>(OwnTopics.PUSH_LOG, 0, 1L, new byte[0], "{}".getBytes(StandardCharsets.UTF_8));
        record.headers().add(PushRecords.VIEW, "profile@v1".getBytes(StandardCharsets.UTF_8));

        assertThat(records.read(record, SOURCE)).isInstanceOf(RecordReader.Read.Dead.class);
    }

    @Test
    void aRowForTheOfflineStoreAloneIsAnEventOfAnotherStore() {
        FeatureEvent row = row(1, new FeatureValue.Int(31));
        var offline = record(1, row, "profile@v1", "p");
        offline.headers().add(PushRecords.TO, "offline".getBytes(StandardCharsets.UTF_8));
        var online = record(2, row, "profile@v1", "q");
        online.headers().add(PushRecords.TO, "online".getBytes(StandardCharsets.UTF_8));

        assertThat(records.read(offline, SOURCE)).isInstanceOf(RecordReader.Read.Elsewhere.class);
        assertThat(records.read(online, SOURCE)).isInstanceOf(RecordReader.Read.Event.class);
        assertThat(records.read(offline, SOURCE)).isEqualTo(new RecordReader.Read.Nothing());
    }
}
