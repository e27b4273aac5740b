package io.millrace.features.grpc;

import io.grpc.ServerServiceDefinition;
import io.millrace.features.app.FeatureReason;
import io.millrace.features.app.VectorFilters;
import io.millrace.features.app.VectorFilters.Operator;
import io.millrace.features.app.VectorSearches;
import io.millrace.features.domain.VectorFilter;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.VectorMetric;
import io.millrace.gate.Refusal;
import io.millrace.gate.grpc.GrpcWork;
import io.millrace.gate.grpc.ReadableMessages;
import io.millrace.proto.features.v1.MutinyVectorServiceGrpc;
import io.millrace.proto.features.v1.SearchVectorsRequest;
import io.millrace.proto.features.v1.SearchVectorsResponse;
import io.millrace.proto.features.v1.SourcePosition;
import io.millrace.proto.features.v1.Value;
import io.millrace.proto.features.v1.VectorMatch;
import io.quarkus.grpc.GrpcService;
import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Searches for neighbours over gRPC. */
@GrpcService
public class VectorGrpcService extends MutinyVectorServiceGrpc.VectorServiceImplBase {
    /** Deeper than any filter that a person writes, and far from the end of the stack. */
    private static final int MAX_DEPTH = 32;

    private final VectorSearches searches;
    private final GrpcWork work;

    public VectorGrpcService(VectorSearches searches, GrpcWork work) {
        this.searches = searches;
        this.work = work;
    }

    @Override
    public ServerServiceDefinition bindService() {
        return ReadableMessages.of(super.bindService());
    }

    @Override
    public Uni<SearchVectorsResponse> searchVectors(SearchVectorsRequest request) {
        return work.run(() -> answer(searches.search(query(request))));
    }

    private static VectorSearches.Query query(SearchVectorsRequest request) {
        return new VectorSearches.Query(
                request.getFeature(),
                request.getQueryList(),
                request.getIncludeList(),
                request.getLimit(),
                request.getEffort(),
                request.getExact(),
                metric(request),
                request.hasFilter() ? Optional.of(filter(request.getFilter(), 0)) : Optional.empty());
    }

    private static Optional<VectorMetric> metric(SearchVectorsRequest request) {
        return switch (request.getMetric()) {
            case VECTOR_METRIC_UNSPECIFIED -> Optional.empty();
            case VECTOR_METRIC_COSINE -> Optional.of(VectorMetric.COSINE);
            case VECTOR_METRIC_DOT -> Optional.of(VectorMetric.DOT);
            case VECTOR_METRIC_L2 -> Optional.of(VectorMetric.L2);
            case UNRECOGNIZED -> throw new Refusal(FeatureReason.MALFORMED_REQUEST, "'metric' is none of its values");
        };
    }

    private static VectorFilter filter(io.millrace.proto.features.v1.VectorFilter filter, int depth) {
        if (depth > MAX_DEPTH) {
            throw new Refusal(FeatureReason.WRONG_FILTER, "the filter is nested deeper than " + MAX_DEPTH);
        }
        return switch (filter.getPartCase()) {
            case COMPARISON -> comparison(filter.getComparison());
            case ALL -> new VectorFilter.All(parts(filter.getAll(), depth));
            case ANY -> new VectorFilter.Any(parts(filter.getAny(), depth));
            case NOT -> new VectorFilter.Not(filter(filter.getNot(), depth + 1));
            case PART_NOT_SET -> throw new Refusal(FeatureReason.WRONG_FILTER, "a part of the filter is empty");
        };
    }

    private static List<VectorFilter> parts(io.millrace.proto.features.v1.VectorFilter.Parts parts, int depth) {
        return parts.getPartsList().stream()
                .map(part -> filter(part, depth + 1))
                .toList();
    }

    private static VectorFilter comparison(io.millrace.proto.features.v1.VectorFilter.Comparison comparison) {
        var values = new ArrayList<FeatureValue>();
        for (Value each : comparison.getValuesList()) {
            FeatureValue value = ProtoValues.of(each);
            if (value == null) {
                throw new Refusal(FeatureReason.WRONG_FILTER, "nothing compares with null");
            }
            values.add(value);
        }
        Operator operator =
                switch (comparison.getOperator()) {
                    case OPERATOR_EQUAL -> Operator.EQUAL;
                    case OPERATOR_NOT_EQUAL -> Operator.NOT_EQUAL;
                    case OPERATOR_LESS -> Operator.LESS;
                    case OPERATOR_LESS_OR_EQUAL -> Operator.LESS_OR_EQUAL;
                    case OPERATOR_GREATER -> Operator.GREATER;
                    case OPERATOR_GREATER_OR_EQUAL -> Operator.GREATER_OR_EQUAL;
                    case OPERATOR_IN -> Operator.IN;
                    case OPERATOR_UNSPECIFIED, UNRECOGNIZED ->
                        throw new Refusal(FeatureReason.WRONG_FILTER, "a comparison has no operator");
                };
        return VectorFilters.comparison(comparison.getFeature(), operator, values);
    }

    private static SearchVectorsResponse answer(VectorSearches.Answer answer) {
        var response = SearchVectorsResponse.newBuilder()
                .setViewVersion(answer.view().id().toString());
        for (VectorSearches.Match match : answer.matches()) {
            var message = VectorMatch.newBuilder()
                    .setDistance(match.neighbour().distance())
                    .setEventTimeMicros(match.neighbour().eventTimeMicros());
            for (int i = 0; i < answer.view().joinKeys().size(); i++) {
                message.putEntity(
                        answer.view().joinKeys().get(i).name(),
                        ProtoValues.of(match.neighbour().key().values().get(i)));
            }
            match.values().forEach(value -> message.addValues(ProtoValues.of(value)));
            response.addMatches(message);
        }
        answer.positions()
                .forEach((source, offset) -> response.addPositions(SourcePosition.newBuilder()
                        .setViewVersion(answer.view().id().toString())
                        .setTopic(source.topic())
                        .setTopicId(source.topicId())
                        .setPartition(source.partition())
                        .setOffset(offset)));
        return response.build();
    }
}
