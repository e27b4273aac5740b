package io.millrace.registry.store;

import io.millrace.registry.app.RevisionStore;
import io.millrace.registry.app.StoreUnavailableException;
import io.millrace.registry.app.document.ContractDocument;
import io.millrace.registry.domain.ContractRevision;
import io.millrace.registry.domain.ProductId;
import io.millrace.registry.domain.RevisionSummary;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Revisions in Postgres with Panache. */
@ApplicationScoped
public class PostgresRevisions implements RevisionStore {
    private static final int TRANSACTION_SECONDS = 10;
    private static final int MAX_ATTEMPTS = 50;

    private final EntityManager entities;
    private final Migrations migrations;
    private final InstantSource clock;

    /** Another registration of the same product was faster. */
    private static final class PointerMovedException extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    public PostgresRevisions(EntityManager entities, Migrations migrations, InstantSource clock) {
        this.entities = entities;
        this.migrations = migrations;
        this.clock = clock;
    }

    @Override
    public Registration register(ContractDocument document) {
        migrations.require();
        Optional<Registration> unchanged = read(() -> unchanged(document));
        if (unchanged.isPresent()) {
            return unchanged.get();
        }
        for (int attempt = 1; ; attempt++) {
            try {
                return transaction(() -> attempt(document));
            } catch (RuntimeException e) {
                boolean faster = e instanceof PointerMovedException
                        || e.getCause() instanceof PointerMovedException
                        || StoreFailures.isConflict(e);
                if (!faster) {
                    throw StoreFailures.translate(e);
                }
                if (attempt == MAX_ATTEMPTS) {
                    throw new StoreUnavailableException("other registrations were faster each time", e);
                }
            }
        }
    }

    @Override
    public Changes changesSince(long changeNumber) {
        migrations.require();
        return read(() -> {
            long upTo = ((ChangeCounterEntity) ChangeCounterEntity.findById(ChangeCounterEntity.ONLY)).number;
            if (upTo == changeNumber) {
                return new Changes(upTo, false, List.of());
            }
            boolean everything = changeNumber > upTo;
            return changes(everything ? 0 : changeNumber, everything);
        });
    }

    @Override
    public Optional<ContractRevision> revision(ProductId product, int revision) {
        migrations.require();
        return read(() -> ContractRevisionEntity.<ContractRevisionEntity>find(
                        "product.domain = ?1 and product.name = ?2 and revision = ?3",
                        product.domain(),
                        product.name(),
                        revision)
                .firstResultOptional()
                .map(entity -> entity.revision(product)));
    }

    /** The lock on the counter comes first, so that what is read after it is what the pointer is compared with. */
    private Registration attempt(ContractDocument document) {
        ChangeCounterEntity counter =
                entities.find(ChangeCounterEntity.class, ChangeCounterEntity.ONLY, LockModeType.PESSIMISTIC_WRITE);
        Optional<Registration> unchanged = unchanged(document);
        if (unchanged.isPresent()) {
            return unchanged.get();
        }
        counter.number++;
        ProductId id = document.contract().product();
        @Nullable DataProductEntity product = product(id);
        DataProductEntity owner = product == null ? newProduct(id, counter.number) : product;
        int expected = owner.currentRevision;
        ContractRevisionEntity revision = insert(owner, expected + 1, document);
        int moved = DataProductEntity.update(
                "currentRevision = ?1, changeNumber = ?2 where id = ?3 and currentRevision = ?4",
                expected + 1,
                counter.number,
                Objects.requireNonNull(owner.id),
                expected);
        if (moved != 1) {
            throw new PointerMovedException();
        }
        return new Registration(revision.revision(id), true);
    }

    private static Optional<Registration> unchanged(ContractDocument document) {
        ProductId id = document.contract().product();
        @Nullable DataProductEntity product = product(id);
        if (product == null) {
            return Optional.empty();
        }
        ContractRevisionEntity current = ContractRevisionEntity.<ContractRevisionEntity>find(
                        "product = ?1 and revision = ?2", product, product.currentRevision)
                .singleResult();
        return current.digest.equals(document.digest())
                ? Optional.of(new Registration(current.revision(id), false))
                : Optional.empty();
    }

    private static @Nullable DataProductEntity product(ProductId id) {
        return DataProductEntity.<DataProductEntity>find("domain = ?1 and name = ?2", id.domain(), id.name())
                .firstResult();
    }

    private static DataProductEntity newProduct(ProductId id, long changeNumber) {
        var product = new DataProductEntity();
        product.domain = id.domain();
        product.name = id.name();
        product.changeNumber = changeNumber;
        product.persistAndFlush();
        return product;
    }

    private ContractRevisionEntity insert(DataProductEntity owner, int number, ContractDocument document) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        var revision = new ContractRevisionEntity();
        revision.product = owner;
        revision.revision = number;
        revision.contractVersion = document.contract().version();
        revision.digest = document.digest();
        revision.registeredAt = now;
        revision.contract = document.json();
        revision.persistAndFlush();
        return revision;
    }

    private Changes changes(long since, boolean everything) {
        List<ContractRevisionEntity> currents = entities.createQuery(
                        "select r from ContractRevisionEntity r join fetch r.product p"
                                + " where p.changeNumber > :since and r.revision = p.currentRevision",
                        ContractRevisionEntity.class)
                .setParameter("since", since)
                .getResultList();
        Map<Long, List<RevisionSummary>> summaries = summaries(since);
        long upTo = since;
        var products = new ArrayList<ProductHistory>();
        for (ContractRevisionEntity current : currents) {
            DataProductEntity product = Objects.requireNonNull(current.product);
            upTo = Math.max(upTo, product.changeNumber);
            products.add(new ProductHistory(
                    current.revision(new ProductId(product.domain, product.name)),
                    summaries.getOrDefault(product.id, List.of(current.summary()))));
        }
        return new Changes(upTo, everything, products);
    }

    private Map<Long, List<RevisionSummary>> summaries(long since) {
        List<Object[]> rows = entities.createQuery(
                        "select r.product.id, r.revision, r.contractVersion, r.digest, r.registeredAt"
                                + " from ContractRevisionEntity r where r.product.changeNumber > :since"
                                + " order by r.product.id, r.revision",
                        Object[].class)
                .setParameter("since", since)
                .getResultList();
        var summaries = new HashMap<Long, List<RevisionSummary>>();
        for (Object[] row : rows) {
            summaries
                    .computeIfAbsent((Long) row[0], _ -> new ArrayList<>())
                    .add(new RevisionSummary((Integer) row[1], (String) row[2], (String) row[3], (Instant) row[4]));
        }
        return summaries;
    }

    private static <T> T read(Supplier<T> query) {
        try {
            return transaction(query);
        } catch (RuntimeException e) {
            throw StoreFailures.translate(e);
        }
    }

    private static <T> T transaction(Supplier<T> work) {
        return QuarkusTransaction.requiringNew().timeout(TRANSACTION_SECONDS).call(work::get);
    }
}
