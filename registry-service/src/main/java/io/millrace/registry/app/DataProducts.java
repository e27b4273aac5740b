package io.millrace.registry.app;

import io.millrace.gate.Refusal;
import io.millrace.registry.app.document.ContractDifference;
import io.millrace.registry.app.document.ContractDocument;
import io.millrace.registry.domain.ContractRevision;
import io.millrace.registry.domain.ProductId;
import io.millrace.registry.domain.RevisionSummary;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The registry's use cases on contracts: register, get, list, search. Blocking; safe for concurrent use. */
@ApplicationScoped
public class DataProducts {
    private static final int DEFAULT_PAGE = 100;
    private static final int MAX_PAGE = 1_000;
    private static final int MAX_QUERY = 1_000;

    private final RevisionStore store;
    private final Catalogue catalogue;
    private final RegistryMeter meter;
    private final Settings settings;
    private final Map<RevisionKey, ContractRevision> oldRevisions;

    private record RevisionKey(ProductId product, int revision) {}

    /**
     * What registering a document would do.
     *
     * @param revision the one that it would be, or is
     * @param created false where this content is the current revision already
     * @param fields in which it differs from the current revision, {@link ContractDifference}; empty where there is none
     */
    public record Planned(
            ProductId product,
            int revision,
            String contractVersion,
            String digest,
            boolean created,
            List<String> fields) {}

    private record Hit(int score, ContractRevision revision) {}

    public DataProducts(RevisionStore store, Catalogue catalogue, RegistryMeter meter, Settings settings) {
        this.store = store;
        this.catalogue = catalogue;
        this.meter = meter;
        this.settings = settings;
        int keep = settings.catalogue().oldRevisions();
        this.oldRevisions = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<RevisionKey, ContractRevision> eldest) {
                return size() > keep;
            }
        };
    }

    /** A domain and a name from outside. */
    public static ProductId product(String domain, String name) {
        if (!ProductId.isIdentifier(domain) || !ProductId.isIdentifier(name)) {
            throw new Refusal(
                    RegistryReason.IDENTIFIER_INVALID, "domain and name must be " + ProductId.IDENTIFIER_RULE);
        }
        return new ProductId(domain, name);
    }

    /**
     * Registers a document, see {@link ContractDocument#read} and {@link RevisionStore#register}.
     *
     * @param path as the author knows the document; for messages only
     */
    public RevisionStore.Registration register(String path, String content) {
        ContractDocument document;
        try {
            document = ContractDocument.read(path, content);
        } catch (Refusal refusal) {
            meter.registration(RegistryMeter.RegistrationOutcome.REFUSED);
            throw refusal;
        }
        if (isTooMuch(document)) {
            meter.registration(RegistryMeter.RegistrationOutcome.REFUSED);
            throw full();
        }
        try {
            RevisionStore.Registration registration = store.register(document);
            meter.registration(
                    registration.created()
                            ? RegistryMeter.RegistrationOutcome.CREATED
                            : RegistryMeter.RegistrationOutcome.UNCHANGED);
            return registration;
        } catch (StoreUnavailableException e) {
            meter.registration(RegistryMeter.RegistrationOutcome.UNAVAILABLE);
            throw new Refusal(RegistryReason.STORE_UNAVAILABLE, "nothing was registered for certain: " + e.why(), e);
        }
    }

    /**
     * Says what {@link #register} would do, and does nothing.
     *
     * @throws Refusal as {@link #register}; STORE_UNAVAILABLE also where Postgres could not be asked what is current
     */
    public Planned plan(String path, String content) {
        ContractDocument document = ContractDocument.read(path, content);
        if (isTooMuch(document)) {
            throw full();
        }
        ProductId product = document.contract().product();
        Answer<NavigableMap<ProductId, CatalogueEntry>> known = catalogue.products();
        if (known.cacheAge().isPresent()) {
            throw new Refusal(
                    RegistryReason.STORE_UNAVAILABLE, "Postgres does not answer: what is current is not known");
        }
        @Nullable CatalogueEntry entry = known.value().get(product);
        String version = document.contract().version();
        if (entry == null) {
            return new Planned(product, 1, version, document.digest(), true, List.of());
        }
        ContractRevision current = entry.current();
        boolean created = !current.summary().digest().equals(document.digest());
        return new Planned(
                product,
                current.summary().revision() + (created ? 1 : 0),
                version,
                document.digest(),
                created,
                created ? ContractDifference.between(current.json(), document.json()) : List.of());
    }

    private boolean isTooMuch(ContractDocument document) {
        return catalogue.bytes() + document.json().length()
                > settings.catalogue().maxBytes();
    }

    private Refusal full() {
        return new Refusal(
                RegistryReason.CATALOGUE_FULL,
                "the current contracts would exceed the configured "
                        + settings.catalogue().maxBytes() + " bytes");
    }

    /**
     * One revision.
     *
     * @param revision 0 for the current one
     * @param contractVersion empty for any; otherwise the newest revision with this version, and {@code revision} must be 0
     */
    public Answer<ContractRevision> get(ProductId product, int revision, String contractVersion) {
        if (revision < 0 || (revision > 0 && !contractVersion.isEmpty())) {
            throw new Refusal(
                    RegistryReason.ARGUMENT_INVALID, "ask for a revision from 1 on, or for a version, or for neither");
        }
        var answer = entry(product);
        CatalogueEntry entry = answer.value();
        int wanted = revision;
        if (!contractVersion.isEmpty()) {
            wanted = entry.ofVersion(contractVersion)
                    .map(RevisionSummary::revision)
                    .orElseThrow(() -> noRevision(product, "with that version"));
        }
        if (wanted == 0 || wanted == entry.current().summary().revision()) {
            return answer.map(CatalogueEntry::current);
        }
        ContractRevision old = old(product, wanted);
        return answer.map(_ -> old);
    }

    /** All revisions of a product, newest first. */
    public Answer<List<RevisionSummary>> revisions(ProductId product) {
        return entry(product).map(entry -> entry.revisions().reversed());
    }

    /**
     * Current revisions by domain, then name.
     *
     * @param domain empty for all
     * @param pageSize 1 to 1,000; 0 means 100
     * @param pageToken of the page before; empty for the first
     */
    public Answer<Page<ContractRevision>> list(String domain, int pageSize, String pageToken) {
        if (!domain.isEmpty() && !ProductId.isIdentifier(domain)) {
            throw new Refusal(RegistryReason.IDENTIFIER_INVALID, "the domain must be " + ProductId.IDENTIFIER_RULE);
        }
        int size = pageSize(pageSize);
        String filter = "list:" + domain;
        Optional<PageToken> from = PageToken.read(pageToken, filter);
        return catalogue.products().map(products -> {
            var after = from.map(token -> products.tailMap(token.last(), false)).orElse(products);
            var items = new ArrayList<Hit>();
            for (CatalogueEntry entry : after.values()) {
                boolean wanted =
                        domain.isEmpty() || entry.current().product().domain().equals(domain);
                if (wanted && items.size() <= size) {
                    items.add(new Hit(0, entry.current()));
                }
            }
            return page(items, size, filter);
        });
    }

    /**
     * Current revisions whose name, description, tags or columns have all words of the query, best first. Words may be cut short at
     * their end.
     */
    public Answer<Page<ContractRevision>> search(String query, int pageSize, String pageToken) {
        List<String> words = SearchWords.query(query);
        if (words.isEmpty() || query.length() > MAX_QUERY) {
            throw new Refusal(
                    RegistryReason.ARGUMENT_INVALID, "a query has at least one word and at most 1,000 characters");
        }
        int size = pageSize(pageSize);
        String filter = "search:" + String.join(" ", words);
        Optional<PageToken> from = PageToken.read(pageToken, filter);
        return catalogue.products().map(products -> {
            var hits = new ArrayList<Hit>();
            for (CatalogueEntry entry : products.values()) {
                var hit = new Hit(entry.words().score(words), entry.current());
                if (hit.score() > 0 && from.map(token -> isAfter(hit, token)).orElse(true)) {
                    hits.add(hit);
                }
            }
            hits.sort(Comparator.comparingInt(Hit::score).reversed().thenComparing(hit -> hit.revision()
                    .product()));
            return page(hits, size, filter);
        });
    }

    private static boolean isAfter(Hit hit, PageToken token) {
        return hit.score() < token.score()
                || (hit.score() == token.score() && hit.revision().product().compareTo(token.last()) > 0);
    }

    private static Page<ContractRevision> page(List<Hit> hits, int size, String filter) {
        List<Hit> shown = hits.subList(0, Math.min(size, hits.size()));
        String next = "";
        if (hits.size() > size) {
            Hit last = shown.getLast();
            next = new PageToken(last.score(), last.revision().product()).write(filter);
        }
        return new Page<>(shown.stream().map(Hit::revision).toList(), next);
    }

    private Answer<CatalogueEntry> entry(ProductId product) {
        var answer = catalogue.products();
        @Nullable CatalogueEntry entry = answer.value().get(product);
        if (entry == null && answer.cacheAge().isPresent()) {
            throw new Refusal(
                    RegistryReason.STORE_UNAVAILABLE,
                    "Postgres does not answer, and " + product + " is not among what it last gave");
        }
        if (entry == null) {
            throw new Refusal(RegistryReason.DATA_PRODUCT_NOT_FOUND, "there is no data product " + product);
        }
        return new Answer<>(entry, answer.cacheAge());
    }

    private ContractRevision old(ProductId product, int revision) {
        var key = new RevisionKey(product, revision);
        synchronized (oldRevisions) {
            ContractRevision kept = oldRevisions.get(key);
            if (kept != null) {
                return kept;
            }
        }
        try {
            ContractRevision read =
                    store.revision(product, revision).orElseThrow(() -> noRevision(product, "numbered " + revision));
            synchronized (oldRevisions) {
                oldRevisions.put(key, read);
            }
            return read;
        } catch (StoreUnavailableException e) {
            throw new Refusal(RegistryReason.STORE_UNAVAILABLE, "this old revision is not in the cache: " + e.why(), e);
        }
    }

    private static Refusal noRevision(ProductId product, String which) {
        return new Refusal(RegistryReason.REVISION_NOT_FOUND, product + " has no revision " + which);
    }

    private static int pageSize(int asked) {
        if (asked < 0 || asked > MAX_PAGE) {
            throw new Refusal(RegistryReason.ARGUMENT_INVALID, "the page size is 1 to " + MAX_PAGE);
        }
        return asked == 0 ? DEFAULT_PAGE : asked;
    }
}
