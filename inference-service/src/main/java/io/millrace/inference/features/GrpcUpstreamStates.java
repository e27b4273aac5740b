package io.millrace.inference.features;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.millrace.gate.Refusal;
import io.millrace.inference.app.PipelineAdministration;
import io.millrace.inference.app.PipelineAdministration.PipelineSummary;
import io.millrace.inference.app.watch.UpstreamStates;
import io.millrace.inference.config.InferenceConfig;
import io.millrace.proto.features.v1.FeatureParity;
import io.millrace.proto.features.v1.FeatureServiceGrpc;
import io.millrace.proto.features.v1.FeatureViewSummary;
import io.millrace.proto.features.v1.GetParityRequest;
import io.millrace.proto.features.v1.ListFeatureViewsRequest;
import io.millrace.proto.features.v1.ParityServiceGrpc;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** What feature-service says of a view at this moment. */
@Singleton
public class GrpcUpstreamStates implements UpstreamStates {
    private static final long DEADLINE_SECONDS = 2;

    /** A lag below this is that of any stream. */
    private static final long WORTH_SAYING = 1_000;

    private final ManagedChannel channel;
    private final PipelineAdministration pipelines;

    public GrpcUpstreamStates(InferenceConfig config, PipelineAdministration pipelines) {
        this.pipelines = pipelines;
        this.channel = Grpc.newChannelBuilder(config.features().address(), InsecureChannelCredentials.create())
                .maxInboundMessageSize(
                        config.features().maxAnswerSize().asBigInteger().intValueExact())
                .build();
    }

    @PreDestroy
    void close() {
        channel.shutdownNow();
    }

    @Override
    public List<String> of(String view, List<String> features) {
        var remarks = new ArrayList<String>();
        try {
            FeatureServiceGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                    .listFeatureViews(ListFeatureViewsRequest.getDefaultInstance())
                    .getViewsList()
                    .stream()
                    .filter(summary -> summary.getName().equals(view))
                    .forEach(summary -> ingestion(summary, remarks));
            ParityServiceGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                    .getParity(GetParityRequest.getDefaultInstance())
                    .getFeaturesList()
                    .stream()
                    .filter(parity ->
                            parity.getMismatched() > 0 && parity.getFeature().startsWith(view + "@"))
                    .forEach(parity -> remarks.add(parity(parity)));
        } catch (StatusRuntimeException e) {
            remarks.add("feature-service does not say: " + e.getStatus().getCode());
        }
        return remarks;
    }

    @Override
    public List<String> ofInput(String pipeline) {
        var remarks = new ArrayList<String>();
        try {
            for (PipelineSummary summary : pipelines.list()) {
                if (summary.pipeline().name().equals(pipeline)) {
                    input(summary, remarks);
                }
            }
        } catch (Refusal refusal) {
            remarks.add("what the pipeline fares like is not known: " + refusal.reason());
        }
        return remarks;
    }

    private static void input(PipelineSummary summary, List<String> remarks) {
        if (summary.contractViolations() > 0) {
            remarks.add(summary.contractViolations() + " events of topic "
                    + summary.pipeline().input().topic() + " broke their contract since this replica started");
        }
        if (summary.deadLettered() > 0) {
            remarks.add(summary.deadLettered() + " events of topic "
                    + summary.pipeline().input().topic() + " were dead-lettered since this replica started");
        }
        if (!summary.reason().isEmpty()) {
            remarks.add("the pipeline says: " + summary.reason());
        }
    }

    private static void ingestion(FeatureViewSummary view, List<String> remarks) {
        String name = view.getName() + "@" + view.getVersion();
        remarks.add(name + " is made of topic " + view.getSourceTopic());
        if (view.getLag() >= WORTH_SAYING) {
            remarks.add(name + " is " + view.getLag() + " records behind its topic");
        }
        if (view.getLateDropped() > 0) {
            remarks.add(name + " left " + view.getLateDropped() + " late events out since feature-service started");
        }
        for (Map.Entry<String, Long> reason : new TreeMap<>(view.getDeadLetteredByReasonMap()).entrySet()) {
            remarks.add(name + " dead-lettered " + reason.getValue() + " events (" + reason.getKey()
                    + ") since feature-service started");
        }
    }

    private static String parity(FeatureParity parity) {
        return parity.getFeature() + " differed online from the offline store in " + parity.getMismatched() + " of "
                + parity.getCompared() + " rows that were compared";
    }
}
