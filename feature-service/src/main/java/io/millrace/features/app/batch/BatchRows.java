package io.millrace.features.app.batch;

import io.millrace.features.domain.Coercion;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.FeatureView.EventField;
import io.millrace.features.kernel.FeatureView.JoinKey;
import io.millrace.features.kernel.FeatureView.Source;
import io.millrace.features.kernel.FeatureView.TimeColumn;
import io.millrace.features.kernel.Position;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.projection.EventProjector;
import io.millrace.features.kernel.projection.Projection;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes a view's events of the rows of its batch source. A column has the name of the event's field, or of the join key. */
final class BatchRows {
    private static final Position NOWHERE = new Position(new SourcePartition("", "", 0), 0);

    private final FeatureView view;
    private final Source.Batch source;
    private final EventProjector projector;

    /** What a row is. */
    sealed interface Outcome {
        record Row(FeatureEvent event) implements Outcome {}

        record Rejected(String reason) implements Outcome {}
    }

    BatchRows(FeatureView view, Source.Batch source) {
        this.view = view;
        this.source = source;
        this.projector = EventProjector.of(view);
    }

    Outcome read(Map<String, @Nullable FeatureValue> row) {
        Optional<Long> time = micros(row, source.timestamp());
        if (time.isEmpty()) {
            return new Outcome.Rejected("'" + source.timestamp().field() + "' is no instant: "
                    + row.get(source.timestamp().field()));
        }
        long created = FeatureEvent.NO_CREATED;
        if (source.created().isPresent() && row.get(source.created().get().field()) != null) {
            Optional<Long> made = micros(row, source.created().get());
            if (made.isEmpty()) {
                return new Outcome.Rejected("'" + source.created().get().field() + "' is no instant");
            }
            created = made.get();
        }
        Map<String, @Nullable FeatureValue> values = new HashMap<>();
        for (JoinKey key : view.joinKeys()) {
            FeatureValue value = row.containsKey(key.field()) ? row.get(key.field()) : row.get(key.name());
            values.put(
                    key.field(),
                    value == null ? null : Coercion.to(key.type(), value).orElse(value));
        }
        for (EventField field : view.fields()) {
            FeatureValue value = row.get(field.name());
            if (value != null) {
                values.put(field.name(), Coercion.to(field.type(), value).orElse(value));
            }
        }
        return switch (projector.project(values, time.get(), NOWHERE)) {
            case Projection.Event(FeatureEvent event) -> new Outcome.Row(event.created(created));
            case Projection.Skipped(var reason) -> new Outcome.Rejected(reason.name());
            case Projection.Undecodable(var _, String detail) -> new Outcome.Rejected(detail);
        };
    }

    /** Empty where the column holds no instant in its unit. */
    private static Optional<Long> micros(Map<String, @Nullable FeatureValue> row, TimeColumn column) {
        FeatureValue value = row.get(column.field());
        if (value instanceof FeatureValue.Time(long micros)) {
            return Optional.of(micros);
        }
        if (value instanceof FeatureValue.Text(String text)) {
            return switch (column.unit()) {
                case RFC3339 -> Coercion.micros(text);
                case S, MS, US -> number(text).flatMap(number -> scaled(number, column));
            };
        }
        if (value instanceof FeatureValue.Int(long whole)) {
            return scaled(BigDecimal.valueOf(whole), column);
        }
        if (value instanceof FeatureValue.Real(double real) && Double.isFinite(real)) {
            return scaled(new BigDecimal(real), column);
        }
        return Optional.empty();
    }

    private static Optional<BigDecimal> number(String text) {
        try {
            return text.length() > 40 ? Optional.empty() : Optional.of(new BigDecimal(text.strip()));
        } catch (NumberFormatException notANumber) {
            return Optional.empty();
        }
    }

    private static Optional<Long> scaled(BigDecimal number, TimeColumn column) {
        int digits =
                switch (column.unit()) {
                    case RFC3339 -> -1;
                    case S -> 6;
                    case MS -> 3;
                    case US -> 0;
                };
        if (digits < 0 || number.abs().compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
            return Optional.empty();
        }
        BigDecimal micros = number.movePointRight(digits).setScale(0, RoundingMode.FLOOR);
        return micros.abs().compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0
                ? Optional.empty()
                : Optional.of(micros.longValueExact());
    }
}
