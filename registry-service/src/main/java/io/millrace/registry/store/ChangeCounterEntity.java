package io.millrace.registry.store;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;

/** The one row whose lock orders registrations, so that change numbers become visible in their order. */
@Entity
@Table(name = "change_counter")
public class ChangeCounterEntity extends PanacheEntityBase {
    static final short ONLY = 1;

    @Id
    public short id = ONLY;

    @Column(nullable = false)
    public long number;
}
