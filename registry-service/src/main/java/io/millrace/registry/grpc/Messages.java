package io.millrace.registry.grpc;

import io.millrace.proto.registry.v1.DataProduct;
import io.millrace.proto.registry.v1.RegisterDataProductResponse;
import io.millrace.proto.registry.v1.ValidateResponse;
import io.millrace.proto.registry.v1.ValidationIssue;
import io.millrace.registry.app.DataProducts;
import io.millrace.registry.domain.ContractRevision;
import io.millrace.registry.domain.RevisionSummary;
import io.millrace.registry.domain.validation.Issue;
import io.millrace.registry.domain.validation.ValidationReport;

/** The domain as protobuf messages. */
final class Messages {
    private Messages() {}

    static RegisterDataProductResponse planned(DataProducts.Planned planned) {
        return RegisterDataProductResponse.newBuilder()
                .setDataProduct(DataProduct.newBuilder()
                        .setDomain(planned.product().domain())
                        .setName(planned.product().name())
                        .setRevision(planned.revision())
                        .setContractVersion(planned.contractVersion())
                        .setDigest(planned.digest()))
                .setCreated(planned.created())
                .addAllFields(planned.fields())
                .build();
    }

    static DataProduct dataProduct(ContractRevision revision) {
        RevisionSummary summary = revision.summary();
        return DataProduct.newBuilder()
                .setDomain(revision.product().domain())
                .setName(revision.product().name())
                .setRevision(summary.revision())
                .setContractVersion(summary.contractVersion())
                .setDigest(summary.digest())
                .setRegisteredAt(summary.registeredAt().toString())
                .setContractJson(revision.json())
                .build();
    }

    static ValidateResponse report(ValidationReport report) {
        return ValidateResponse.newBuilder()
                .setSchemaCompliant(report.schemaCompliant())
                .setQualityCompliant(report.qualityCompliant())
                .setRows(report.rows())
                .addAllIssues(report.issues().stream().map(Messages::issue).toList())
                .build();
    }

    private static ValidationIssue issue(Issue issue) {
        return ValidationIssue.newBuilder()
                .setCheck(issue.check().label())
                .setColumn(issue.column())
                .setMessage(issue.message())
                .setFailingRows(issue.failingRows())
                .addAllSample(issue.sample())
                .setSchema(issue.check().isSchema())
                .build();
    }
}
