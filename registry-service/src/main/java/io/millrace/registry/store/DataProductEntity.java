package io.millrace.registry.store;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import org.jspecify.annotations.Nullable;

/** A data product and which of its revisions is current. The pointer moves by compare-and-set only. */
@Entity
@Table(name = "data_product")
public class DataProductEntity extends PanacheEntityBase {
    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    public @Nullable Long id;

    @Column(nullable = false, updatable = false)
    public String domain = "";

    @Column(nullable = false, updatable = false)
    public String name = "";

    /** 0 inside the transaction that makes the product. */
    @Column(name = "current_revision", nullable = false)
    public int currentRevision;

    /** When the pointer moved last, in the order of commits. */
    @Column(name = "change_number", nullable = false)
    public long changeNumber;
}
