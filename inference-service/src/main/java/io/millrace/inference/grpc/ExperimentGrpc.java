package io.millrace.inference.grpc;

import io.grpc.ServerServiceDefinition;
import io.millrace.gate.Caller;
import io.millrace.gate.Refusal;
import io.millrace.gate.grpc.GrpcGate;
import io.millrace.gate.grpc.GrpcWork;
import io.millrace.gate.grpc.ReadableMessages;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.deploy.Settlement;
import io.millrace.inference.app.experiment.Bandits;
import io.millrace.inference.app.experiment.Experiments;
import io.millrace.proto.inference.v1.DecideExperimentRequest;
import io.millrace.proto.inference.v1.DecideExperimentResponse;
import io.millrace.proto.inference.v1.GetExperimentRequest;
import io.millrace.proto.inference.v1.GetExperimentResponse;
import io.millrace.proto.inference.v1.ListBanditsRequest;
import io.millrace.proto.inference.v1.ListBanditsResponse;
import io.millrace.proto.inference.v1.ListExperimentsRequest;
import io.millrace.proto.inference.v1.ListExperimentsResponse;
import io.millrace.proto.inference.v1.MutinyExperimentServiceGrpc;
import io.quarkus.grpc.GrpcService;
import io.smallrye.mutiny.Uni;
import java.util.Optional;

/** {@code millrace.inference.v1.ExperimentService}. */
@GrpcService
public class ExperimentGrpc extends MutinyExperimentServiceGrpc.ExperimentServiceImplBase {
    private final GrpcWork work;
    private final Experiments experiments;
    private final Bandits bandits;

    public ExperimentGrpc(GrpcWork work, Experiments experiments, Bandits bandits) {
        this.work = work;
        this.experiments = experiments;
        this.bandits = bandits;
    }

    @Override
    public ServerServiceDefinition bindService() {
        return ReadableMessages.of(super.bindService());
    }

    @Override
    public Uni<ListExperimentsResponse> listExperiments(ListExperimentsRequest request) {
        return work.run(() -> {
            var response = ListExperimentsResponse.newBuilder();
            experiments.list().forEach(each -> response.addExperiments(ExperimentMessages.standing(each)));
            return response.build();
        });
    }

    @Override
    public Uni<GetExperimentResponse> getExperiment(GetExperimentRequest request) {
        return work.run(() -> GetExperimentResponse.newBuilder()
                .setExperiment(ExperimentMessages.standing(experiments.get(request.getDeployment())))
                .build());
    }

    @Override
    public Uni<DecideExperimentResponse> decideExperiment(DecideExperimentRequest request) {
        Caller caller = Optional.ofNullable(GrpcGate.CALLER.get()).orElse(Caller.ANONYMOUS);
        return work.run(() -> {
            Settlement settlement =
                    switch (request.getDecision()) {
                        case DECISION_PROMOTE -> Settlement.PROMOTE;
                        case DECISION_ROLL_BACK -> Settlement.ROLL_BACK;
                        case DECISION_UNSPECIFIED, UNRECOGNIZED ->
                            throw new Refusal(InferenceReason.INVALID_REQUEST, "no decision is given");
                    };
            return DecideExperimentResponse.newBuilder()
                    .setExperiment(ExperimentMessages.standing(experiments.decide(
                            request.getDeployment(),
                            settlement,
                            request.getRevision(),
                            request.getAnyway(),
                            caller.name())))
                    .build();
        });
    }

    @Override
    public Uni<ListBanditsResponse> listBandits(ListBanditsRequest request) {
        return work.run(() -> {
            var response = ListBanditsResponse.newBuilder();
            bandits.list().forEach(each -> response.addBandits(ExperimentMessages.bandit(each)));
            return response.build();
        });
    }
}
