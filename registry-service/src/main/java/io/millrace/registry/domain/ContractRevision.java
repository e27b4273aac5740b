package io.millrace.registry.domain;

/**
 * One revision of a data product's contract. It never changes.
 *
 * @param json canonical JSON of the ODCS document
 */
public record ContractRevision(ProductId product, RevisionSummary summary, String json) {}
