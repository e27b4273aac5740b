package io.millrace.registry.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.registry.app.data.RowData;
import io.millrace.registry.domain.DataContract;
import io.millrace.registry.domain.SchemaObject;
import io.millrace.registry.domain.validation.Check;
import io.millrace.registry.domain.validation.Issue;
import io.millrace.registry.domain.validation.ValidationReport;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** A pipeline checks up to 500 events once a second: that must cost it next to nothing. */
class SmallBatchTest {
    private static final Duration TARGET = Duration.ofMillis(30);

    private final RowValidation validation = new RowValidation(
            new Settings(
                    new Settings.Catalogue(Duration.ofSeconds(1), Duration.ofSeconds(1), 1 << 20, 10),
                    new Settings.Validation(2, Duration.ofSeconds(1), 10_000_000, 1 << 30, 10_000_000)),
            bytes -> {
                throw new IllegalStateException("no Parquet here");
            },
            (SchemaObject schema, RowData rows) -> List.<Issue>of(),
            new SilentMeter());

    /** Counts nothing. */
    private static final class SilentMeter implements RegistryMeter {
        @Override
        public void registration(RegistrationOutcome outcome) {}

        @Override
        public void read(ReadSource source) {}

        @Override
        public void validation(RowFormat format, Duration took, long rows) {}

        @Override
        public void issue(Check check) {}
    }

    private static byte[] rows(int count) {
        var rows = new StringBuilder("[");
        for (int i = 0; i < count; i++) {
            rows.append(i == 0 ? "" : ",")
                    .append(String.format(
                            Locale.ROOT,
                            "{\"order_id\":\"0d4f4a3c-1c64-4a6e-9f1a-%012d\",\"customer_id\":%d,\"status\":\"paid\",\"amount\":%d.25,"
                                    + "\"paid_at\":\"2024-01-01T00:00:%02d.%06dZ\",\"delivery_day\":\"01.02.2024\",\"gift\":false,"
                                    + "\"coupon\":\"ABCD%d\",\"items\":[{\"sku\":\"s\",\"quantity\":1}],\"address\":{\"city\":\"X\"}}",
                            i,
                            i + 1,
                            i % 1000 + 1,
                            i % 60,
                            i % 1_000_000,
                            i % 1000));
        }
        return rows.append("]").toString().getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void fiveHundredEventsOfTenColumnsAreCheckedWithinTheTarget() throws Exception {
        DataContract contract = validation.contract(Files.readString(Path.of("src/test/resources/orders.odcs.yaml")));
        byte[] batch = rows(500);
        long[] took = new long[60];
        for (int i = 0; i < took.length; i++) {
            long begun = System.nanoTime();
            ValidationReport report = validation.validate(contract, "orders", RowFormat.JSON, batch);
            took[i] = System.nanoTime() - begun;
            assertThat(report.rows()).isEqualTo(500);
            assertThat(report.schemaCompliant()).isTrue();
        }
        // the first twenty warm up; of the others the quicker quarter counts, because other builds may share the
        // machine
        Arrays.sort(took, 20, took.length);

        assertThat(Duration.ofNanos(took[30])).isLessThan(TARGET);
    }
}
