package io.millrace.registry.store;

import io.millrace.registry.app.StoreUnavailableException;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jboss.logging.Logger;

/** Brings the database's tables up to date in the background, as soon as Postgres is there; the service starts without it. */
@ApplicationScoped
public class Migrations {
    private static final Logger LOG = Logger.getLogger(Migrations.class);
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final Flyway flyway;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private volatile boolean done;
    private volatile String why = "the tables are not prepared yet";

    public Migrations(Flyway flyway) {
        this.flyway = flyway;
    }

    void start(@Observes StartupEvent event) {
        Thread.ofVirtual().name("migrations").start(this::run);
    }

    void stop(@Observes ShutdownEvent event) {
        stopping.countDown();
    }

    /**
     * @throws StoreUnavailableException until the tables are up to date
     */
    void require() {
        if (!done) {
            throw new StoreUnavailableException(why);
        }
    }

    private void run() {
        boolean told = false;
        try {
            do {
                try {
                    flyway.migrate();
                    done = true;
                    return;
                } catch (FlywayException e) {
                    why = "the tables could not be prepared, see the log";
                    if (!told) {
                        LOG.warnf(
                                "The tables could not be prepared yet, trying again every %s: %s",
                                RETRY, e.getMessage());
                        told = true;
                    }
                }
            } while (!stopping.await(RETRY.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
