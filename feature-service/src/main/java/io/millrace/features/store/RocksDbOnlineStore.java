package io.millrace.features.store;

import io.millrace.features.app.DurableStore;
import io.millrace.features.app.NewestEvents;
import io.millrace.features.app.OnlineStore;
import io.millrace.features.app.StoreUnavailableException;
import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.ViewId;
import io.millrace.features.kernel.fold.ViewPlan;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/**
 * The online store in RocksDB, in a folder of the service's own. Rows and positions go into one write batch; its log is written and not synced: a killed
 * process loses nothing, a power loss loses a tail that Kafka gives again, with the positions that belong to it.
 *
 * <p>Blocking; reads take tens of microseconds where the blocks are cached. One replica per folder. Damage that a read or a change meets withholds the view; damage that forbids even that
 * moves the whole store aside.
 */
public final class RocksDbOnlineStore implements DurableStore {
    private static final Logger LOG = Logger.getLogger(RocksDbOnlineStore.class);

    private final RocksAccess access;
    private final InstantSource clock;
    private final Room room;
    private final Plans plans;
    private final ConcurrentMap<ViewId, ReentrantLock> applying;
    private final ReentrantLock numbering;
    private final Confirmations confirmed = new Confirmations();
    private final ConcurrentMap<ViewId, String> withheld;
    private final ConcurrentMap<ViewId, String> adopted;
    private volatile Optional<String> lost;
    private final @Nullable RocksDbOnlineStore served;

    /**
     * Opens the folder, or makes it. A damaged one is moved aside and an empty one taken, whose views are {@link #withheld}.
     *
     * @param verification how long checksums are compared before the store is used
     * @throws IllegalStateException where another process has the folder, or it cannot be written
     */
    public RocksDbOnlineStore(Path directory, RocksDbSettings settings, Duration verification, InstantSource clock) {
        this.access = RocksDamage.openOrStartAnew(directory, settings, verification, clock.instant());
        this.clock = clock;
        this.room = Room.SERVED;
        this.plans = new Plans();
        this.applying = new ConcurrentHashMap<>();
        this.numbering = new ReentrantLock();
        this.withheld = new ConcurrentHashMap<>();
        this.adopted = new ConcurrentHashMap<>();
        this.lost = access.use(RocksViews::lost);
        this.served = null;
    }

    /** The same store's other room. */
    private RocksDbOnlineStore(RocksDbOnlineStore served) {
        this.access = served.access;
        this.clock = served.clock;
        this.room = Room.BESIDE;
        this.plans = served.plans;
        this.applying = served.applying;
        this.numbering = served.numbering;
        this.withheld = new ConcurrentHashMap<>();
        this.adopted = new ConcurrentHashMap<>();
        this.lost = Optional.empty();
        this.served = served;
    }

    @Override
    public Map<SourcePartition, Long> positions(ViewId view) {
        return guarding(view, folder -> {
            ViewRecord record = RocksViews.find(folder, room, view, null);
            Map<SourcePartition, Long> positions = record == null ? Map.of() : record.positions();
            confirmed.asked(view, positions);
            return positions;
        });
    }

    @Override
    public Applied apply(FeatureView view, Batch batch) {
        ViewPlan plan = plans.of(view);
        return guarding(view.id(), folder -> locked(view.id(), () -> applyLocked(folder, plan, batch)));
    }

    @Override
    public List<ViewRows> read(List<ViewQuery> queries) {
        var answers = new ArrayList<ViewRows>(queries.size());
        return guarding(() -> queries.get(answers.size()).view().id(), folder -> {
            try (var state = new RocksRead(folder)) {
                for (ViewQuery query : queries) {
                    ViewRecord record = servedRecord(folder, query.view(), state.options());
                    answers.add(state.rows(query, plans.of(query.view()), record));
                }
                return answers;
            }
        });
    }

    @Override
    public long overflows() {
        return plans.overflows();
    }

    @Override
    public void delete(FeatureView view, EntityKey key) {
        guarding(
                view.id(),
                folder -> locked(view.id(), () -> {
                    try (var batch = new WriteBatch()) {
                        ViewRecord record = RocksViews.find(folder, room, view.id(), null);
                        if (record != null) {
                            byte[] row = RocksKeys.row(record.number(), EntityRow.of(key));
                            folder.tiles().forget(record.number());
                            batch.deleteRange(folder.rows(), RocksKeys.firstOfRow(row), RocksKeys.behindRow(row));
                            folder.db().write(access.writeOptions(), batch);
                        }
                        return true;
                    }
                }));
    }

    @Override
    public void drop(ViewId view) {
        guarding(
                view,
                folder -> locked(view, () -> {
                    try (var batch = new WriteBatch()) {
                        ViewRecord record = RocksViews.find(folder, room, view, null);
                        if (record != null) {
                            RocksViews.remove(folder, room, view, batch);
                            RocksViews.removeRows(folder, record, batch);
                            folder.db().write(access.writeOptions(), batch);
                        }
                        confirmed.forget(view);
                        withheld.remove(view);
                        adopted.remove(view);
                        plans.forget(view);
                        return true;
                    }
                }));
    }

    @Override
    public void adopt(Collection<FeatureView> defined) {
        Optional<String> why = lost;
        for (FeatureView view : defined) {
            String fingerprint = plans.fingerprint(view);
            if (why.isEmpty() && fingerprint.equals(adopted.get(view.id()))) {
                continue;
            }
            Optional<ViewRecord> record =
                    access.use(folder -> Optional.ofNullable(RocksViews.find(folder, room, view.id(), null)));
            if (record.isPresent()) {
                adopt(view.id(), record.get(), fingerprint);
            } else {
                why.ifPresent(reason -> withhold(view.id(), reason));
            }
            adopted.put(view.id(), fingerprint);
        }
        if (why.isPresent()) {
            access.use(folder -> {
                folder.db().delete(folder.meta(), access.writeOptions(), RocksKeys.LOST);
                return true;
            });
            lost = Optional.empty();
        }
    }

    private void adopt(ViewId view, ViewRecord record, String fingerprint) {
        if (!record.withheld().isEmpty()) {
            withheld.put(view, record.withheld());
        } else if (!record.fingerprint().equals(fingerprint)) {
            LOG.warnf("%s: its state is of another definition, and is deleted", view);
            drop(view);
        }
    }

    @Override
    public Optional<String> withheld(ViewId view) {
        String why = withheld.get(view);
        return why == null ? lost : Optional.of(why);
    }

    @Override
    public void withhold(ViewId view, String why) {
        access.use(folder -> locked(view, () -> {
            try (var batch = new WriteBatch()) {
                RocksViews.removeRows(folder, RocksViews.find(folder, room, view, null), batch);
                RocksViews.put(folder, room, view, ViewRecord.withheld(nextNumber(folder), why), batch);
                folder.db().write(access.writeOptions(), batch);
            }
            withheld.put(view, why);
            return true;
        }));
    }

    @Override
    public OnlineStore beside() {
        return new RocksDbOnlineStore(this);
    }

    @Override
    public boolean promote(FeatureView view) {
        ViewId id = view.id();
        String fingerprint = plans.fingerprint(view);
        return access.use(folder -> locked(id, () -> {
            ViewRecord built = RocksViews.find(folder, Room.BESIDE, id, null);
            ViewRecord served = RocksViews.find(folder, room, id, null);
            if (built == null || !built.fingerprint().equals(fingerprint) || served != null && !built.reaches(served)) {
                return false;
            }
            try (var batch = new WriteBatch()) {
                RocksViews.removeRows(folder, served, batch);
                RocksViews.remove(folder, Room.BESIDE, id, batch);
                RocksViews.put(folder, room, id, built, batch);
                folder.db().write(access.writeOptions(), batch);
            }
            withheld.remove(id);
            adopted.put(id, fingerprint);
            return true;
        }));
    }

    @Override
    public Swept sweep(FeatureView view, BooleanSupplier pace) {
        var sweep = new RocksSweep(plans.of(view), room);
        Swept sum = new Swept(0, 0);
        while (sweep.isUnfinished() && pace.getAsBoolean()) {
            sum = sum.plus(guarding(view.id(), folder -> locked(view.id(), () -> sweep.step(folder, access))));
        }
        return sum;
    }

    @Override
    public NewestEvents newest(FeatureView view) {
        return guarding(view.id(), folder -> {
            ViewRecord record = servedRecord(folder, view, null);
            return record == null
                    ? NewestEvents.NONE
                    : new RocksNewest(view, room, record, folder, step -> guarding(view.id(), step));
        });
    }

    @Override
    public Optional<String> identity() {
        return Optional.of(access.use(folder -> folder.lock().id()));
    }

    /** Forgets what was known of the folder: another one's content is in it now. */
    void exchanged() {
        adopted.clear();
        withheld.clear();
        lost = access.use(RocksViews::lost);
    }

    /** The folder, for copies of it. */
    RocksAccess access() {
        return access;
    }

    /** Waits for what is under way. Closing twice is closing once. */
    @Override
    public void close() {
        if (room == Room.SERVED) {
            access.close();
        }
    }

    private Applied applyLocked(RocksFolder folder, ViewPlan plan, Batch batch) throws RocksDBException {
        ViewId id = plan.view().id();
        ViewRecord before = servedRecord(folder, plan.view(), null);
        try (var changes = new WriteBatch()) {
            if (before == null) {
                RocksViews.removeRows(folder, RocksViews.find(folder, room, id, null), changes);
                before = ViewRecord.empty(nextNumber(folder), plans.fingerprint(plan.view()));
            }
            confirmed.refuseStepBack(id, id, before.positions());
            var fold = new BatchFold(plan, batch.events(), before.positions(), before.newestMicros());
            Applied applied = fold.nothingApplied();
            ViewRecord after = before.advanced(Long.MIN_VALUE, batch.next());
            if (!fold.isEmpty()) {
                try (var rows = new RocksBatch(folder, plan, before)) {
                    RowChanges changed = fold.fold(rows);
                    rows.take(changed, changes);
                    applied = changed.applied();
                    after = before.advanced(changed.newestMicros(), batch.next());
                    RocksViews.put(folder, room, id, after, changes);
                    rows.writeTo(access.writeOptions(), changes);
                }
            } else if (!after.equals(before)) {
                RocksViews.put(folder, room, id, after, changes);
                folder.db().write(access.writeOptions(), changes);
            }
            confirmed.applied(id, after.positions());
            return applied;
        }
    }

    /**
     * What is there of this definition.
     *
     * @throws StoreUnavailableException where it is withheld
     */
    private @Nullable ViewRecord servedRecord(RocksFolder folder, FeatureView view, @Nullable ReadOptions options)
            throws RocksDBException {
        ViewRecord record = RocksViews.find(folder, room, view.id(), options);
        String why = record == null ? lost.orElse("") : record.withheld();
        if (!why.isEmpty()) {
            throw new StoreUnavailableException("view " + view.id() + " is being built again: " + why, null);
        }
        return record == null || record.fingerprint().equals(plans.fingerprint(view)) ? record : null;
    }

    private int nextNumber(RocksFolder folder) throws RocksDBException {
        numbering.lock();
        try {
            return RocksViews.nextNumber(folder, access.writeOptions());
        } finally {
            numbering.unlock();
        }
    }

    /** Something to do while nobody else changes the view. */
    private interface Exclusive<T> {
        T run() throws RocksDBException;
    }

    private <T> T locked(ViewId view, Exclusive<T> work) throws RocksDBException {
        ReentrantLock lock = applying.computeIfAbsent(view, _ -> new ReentrantLock());
        lock.lock();
        try {
            return work.run();
        } finally {
            lock.unlock();
        }
    }

    /** Does something; where it meets damage, the view is withheld, or the whole store where even that fails. */
    private <T> T guarding(ViewId view, RocksAccess.Work<T> work) {
        return guarding(() -> view, work);
    }

    private <T> T guarding(Supplier<ViewId> worksOn, RocksAccess.Work<T> work) {
        int exchanges = access.exchanges();
        try {
            return access.use(work);
        } catch (DamagedStoreException damage) {
            ViewId view = worksOn.get();
            String why = String.valueOf(damage.getMessage());
            LOG.errorf(damage, "%s: its state is damaged, and is built again", view);
            if (served != null) {
                served.startAnew(why, exchanges);
            } else {
                withholdOrStartAnew(view, why, exchanges);
            }
            throw RocksDamage.unavailable(damage);
        }
    }

    /** RocksDB may refuse all changes once it has met the damage in its own work. */
    private void withholdOrStartAnew(ViewId view, String why, int exchanges) {
        try {
            withhold(view, why);
        } catch (DamagedStoreException | StoreUnavailableException e) {
            LOG.errorf(e, "%s: its state cannot be withheld alone", view);
            startAnew(why, exchanges);
        }
    }

    /** Not while the folder is in use by the caller; where somebody else did it meanwhile, that is enough. */
    private synchronized void startAnew(String why, int exchanges) {
        if (access.exchanges() == exchanges) {
            RocksDamage.startAnew(access, clock.instant(), why);
            adopted.clear();
            withheld.clear();
            lost = Optional.of(why);
        }
    }
}
