package io.millrace.inference.grpc;

import io.grpc.ServerServiceDefinition;
import io.millrace.gate.grpc.GrpcWork;
import io.millrace.gate.grpc.ReadableMessages;
import io.millrace.inference.app.explain.CardText;
import io.millrace.inference.app.explain.ModelCards;
import io.millrace.inference.app.explain.ModelInsights;
import io.millrace.proto.inference.v1.ColumnImportance;
import io.millrace.proto.inference.v1.DependencePoint;
import io.millrace.proto.inference.v1.GetImportanceRequest;
import io.millrace.proto.inference.v1.GetImportanceResponse;
import io.millrace.proto.inference.v1.GetModelCardRequest;
import io.millrace.proto.inference.v1.GetModelCardResponse;
import io.millrace.proto.inference.v1.GetPartialDependenceRequest;
import io.millrace.proto.inference.v1.GetPartialDependenceResponse;
import io.millrace.proto.inference.v1.MutinyExplainServiceGrpc;
import io.quarkus.grpc.GrpcService;
import io.smallrye.mutiny.Uni;
import java.util.Optional;

/** {@code millrace.inference.v1.ExplainService}. */
@GrpcService
public class ExplainGrpc extends MutinyExplainServiceGrpc.ExplainServiceImplBase {
    private static final int POINTS = 20;

    private final GrpcWork work;
    private final ModelCards cards;
    private final ModelInsights insights;

    public ExplainGrpc(GrpcWork work, ModelCards cards, ModelInsights insights) {
        this.work = work;
        this.cards = cards;
        this.insights = insights;
    }

    @Override
    public ServerServiceDefinition bindService() {
        return ReadableMessages.of(super.bindService());
    }

    @Override
    public Uni<GetModelCardResponse> getModelCard(GetModelCardRequest request) {
        return work.run(() -> GetModelCardResponse.newBuilder()
                .setMarkdown(CardText.of(cards.card(request.getModel(), request.getVersion())))
                .build());
    }

    @Override
    public Uni<GetImportanceResponse> getImportance(GetImportanceRequest request) {
        return work.run(() -> {
            ModelInsights.Importances found =
                    insights.importance(request.getModel(), version(request.getVersion()), rows(request.getRows()));
            var response = GetImportanceResponse.newBuilder()
                    .setModelVersion(found.model().version())
                    .setMethod(ExplainMessages.method(found.method()))
                    .setLink(ExplainMessages.link(found.link()))
                    .setRows(found.rows())
                    .setExplained(found.explained())
                    .setSource(found.source());
            found.columns()
                    .forEach(each -> response.addColumns(ColumnImportance.newBuilder()
                            .setColumn(each.column())
                            .setMeanAbsoluteContribution(each.meanAbsoluteContribution())
                            .setMeanContribution(each.meanContribution())
                            .setPermutation(each.permutation())));
            return response.build();
        });
    }

    @Override
    public Uni<GetPartialDependenceResponse> getPartialDependence(GetPartialDependenceRequest request) {
        return work.run(() -> {
            ModelInsights.Dependence found = insights.dependence(
                    request.getModel(),
                    version(request.getVersion()),
                    request.getColumn(),
                    request.getPoints() == 0 ? POINTS : request.getPoints(),
                    rows(request.getRows()));
            var response = GetPartialDependenceResponse.newBuilder()
                    .setModelVersion(found.model().version())
                    .setRows(found.rows())
                    .setSource(found.source());
            found.points()
                    .forEach(point -> response.addPoints(DependencePoint.newBuilder()
                            .setValue(point.value())
                            .setMean(point.mean())
                            .setDeviation(point.deviation())));
            return response.build();
        });
    }

    private static Optional<String> version(String version) {
        return version.isEmpty() ? Optional.empty() : Optional.of(version);
    }

    private static Optional<Integer> rows(int rows) {
        return rows == 0 ? Optional.empty() : Optional.of(rows);
    }
}
