package io.millrace.local.apply;

import io.millrace.definitions.DefinitionFile;
import io.millrace.local.apply.Applied.Change;
import io.millrace.local.apply.Applied.Outcome;
import io.millrace.local.platform.Channels;
import io.millrace.local.platform.Service;
import io.millrace.proto.registry.v1.RegisterDataProductRequest;
import io.millrace.proto.registry.v1.RegisterDataProductResponse;
import io.millrace.proto.registry.v1.RegistryServiceGrpc;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Plans and registers a folder's contracts. */
final class ContractDefinitions {
    private static final long DEADLINE_SECONDS = 60;

    private final Channels channels;

    ContractDefinitions(Channels channels) {
        this.channels = channels;
    }

    Applied plan(DefinitionFolder folder) {
        return all(folder, true);
    }

    Applied apply(DefinitionFolder folder) {
        return all(folder, false);
    }

    /** A contract that is new or changes. */
    record Changed(String domain, String name, DefinitionFile file) {}

    /** @throws io.grpc.StatusRuntimeException where one is refused */
    List<Changed> changed(DefinitionFolder folder) {
        return folder.contracts().stream()
                .flatMap(contract -> {
                    RegisterDataProductResponse answer = registry().registerDataProduct(request(contract, true));
                    return answer.getCreated()
                            ? Stream.of(new Changed(
                                    answer.getDataProduct().getDomain(),
                                    answer.getDataProduct().getName(),
                                    contract))
                            : Stream.empty();
                })
                .toList();
    }

    private RegistryServiceGrpc.RegistryServiceBlockingStub registry() {
        return RegistryServiceGrpc.newBlockingStub(channels.to(Service.REGISTRY))
                .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
    }

    private static RegisterDataProductRequest request(DefinitionFile contract, boolean dryRun) {
        return RegisterDataProductRequest.newBuilder()
                .setPath(contract.path())
                .setContent(contract.content())
                .setDryRun(dryRun)
                .build();
    }

    private Applied all(DefinitionFolder folder, boolean dryRun) {
        Applied applied = Applied.nothing();
        for (DefinitionFile contract : folder.contracts()) {
            applied = applied.and(Applier.attempt(
                    contract.path(),
                    () -> Applied.one(outcome(registry().registerDataProduct(request(contract, dryRun))))));
        }
        return applied;
    }

    private static Outcome outcome(RegisterDataProductResponse answer) {
        var product = answer.getDataProduct();
        Change change =
                !answer.getCreated() ? Change.UNCHANGED : product.getRevision() == 1 ? Change.CREATED : Change.UPDATED;
        return new Outcome(
                "contract",
                product.getDomain() + "/" + product.getName() + " revision " + product.getRevision(),
                change,
                String.join(", ", answer.getFieldsList()));
    }
}
