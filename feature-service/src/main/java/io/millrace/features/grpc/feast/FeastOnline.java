package io.millrace.features.grpc.feast;

import com.google.protobuf.Timestamp;
import io.millrace.features.app.FeastReads;
import io.millrace.features.app.FeastSettings;
import io.millrace.features.app.FeatureReason;
import io.millrace.features.app.OnlineAnswer;
import io.millrace.features.app.ReadPlan;
import io.millrace.features.domain.Versions;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.table.FeatureTable;
import io.millrace.features.telemetry.FeatureMetrics;
import io.millrace.features.telemetry.FeatureMetrics.Completeness;
import io.millrace.gate.Refusal;
import io.millrace.proto.feast.serving.FeatureList;
import io.millrace.proto.feast.serving.FeatureViewMetadata;
import io.millrace.proto.feast.serving.FieldStatus;
import io.millrace.proto.feast.serving.GetOnlineFeaturesRequest;
import io.millrace.proto.feast.serving.GetOnlineFeaturesResponse;
import io.millrace.proto.feast.serving.GetOnlineFeaturesResponse.FeatureVector;
import io.millrace.proto.feast.serving.GetOnlineFeaturesResponseMetadata;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The read that both of Feast's gRPC services have. */
@ApplicationScoped
class FeastOnline {
    private static final Timestamp EPOCH = Timestamp.getDefaultInstance();

    private final FeastReads reads;
    private final FeastSettings settings;
    private final FeatureMetrics metrics;

    FeastOnline(FeastReads reads, FeastSettings settings, FeatureMetrics metrics) {
        this.reads = reads;
        this.settings = settings;
        this.metrics = metrics;
    }

    /** Small reads of the embedded store are made on the event loop, which they hold for microseconds. */
    Uni<GetOnlineFeaturesResponse> read(GetOnlineFeaturesRequest request) {
        long start = System.nanoTime();
        try {
            return Uni.createFrom()
                    .completionStage(reads.read(decoded(request)))
                    .map(answer -> answered(answer, request, start))
                    .onFailure(Refusal.class)
                    .invoke(refusal -> metrics.refused(((Refusal) refusal).reason()));
        } catch (Refusal refusal) {
            metrics.refused(refusal.reason());
            throw refusal;
        }
    }

    private static FeastReads.Read decoded(GetOnlineFeaturesRequest request) {
        Map<String, List<@Nullable FeatureValue>> entities = FeastValues.columns(request.getEntitiesMap());
        FeastValues.columns(request.getRequestContextMap()).forEach((name, column) -> {
            if (entities.putIfAbsent(name, column) != null) {
                throw new Refusal(FeatureReason.NAME_CLASH, "'" + name + "' stands in entities and in request_context");
            }
        });
        return new FeastReads.Read(
                request.hasFeatureService() ? Optional.of(request.getFeatureService()) : Optional.empty(),
                request.getFeatures().getValList(),
                entities,
                request.getFullFeatureNames(),
                List.of(),
                Duration.ZERO);
    }

    private GetOnlineFeaturesResponse answered(OnlineAnswer answer, GetOnlineFeaturesRequest request, long start) {
        var response = GetOnlineFeaturesResponse.newBuilder();
        var names = FeatureList.newBuilder();
        answer.keys().forEach((name, column) -> {
            names.addVal(name);
            response.addResults(key(column));
        });
        for (ReadPlan.Output output : answer.plan().outputs()) {
            names.addVal(output.name());
            response.addResults(feature(answer, output));
        }
        var metadata = GetOnlineFeaturesResponseMetadata.newBuilder().setFeatureNames(names);
        if (request.getIncludeFeatureViewVersionMetadata()) {
            answer.plan()
                    .views()
                    .forEach(view -> metadata.addFeatureViewMetadata(FeatureViewMetadata.newBuilder()
                            .setName(view.id().name())
                            .setVersion(Versions.number(view.id().version()).intValue())));
        }
        metrics.read(Completeness.NOT_ASKED, answer.rows(), System.nanoTime() - start);
        return response.setMetadata(metadata).build();
    }

    private static FeatureVector key(List<@Nullable FeatureValue> column) {
        var vector = FeatureVector.newBuilder();
        for (FeatureValue value : column) {
            vector.addValues(FeastValues.of(value))
                    .addStatuses(FieldStatus.PRESENT)
                    .addEventTimestamps(EPOCH);
        }
        return vector.build();
    }

    private FeatureVector feature(OnlineAnswer answer, ReadPlan.Output output) {
        var vector = FeatureVector.newBuilder();
        FeatureTable table = answer.table(output);
        for (int row = 0; row < answer.rows(); row++) {
            vector.addValues(FeastValues.of(table.value(row, output.column())));
            switch (table.state(row)) {
                case FRESH -> vector.addStatuses(FieldStatus.PRESENT);
                case EXPIRED ->
                    vector.addStatuses(settings.ignoreTtl() ? FieldStatus.PRESENT : FieldStatus.OUTSIDE_MAX_AGE);
                case MISSING, BEFORE_RETENTION -> vector.addStatuses(FieldStatus.NOT_FOUND);
            }
            vector.addEventTimestamps(
                    switch (table.state(row)) {
                        case FRESH, EXPIRED -> timestamp(table.eventTimeMicros(row));
                        case MISSING, BEFORE_RETENTION -> EPOCH;
                    });
        }
        return vector.build();
    }

    private static Timestamp timestamp(long micros) {
        return Timestamp.newBuilder()
                .setSeconds(Math.floorDiv(micros, 1_000_000L))
                .setNanos((int) Math.floorMod(micros, 1_000_000L) * 1_000)
                .build();
    }
}
