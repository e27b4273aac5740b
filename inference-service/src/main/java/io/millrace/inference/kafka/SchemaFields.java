package io.millrace.inference.kafka;

import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.format.RecordDecoder;
import io.millrace.features.kernel.format.RecordDecoders;
import io.millrace.features.kernel.format.SchemaRegistry;
import io.millrace.inference.app.InputFormats;
import io.millrace.inference.domain.InputFormat;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads records in Avro and Protobuf, by the decoders that read those of feature views. */
final class SchemaFields implements EventFields {
    private static final int MAX_DEPTH = 64;

    private final List<String> paths;
    private final RecordDecoder decoder;

    /** @throws io.millrace.features.kernel.format.InvalidSchemaException where the format cannot be read so */
    SchemaFields(InputFormat format, Collection<String> paths, Optional<SchemaRegistry> schemas) {
        this.paths = List.copyOf(paths);
        this.decoder = RecordDecoders.of(InputFormats.decoded(format), this.paths, schemas, MAX_DEPTH);
    }

    @Override
    public Read read(byte[] record) {
        @Nullable FeatureValue[] decoded = decoder.decode(record);
        var values = new HashMap<String, Object>();
        var texts = new HashMap<String, String>();
        var instants = new HashMap<String, Long>();
        for (int i = 0; i < decoded.length; i++) {
            String path = paths.get(i);
            Object value =
                    switch (decoded[i]) {
                        case FeatureValue.Bool(boolean flag) -> flag;
                        case FeatureValue.Int(long number) -> number;
                        case FeatureValue.Real(double number) when Double.isFinite(number) -> number;
                        case FeatureValue.Text(String text) -> text;
                        case FeatureValue.Time(long micros) -> {
                            instants.put(path, micros);
                            yield Instant.EPOCH.plus(micros, ChronoUnit.MICROS).toString();
                        }
                        case null, default -> null;
                    };
            if (value != null) {
                values.put(path, value);
                texts.put(path, value.toString());
            }
        }
        return new Read(values, texts, instants);
    }
}
