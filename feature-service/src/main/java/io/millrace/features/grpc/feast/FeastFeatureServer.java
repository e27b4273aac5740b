package io.millrace.features.grpc.feast;

import io.grpc.ServerServiceDefinition;
import io.millrace.features.app.FeastWrites;
import io.millrace.features.app.FeastWrites.Frame;
import io.millrace.features.app.FeatureReason;
import io.millrace.features.domain.PushTarget;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.telemetry.FeatureMetrics;
import io.millrace.gate.Refusal;
import io.millrace.gate.grpc.GrpcWork;
import io.millrace.gate.grpc.ReadableMessages;
import io.millrace.proto.feast.grpcserver.MutinyGrpcFeatureServerGrpc;
import io.millrace.proto.feast.grpcserver.PushRequest;
import io.millrace.proto.feast.grpcserver.PushResponse;
import io.millrace.proto.feast.grpcserver.WriteToOnlineStoreRequest;
import io.millrace.proto.feast.grpcserver.WriteToOnlineStoreResponse;
import io.millrace.proto.feast.serving.GetOnlineFeaturesRequest;
import io.millrace.proto.feast.serving.GetOnlineFeaturesResponse;
import io.millrace.proto.feast.types.Value;
import io.quarkus.grpc.GrpcService;
import io.smallrye.mutiny.Uni;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code GrpcFeatureServer}, which Feast's Python server offers with {@code feast serve -t grpc}: one row a write. */
@GrpcService
public class FeastFeatureServer extends MutinyGrpcFeatureServerGrpc.GrpcFeatureServerImplBase {
    private final FeastOnline online;
    private final FeastWrites writes;
    private final FeatureMetrics metrics;
    private final GrpcWork work;

    public FeastFeatureServer(FeastOnline online, FeastWrites writes, FeatureMetrics metrics, GrpcWork work) {
        this.online = online;
        this.writes = writes;
        this.metrics = metrics;
        this.work = work;
    }

    @Override
    public ServerServiceDefinition bindService() {
        return ReadableMessages.of(super.bindService());
    }

    @Override
    public Uni<PushResponse> push(PushRequest request) {
        return write(() -> new Frame(
                        request.getStreamFeatureView(),
                        row(request.getFeaturesMap(), request.getTypedFeaturesMap()),
                        target(request.getTo()),
                        request.toByteArray()))
                .replaceWith(PushResponse.newBuilder().setStatus(true).build());
    }

    @Override
    public Uni<WriteToOnlineStoreResponse> writeToOnlineStore(WriteToOnlineStoreRequest request) {
        return write(() -> new Frame(
                        request.getFeatureViewName(),
                        row(request.getFeaturesMap(), request.getTypedFeaturesMap()),
                        PushTarget.ONLINE,
                        request.toByteArray()))
                .replaceWith(
                        WriteToOnlineStoreResponse.newBuilder().setStatus(true).build());
    }

    @Override
    public Uni<GetOnlineFeaturesResponse> getOnlineFeatures(GetOnlineFeaturesRequest request) {
        return online.read(request);
    }

    private Uni<FeastWrites.Written> write(java.util.function.Supplier<Frame> frame) {
        return work.run(() -> writes.write(frame.get()))
                .onFailure(Refusal.class)
                .invoke(refusal -> metrics.writeRefused(((Refusal) refusal).reason()));
    }

    private static Map<String, List<@Nullable FeatureValue>> row(Map<String, String> texts, Map<String, Value> typed) {
        if (!texts.isEmpty() && !typed.isEmpty()) {
            throw new Refusal(
                    FeatureReason.MALFORMED_REQUEST, "only one of features and typed_features may be set, not both");
        }
        Map<String, List<@Nullable FeatureValue>> row = new LinkedHashMap<>();
        texts.forEach((name, text) -> row.put(name, List.of(new FeatureValue.Text(text))));
        typed.forEach((name, value) -> row.put(name, Collections.singletonList(FeastValues.of(value, name))));
        return row;
    }

    private static PushTarget target(String to) {
        return PushTarget.of(to)
                .orElseThrow(() -> new Refusal(
                        FeatureReason.MALFORMED_REQUEST, "'to' must be online, offline or online_and_offline"));
    }
}
