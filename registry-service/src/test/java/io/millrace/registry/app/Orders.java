package io.millrace.registry.app;

import io.millrace.registry.app.data.RowData;
import io.millrace.registry.domain.DataContract;
import io.millrace.registry.domain.SchemaObject;
import io.millrace.registry.domain.validation.Check;
import io.millrace.registry.domain.validation.Issue;
import io.millrace.registry.domain.validation.ValidationReport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** The contract of orders.odcs.yaml, and events of its ten columns as a pipeline checks them. */
final class Orders {
    private final RowValidation validation = new RowValidation(
            new Settings(
                    new Settings.Catalogue(Duration.ofSeconds(1), Duration.ofSeconds(1), 1 << 20, 10),
                    new Settings.Validation(2, Duration.ofSeconds(1), 10_000_000, 1 << 30, 10_000_000)),
            bytes -> {
                throw new IllegalStateException("no Parquet here");
            },
            (SchemaObject schema, RowData rows) -> List.<Issue>of(),
            new SilentMeter());

    private final DataContract contract;

    Orders() throws IOException {
        contract = validation.contract(Files.readString(Path.of("src/test/resources/orders.odcs.yaml")));
    }

    ValidationReport validate(byte[] rows) {
        return validation.validate(contract, "orders", RowFormat.JSON, rows);
    }

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

    /** A JSON array. */
    static byte[] rows(int count) {
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
}
