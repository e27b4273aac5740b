package io.millrace.inference.contracts;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.millrace.inference.app.ContractRegistry;
import io.millrace.inference.app.payload.Classifications;
import io.millrace.inference.app.plan.ContractCheck;
import io.millrace.inference.domain.Pipeline;
import io.millrace.jobs.JobFailedException;
import io.millrace.proto.registry.v1.ContractReference;
import io.millrace.proto.registry.v1.GetDataProductRequest;
import io.millrace.proto.registry.v1.RegistryServiceGrpc;
import io.millrace.proto.registry.v1.ValidateRequest;
import io.millrace.proto.registry.v1.ValidateResponse;
import io.millrace.proto.registry.v1.ValidationIssue;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** The contracts at registry-service. Connects when first asked; one call at a time per caller, never retried: the next check comes anyway. Thread-safe. */
public final class RegistryContracts implements ContractRegistry, ContractCheck, Classifications, AutoCloseable {
    /** What was not checked is no violation, and how many rows a sample has says nothing of the topic. */
    private static final Set<String> NO_VIOLATIONS = Set.of("not_checked", "row_count");

    private final ManagedChannel channel;

    /**
     * A client.
     *
     * @param address {@code host:port} of registry-service's gRPC
     */
    public RegistryContracts(String address) {
        this.channel = ManagedChannelBuilder.forTarget(address).usePlaintext().build();
    }

    @Override
    public Optional<String> whyUnknown(Pipeline.ContractReference contract, Duration deadline) {
        var request = GetDataProductRequest.newBuilder()
                .setDomain(contract.domain())
                .setName(contract.name())
                .build();
        try {
            var answer = stub(deadline).getDataProduct(request);
            return answer.hasDataProduct() ? Optional.empty() : Optional.of("it is not registered");
        } catch (StatusRuntimeException e) {
            return Optional.of(why(e));
        }
    }

    @Override
    public Found find(Pipeline.ContractReference contract, Duration deadline) {
        var request = GetDataProductRequest.newBuilder()
                .setDomain(contract.domain())
                .setName(contract.name())
                .build();
        try {
            var answer = stub(deadline).getDataProduct(request);
            if (answer.hasCacheAgeSeconds()) {
                return new Found.Unknown(
                        "registry-service answers from its cache, which may be older than the contract");
            }
            return answer.hasDataProduct()
                    ? ContractFields.read(answer.getDataProduct().getContractJson())
                    : new Found.Unknown("its contract is not registered");
        } catch (StatusRuntimeException e) {
            return new Found.Unknown("its contract cannot be read: " + why(e));
        }
    }

    @Override
    public Verdict check(Pipeline.ContractReference contract, List<byte[]> rows, Duration deadline) {
        var request = ValidateRequest.newBuilder()
                .setReference(ContractReference.newBuilder()
                        .setDomain(contract.domain())
                        .setName(contract.name()))
                .setJsonRows(array(rows))
                .build();
        try {
            ValidateResponse response = stub(deadline).validate(request);
            long violations = 0;
            String first = "";
            for (ValidationIssue issue : response.getIssuesList()) {
                if (NO_VIOLATIONS.contains(issue.getCheck())) {
                    continue;
                }
                violations += issue.getFailingRows();
                if (first.isEmpty()) {
                    first = (issue.getColumn().isEmpty() ? "" : issue.getColumn() + ": ") + issue.getMessage();
                }
            }
            return new Verdict.Checked(violations, first);
        } catch (StatusRuntimeException e) {
            return new Verdict.Unknown(why(e));
        }
    }

    @Override
    public Optional<List<Issue>> check(Rules rules, List<byte[]> rows, Duration deadline) {
        var request = ValidateRequest.newBuilder().setJsonRows(array(rows));
        switch (rules) {
            case Rules.Registered(Pipeline.ContractReference contract) ->
                request.setReference(ContractReference.newBuilder()
                        .setDomain(contract.domain())
                        .setName(contract.name()));
            case Rules.Document(String text) -> request.setDocument(text);
        }
        try {
            return Optional.of(stub(deadline).validate(request.build()).getIssuesList().stream()
                    .filter(issue -> !NO_VIOLATIONS.contains(issue.getCheck()))
                    .map(issue -> new Issue(
                            issue.getCheck(),
                            issue.getColumn(),
                            issue.getMessage(),
                            issue.getFailingRows(),
                            issue.getSampleList()))
                    .toList());
        } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() == Status.Code.NOT_FOUND) {
                return Optional.empty();
            }
            throw new JobFailedException(
                    "the contract cannot be checked: " + e.getStatus().getCode() + " "
                            + e.getStatus().getDescription(),
                    e);
        }
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }

    private RegistryServiceGrpc.RegistryServiceBlockingStub stub(Duration deadline) {
        return RegistryServiceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(deadline.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static String why(StatusRuntimeException e) {
        return e.getStatus().getCode() == Status.Code.NOT_FOUND
                ? "it is not registered"
                : "registry-service cannot be asked: " + e.getStatus().getCode();
    }

    private static ByteString array(List<byte[]> rows) {
        var bytes = new ByteArrayOutputStream();
        bytes.write('[');
        for (int i = 0; i < rows.size(); i++) {
            if (i > 0) {
                bytes.write(',');
            }
            bytes.writeBytes(rows.get(i));
        }
        bytes.write(']');
        return ByteString.copyFrom(bytes.toByteArray());
    }
}
