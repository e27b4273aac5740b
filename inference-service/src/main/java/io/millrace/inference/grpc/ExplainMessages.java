package io.millrace.inference.grpc;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.domain.explain.Contributions.Method;
import io.millrace.inference.domain.explain.Contributions.Wanted;
import io.millrace.inference.domain.explain.Link;
import io.millrace.proto.inference.v1.Contribution;
import io.millrace.proto.inference.v1.Contributions;
import io.millrace.proto.inference.v1.PredictRequest;

/** Explanations as messages. */
final class ExplainMessages {
    private static final int MOST = 10_000;

    private ExplainMessages() {}

    static Wanted wanted(PredictRequest request) {
        int largest = request.getLargestContributions();
        if (largest < 0 || largest > MOST) {
            throw new Refusal(
                    InferenceReason.INVALID_REQUEST,
                    "largest_contributions must be 0 to " + MOST + ", was " + Integer.toUnsignedString(largest));
        }
        if (!request.getExplain()) {
            return largest == 0 ? Wanted.NONE : Wanted.largest(largest);
        }
        return largest == 0 ? Wanted.ALL : Wanted.largest(largest);
    }

    static Contributions contributions(io.millrace.inference.domain.explain.Contributions of) {
        var message = Contributions.newBuilder()
                .setMethod(method(of.method()))
                .setLink(link(of.link()))
                .setBase(of.base())
                .setOthers(of.others());
        of.values()
                .forEach(each -> message.addValues(Contribution.newBuilder()
                        .setColumn(each.column())
                        .setValue(each.value())
                        .setStandardError(each.standardError())));
        return message.build();
    }

    static Contributions.Method method(Method method) {
        return switch (method) {
            case LINEAR -> Contributions.Method.METHOD_LINEAR;
            case TREES -> Contributions.Method.METHOD_TREES;
            case SAMPLED -> Contributions.Method.METHOD_SAMPLED;
            case NONE -> Contributions.Method.METHOD_UNSPECIFIED;
        };
    }

    static Contributions.Link link(Link link) {
        return switch (link) {
            case IDENTITY -> Contributions.Link.LINK_IDENTITY;
            case LOGISTIC -> Contributions.Link.LINK_LOGISTIC;
            case EXPONENTIAL -> Contributions.Link.LINK_EXPONENTIAL;
            case SOFTMAX -> Contributions.Link.LINK_SOFTMAX;
        };
    }
}
