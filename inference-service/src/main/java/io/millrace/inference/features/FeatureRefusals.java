package io.millrace.inference.features;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.millrace.gate.Refusal;
import io.millrace.inference.app.InferenceReason;

/** What a refusal of feature-service means here. */
final class FeatureRefusals {
    /** The reason under which feature-service refuses a key whose value is not of the key's type. */
    static final String WRONG_KEY_TYPE = "WRONG_VALUE_TYPE";

    private FeatureRefusals() {}

    static Refusal of(StatusRuntimeException e) {
        String text = "feature-service: " + e.getStatus().getDescription();
        InferenceReason reason =
                switch (e.getStatus().getCode()) {
                    case NOT_FOUND -> InferenceReason.FEATURE_NOT_FOUND;
                    case INVALID_ARGUMENT ->
                        reason(e).equals(WRONG_KEY_TYPE)
                                ? InferenceReason.WRONG_TYPE
                                : InferenceReason.FEATURES_REFUSED;
                    case FAILED_PRECONDITION, OUT_OF_RANGE, UNIMPLEMENTED, UNAUTHENTICATED, PERMISSION_DENIED ->
                        InferenceReason.FEATURES_REFUSED;
                    case RESOURCE_EXHAUSTED -> InferenceReason.FEATURES_BUSY;
                    case DEADLINE_EXCEEDED, CANCELLED -> InferenceReason.DEADLINE_EXCEEDED;
                    case OK, UNKNOWN, ALREADY_EXISTS, ABORTED, INTERNAL, UNAVAILABLE, DATA_LOSS ->
                        InferenceReason.FEATURES_UNAVAILABLE;
                };
        return new Refusal(reason, text, e);
    }

    /** An answer that breaks the contract; what is wrong there may be put right. */
    static Refusal malformed(String what) {
        return new Refusal(InferenceReason.FEATURES_UNAVAILABLE, "feature-service answered with " + what);
    }

    static String reason(StatusRuntimeException e) {
        com.google.rpc.Status status = StatusProto.fromThrowable(e);
        if (status == null) {
            return "";
        }
        for (Any detail : status.getDetailsList()) {
            if (detail.is(ErrorInfo.class)) {
                try {
                    return detail.unpack(ErrorInfo.class).getReason();
                } catch (InvalidProtocolBufferException malformed) {
                    return "";
                }
            }
        }
        return "";
    }
}
