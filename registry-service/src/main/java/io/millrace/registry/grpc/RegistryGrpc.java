package io.millrace.registry.grpc;

import com.google.protobuf.ByteString;
import io.grpc.ServerServiceDefinition;
import io.millrace.gate.GateReason;
import io.millrace.gate.Refusal;
import io.millrace.gate.grpc.GrpcWork;
import io.millrace.gate.grpc.ReadableMessages;
import io.millrace.proto.registry.v1.ContractReference;
import io.millrace.proto.registry.v1.GetDataProductRequest;
import io.millrace.proto.registry.v1.GetDataProductResponse;
import io.millrace.proto.registry.v1.ListDataProductsRequest;
import io.millrace.proto.registry.v1.ListDataProductsResponse;
import io.millrace.proto.registry.v1.MutinyRegistryServiceGrpc;
import io.millrace.proto.registry.v1.RegisterDataProductRequest;
import io.millrace.proto.registry.v1.RegisterDataProductResponse;
import io.millrace.proto.registry.v1.SearchDataProductsRequest;
import io.millrace.proto.registry.v1.SearchDataProductsResponse;
import io.millrace.proto.registry.v1.ValidateRequest;
import io.millrace.proto.registry.v1.ValidateResponse;
import io.millrace.registry.app.Answer;
import io.millrace.registry.app.DataProducts;
import io.millrace.registry.app.RevisionStore;
import io.millrace.registry.app.RowFormat;
import io.millrace.registry.app.RowValidation;
import io.millrace.registry.domain.ContractRevision;
import io.millrace.registry.domain.DataContract;
import io.quarkus.grpc.GrpcService;
import io.smallrye.mutiny.Uni;

/** The registry over gRPC. */
@GrpcService
public class RegistryGrpc extends MutinyRegistryServiceGrpc.RegistryServiceImplBase {
    private final GrpcWork work;
    private final DataProducts products;
    private final RowValidation validation;

    public RegistryGrpc(GrpcWork work, DataProducts products, RowValidation validation) {
        this.work = work;
        this.products = products;
        this.validation = validation;
    }

    @Override
    public ServerServiceDefinition bindService() {
        return ReadableMessages.of(super.bindService());
    }

    @Override
    public Uni<RegisterDataProductResponse> registerDataProduct(RegisterDataProductRequest request) {
        return work.run(() -> {
            String path = request.getPath().isEmpty() ? "contract" : request.getPath();
            if (request.getDryRun()) {
                return Messages.planned(products.plan(path, request.getContent()));
            }
            RevisionStore.Registration registration = products.register(path, request.getContent());
            return RegisterDataProductResponse.newBuilder()
                    .setDataProduct(Messages.dataProduct(registration.revision()))
                    .setCreated(registration.created())
                    .build();
        });
    }

    @Override
    public Uni<GetDataProductResponse> getDataProduct(GetDataProductRequest request) {
        return work.run(() -> {
            Answer<ContractRevision> answer = products.get(
                    DataProducts.product(request.getDomain(), request.getName()), request.getRevision(), "");
            var response = GetDataProductResponse.newBuilder().setDataProduct(Messages.dataProduct(answer.value()));
            answer.cacheAge().ifPresent(age -> response.setCacheAgeSeconds(age.toSeconds()));
            return response.build();
        });
    }

    @Override
    public Uni<ListDataProductsResponse> listDataProducts(ListDataProductsRequest request) {
        return work.run(() -> {
            var page = products.list(request.getDomain(), request.getPageSize(), request.getPageToken())
                    .value();
            return ListDataProductsResponse.newBuilder()
                    .addAllDataProducts(
                            page.items().stream().map(Messages::dataProduct).toList())
                    .setNextPageToken(page.nextToken())
                    .build();
        });
    }

    @Override
    public Uni<SearchDataProductsResponse> searchDataProducts(SearchDataProductsRequest request) {
        return work.run(() -> {
            var page = products.search(request.getQuery(), request.getPageSize(), request.getPageToken())
                    .value();
            return SearchDataProductsResponse.newBuilder()
                    .addAllDataProducts(
                            page.items().stream().map(Messages::dataProduct).toList())
                    .setNextPageToken(page.nextToken())
                    .build();
        });
    }

    @Override
    public Uni<ValidateResponse> validate(ValidateRequest request) {
        return work.run(() -> {
            RowFormat format =
                    switch (request.getDataCase()) {
                        case JSON_ROWS -> RowFormat.JSON;
                        case CSV -> RowFormat.CSV;
                        case PARQUET -> RowFormat.PARQUET;
                        case DATA_NOT_SET -> throw missing("data");
                    };
            ByteString rows =
                    switch (format) {
                        case JSON -> request.getJsonRows();
                        case CSV -> request.getCsv();
                        case PARQUET -> request.getParquet();
                    };
            return Messages.report(
                    validation.validate(contract(request), request.getSchema(), format, rows.toByteArray()));
        });
    }

    private DataContract contract(ValidateRequest request) {
        return switch (request.getContractCase()) {
            case REFERENCE -> {
                ContractReference reference = request.getReference();
                yield validation.contract(products.get(
                                DataProducts.product(reference.getDomain(), reference.getName()),
                                reference.getRevision(),
                                "")
                        .value());
            }
            case DOCUMENT -> validation.contract(request.getDocument());
            case CONTRACT_NOT_SET -> throw missing("contract");
        };
    }

    private static Refusal missing(String what) {
        return new Refusal(GateReason.MALFORMED_REQUEST, "the request has no " + what);
    }
}
