package io.millrace.registry.app;

import io.millrace.registry.app.document.ContractDocument;
import io.millrace.registry.domain.ContractRevision;
import io.millrace.registry.domain.ProductId;
import io.millrace.registry.domain.RevisionSummary;
import java.util.List;
import java.util.Optional;

/** Where revisions are kept for good. Every method may throw {@link StoreUnavailableException}. Blocking; safe for concurrent use. */
public interface RevisionStore {
    /**
     * Makes the document the product's current revision, unless its current one has the same digest. Safe to repeat and to run concurrently:
     * each change of content is one revision.
     */
    Registration register(ContractDocument document);

    /** Products whose current revision was set after a change number; all of them where the store is behind that number. */
    Changes changesSince(long changeNumber);

    Optional<ContractRevision> revision(ProductId product, int revision);

    /**
     * What became of a registration.
     *
     * @param created false where this content was the current revision already
     */
    record Registration(ContractRevision revision, boolean created) {}

    /**
     * @param upTo the change number that these changes lead to
     * @param everything whether these are all products, so that what was known before is void
     */
    record Changes(long upTo, boolean everything, List<ProductHistory> products) {}

    /**
     * @param revisions oldest first; the current one is among them
     */
    record ProductHistory(ContractRevision current, List<RevisionSummary> revisions) {}
}
