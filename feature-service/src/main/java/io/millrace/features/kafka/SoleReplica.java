package io.millrace.features.kafka;

import io.millrace.features.app.DurableStore;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that of several replicas with a store of their own only one applies events: they are members of a consumer group over a topic of one partition, and the one that has the partition
 * applies. It keeps it while it lives, however many come; its folder's id keeps the place for it while it is started again. Replicas that share a store all apply.
 */
@ApplicationScoped
public class SoleReplica {
    static final String GROUP = "millrace.feature-service.embedded";

    private static final Logger LOG = Logger.getLogger(SoleReplica.class);
    private static final Duration POLL = Duration.ofMillis(250);
    private static final Duration PAUSE = Duration.ofMillis(500);
    private static final Duration LEAVE = Duration.ofSeconds(3);

    private final DurableStore store;
    private final KafkaClients clients;
    private final String group;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile Place place = Place.UNKNOWN;
    private volatile boolean open = true;
    private @Nullable Thread thread;

    private enum Place {
        UNKNOWN,
        HELD,
        TAKEN
    }

    @Inject
    public SoleReplica(DurableStore store, KafkaClients clients) {
        this(store, clients, GROUP);
    }

    /** Among the replicas of another group: for services that share a Kafka with others. */
    SoleReplica(DurableStore store, KafkaClients clients, String group) {
        this.store = store;
        this.clients = clients;
        this.group = group;
    }

    void start(@Observes StartupEvent event) {
        store.identity()
                .ifPresent(id -> thread =
                        Thread.ofPlatform().name("sole-replica").daemon().start(() -> run(id)));
    }

    void stop(@Observes ShutdownEvent event) {
        open = false;
        Thread running = thread;
        if (running != null) {
            try {
                if (!running.join(LEAVE.plus(POLL))) {
                    LOG.warn("The place of this replica is not given back; another one waits for 10 s");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Calls this, on a thread of its own, whenever {@link #isHeld} may have changed. */
    void onChange(Runnable listener) {
        listeners.add(listener);
    }

    /** Whether this replica applies events. */
    boolean isHeld() {
        return place == Place.HELD || store.identity().isEmpty();
    }

    /** Why it does not; empty where it does, or where Kafka has not said yet. */
    Optional<String> refusal() {
        return place == Place.TAKEN
                ? Optional.of(
                        "another replica with an embedded store of its own applies events (consumer group " + group
                                + "); one replica serves an embedded store: end one of them, or let both use Redis (millrace.features.online-store.kind)")
                : Optional.empty();
    }

    private void run(String id) {
        while (open) {
            KafkaConsumer<byte[], byte[]> member = null;
            try {
                member = clients.member(
                        group, id, "feature-service-" + ProcessHandle.current().pid());
                member.subscribe(List.of(KafkaDefinitions.TOPIC), new Assignments(member));
                while (open) {
                    member.poll(POLL);
                }
            } catch (InterruptException e) {
                open = false;
            } catch (KafkaException e) {
                LOG.warnf("Kafka does not say which replica applies events: %s", e.getMessage());
                become(Place.UNKNOWN);
                pause();
            } finally {
                if (member != null) {
                    leave(member);
                }
            }
        }
    }

    private static void leave(KafkaConsumer<byte[], byte[]> member) {
        try {
            member.close(CloseOptions.timeout(LEAVE)
                    .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
        } catch (KafkaException e) {
            LOG.debugf(e, "The place of this replica was not given back");
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void become(Place next) {
        Place before = place;
        place = next;
        if (before != next) {
            refusal().ifPresent(LOG::error);
            listeners.forEach(Runnable::run);
        }
    }

    /** The definitions' topic is only there to be assigned: nothing of it is read here. */
    private final class Assignments implements ConsumerRebalanceListener {
        private final KafkaConsumer<?, ?> member;

        Assignments(KafkaConsumer<?, ?> member) {
            this.member = member;
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            member.pause(member.assignment());
            boolean isOurs = member.assignment().stream().anyMatch(partition -> partition.partition() == 0);
            become(isOurs ? Place.HELD : Place.TAKEN);
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            if (open && partitions.stream().anyMatch(partition -> partition.partition() == 0)) {
                become(Place.UNKNOWN);
            }
        }
    }
}
