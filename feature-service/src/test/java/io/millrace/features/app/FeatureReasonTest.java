package io.millrace.features.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.rpc.ErrorInfo;
import io.grpc.protobuf.StatusProto;
import io.millrace.gate.Refusal;
import io.millrace.gate.grpc.GrpcRefusals;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FeatureReasonTest {
    /** gRPC code and HTTP status of each reason: a contract with clients. */
    private static final Map<FeatureReason, int[]> STATUSES = Map.ofEntries(
            Map.entry(FeatureReason.VIEW_NOT_FOUND, new int[] {5, 404}),
            Map.entry(FeatureReason.FEATURE_NOT_FOUND, new int[] {5, 404}),
            Map.entry(FeatureReason.FEATURE_SERVICE_NOT_FOUND, new int[] {5, 404}),
            Map.entry(FeatureReason.JOB_NOT_FOUND, new int[] {5, 404}),
            Map.entry(FeatureReason.IMPORT_NOT_FOUND, new int[] {5, 404}),
            Map.entry(FeatureReason.TRAINING_SET_NOT_READY, new int[] {9, 412}),
            Map.entry(FeatureReason.TOO_MANY_JOBS, new int[] {8, 429}),
            Map.entry(FeatureReason.DEFINITION_NOT_FOUND, new int[] {5, 404}),
            Map.entry(FeatureReason.REQUEST_DATA_MISSING, new int[] {3, 400}),
            Map.entry(FeatureReason.DEFINITION_IN_USE, new int[] {9, 412}),
            Map.entry(FeatureReason.MALFORMED_FEATURE_REFERENCE, new int[] {3, 400}),
            Map.entry(FeatureReason.MALFORMED_REQUEST, new int[] {3, 400}),
            Map.entry(FeatureReason.EMPTY_REQUEST, new int[] {3, 400}),
            Map.entry(FeatureReason.TOO_MANY_ROWS, new int[] {3, 400}),
            Map.entry(FeatureReason.TOO_MANY_FEATURES, new int[] {3, 400}),
            Map.entry(FeatureReason.RAGGED_COLUMNS, new int[] {3, 400}),
            Map.entry(FeatureReason.UNKNOWN_COLUMN, new int[] {3, 400}),
            Map.entry(FeatureReason.COLUMN_MISSING, new int[] {3, 400}),
            Map.entry(FeatureReason.WRONG_VALUE_TYPE, new int[] {3, 400}),
            Map.entry(FeatureReason.WRONG_AS_OF, new int[] {3, 400}),
            Map.entry(FeatureReason.WRONG_VECTOR, new int[] {3, 400}),
            Map.entry(FeatureReason.WRONG_FILTER, new int[] {3, 400}),
            Map.entry(FeatureReason.VECTORS_UNAVAILABLE, new int[] {14, 503}),
            Map.entry(FeatureReason.NAME_CLASH, new int[] {3, 400}),
            Map.entry(FeatureReason.INVALID_DEFINITION, new int[] {3, 400}),
            Map.entry(FeatureReason.INVALID_ROW, new int[] {3, 400}),
            Map.entry(FeatureReason.SERVED_VERSION_CHANGED, new int[] {9, 412}),
            Map.entry(FeatureReason.NO_PUSH_SOURCE, new int[] {9, 412}),
            Map.entry(FeatureReason.NO_BATCH_SOURCE, new int[] {9, 412}),
            Map.entry(FeatureReason.WRONG_RANGE, new int[] {3, 400}),
            Map.entry(FeatureReason.DELETION_NOT_FOUND, new int[] {5, 404}),
            Map.entry(FeatureReason.DELETIONS_UNAVAILABLE, new int[] {14, 503}),
            Map.entry(FeatureReason.COPIES_ARE_REDIS_OWN, new int[] {9, 412}),
            Map.entry(FeatureReason.RECORDS_GONE, new int[] {9, 412}),
            Map.entry(FeatureReason.NO_BACKUP, new int[] {5, 404}),
            Map.entry(FeatureReason.TOO_MANY_READS, new int[] {8, 429}),
            Map.entry(FeatureReason.TOO_MANY_PUSH_STREAMS, new int[] {8, 429}),
            Map.entry(FeatureReason.MALFORMED_NAME, new int[] {3, 400}),
            Map.entry(FeatureReason.DEADLINE_PASSED, new int[] {4, 504}),
            Map.entry(FeatureReason.DEFINITIONS_UNAVAILABLE, new int[] {14, 503}),
            Map.entry(FeatureReason.PUSH_LOG_UNAVAILABLE, new int[] {14, 503}),
            Map.entry(FeatureReason.ONLINE_STORE_UNAVAILABLE, new int[] {14, 503}),
            Map.entry(FeatureReason.OFFLINE_STORE_BEHIND, new int[] {14, 503}),
            Map.entry(FeatureReason.OFFLINE_STORE_UNAVAILABLE, new int[] {14, 503}),
            Map.entry(FeatureReason.TOO_MANY_EVENTS, new int[] {8, 429}));

    @Test
    void everyReasonHasItsStatuses() {
        assertThat(STATUSES).containsOnlyKeys(FeatureReason.values());
    }

    @ParameterizedTest
    @EnumSource(FeatureReason.class)
    void aReasonLooksTheSameOverGrpcAndHttp(FeatureReason reason) throws Exception {
        int[] statuses = Objects.requireNonNull(STATUSES.get(reason));
        var status =
                Objects.requireNonNull(StatusProto.fromThrowable(GrpcRefusals.status(new Refusal(reason, "because"))));

        assertThat(status.getCode()).isEqualTo(statuses[0]);
        assertThat(reason.kind().httpStatus()).isEqualTo(statuses[1]);
        var info = status.getDetails(0).unpack(ErrorInfo.class);
        assertThat(info.getReason()).isEqualTo(reason.name());
        assertThat(info.getDomain()).isEqualTo("millrace.features");
    }
}
