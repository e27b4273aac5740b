package io.millrace.registry.store;

import io.millrace.registry.domain.ContractRevision;
import io.millrace.registry.domain.ProductId;
import io.millrace.registry.domain.RevisionSummary;
import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Table;
import java.time.Instant;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.Nullable;

/** A revision of a contract. Never changes; the database refuses it too. */
@Entity
@Immutable
@Table(name = "contract_revision")
public class ContractRevisionEntity extends PanacheEntityBase {
    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    public @Nullable Long id;

    @ManyToOne(fetch = FetchType.LAZY, optional = false)
    @JoinColumn(name = "product_id", updatable = false)
    public @Nullable DataProductEntity product;

    @Column(nullable = false, updatable = false)
    public int revision;

    @Column(name = "contract_version", nullable = false, updatable = false)
    public String contractVersion = "";

    @Column(nullable = false, updatable = false)
    public String digest = "";

    @Column(name = "registered_at", nullable = false, updatable = false)
    public Instant registeredAt = Instant.EPOCH;

    @Column(nullable = false, updatable = false)
    public String contract = "";

    RevisionSummary summary() {
        return new RevisionSummary(revision, contractVersion, digest, registeredAt);
    }

    ContractRevision revision(ProductId product) {
        return new ContractRevision(product, summary(), contract);
    }
}
