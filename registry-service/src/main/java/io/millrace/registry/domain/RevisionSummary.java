package io.millrace.registry.domain;

import java.time.Instant;

/**
 * One revision of a contract without its text. It never changes.
 *
 * @param revision counts from 1, one more with each change of content
 * @param contractVersion as the contract's author wrote it
 * @param digest SHA-256 over the canonical JSON, lower-case hex
 */
public record RevisionSummary(int revision, String contractVersion, String digest, Instant registeredAt) {}
