package io.millrace.registry.telemetry;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.registry.app.Catalogue;
import io.millrace.registry.app.RegistryMeter;
import io.millrace.registry.app.RowFormat;
import io.millrace.registry.domain.validation.Check;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.Locale;

/** The registry's metrics, by their names. */
@ApplicationScoped
public class RegistryMetrics implements RegistryMeter {
    /** Registrations by outcome. */
    static final String REGISTRATIONS = "millrace.registry.registrations";
    /** Reads by what answered them. */
    static final String READS = "millrace.registry.reads";
    /** Time of validations by format of the rows. */
    static final String VALIDATION_DURATION = "millrace.registry.validation.duration";
    /** Validated rows by format. */
    static final String VALIDATED_ROWS = "millrace.registry.validation.rows";
    /** Issues by check. */
    static final String ISSUES = "millrace.registry.validation.issues";
    /** Data products in memory. */
    static final String PRODUCTS = "millrace.registry.catalogue.products";
    /** Seconds since Postgres last confirmed what is in memory; NaN before the first time. */
    static final String CATALOGUE_AGE = "millrace.registry.catalogue.age";

    private final MeterRegistry registry;

    public RegistryMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    void start(@Observes StartupEvent event, Catalogue catalogue) {
        Gauge.builder(PRODUCTS, catalogue, Catalogue::size).register(registry);
        Gauge.builder(CATALOGUE_AGE, catalogue, RegistryMetrics::seconds)
                .baseUnit("seconds")
                .register(registry);
    }

    @Override
    public void registration(RegistrationOutcome outcome) {
        registry.counter(REGISTRATIONS, "outcome", label(outcome)).increment();
    }

    @Override
    public void read(ReadSource source) {
        registry.counter(READS, "source", label(source)).increment();
    }

    @Override
    public void validation(RowFormat format, Duration took, long rows) {
        registry.timer(VALIDATION_DURATION, "format", label(format)).record(took);
        registry.counter(VALIDATED_ROWS, "format", label(format)).increment(rows);
    }

    @Override
    public void issue(Check check) {
        registry.counter(ISSUES, "check", label(check)).increment();
    }

    private static double seconds(Catalogue catalogue) {
        return catalogue.age().map(age -> age.toNanos() / 1e9).orElse(Double.NaN);
    }

    private static String label(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
