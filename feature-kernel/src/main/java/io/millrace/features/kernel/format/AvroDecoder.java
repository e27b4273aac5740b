package io.millrace.features.kernel.format;

import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.format.UndecodableRecordException.Fault;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;
import org.jspecify.annotations.Nullable;

/**
 * Records in Avro's binary encoding. The reader's schema is the file beside the view where there is one; the writer's is that which the record names in a
 * registry, or the file. Between them Avro's own rules of resolution hold: promoted numbers, defaults, aliases.
 */
final class AvroDecoder implements RecordDecoder {
    private final Optional<Schema> reader;
    private final Optional<SchemaRegistry> registry;
    private final List<List<String>> paths;
    private final List<String> topLevel;
    private final int maxDepth;
    private final BoundedCache<BoundedAvroReader> readers = new BoundedCache<>();

    /**
     * @param reader the file's schema
     * @param registry empty where records are bare; then there is a file
     */
    AvroDecoder(Optional<Schema> reader, Optional<SchemaRegistry> registry, List<List<String>> paths, int maxDepth) {
        this.reader = reader;
        this.registry = registry;
        this.paths = paths;
        this.topLevel = paths.stream().map(List::getFirst).toList();
        this.maxDepth = maxDepth;
    }

    @Override
    public synchronized @Nullable FeatureValue[] decode(byte[] record) {
        int id = registry.isPresent() ? Framed.read(record).id() : 0;
        BoundedAvroReader datums = readers.of(id, () -> readerOf(id));
        var input = new BoundedAvroInput(record, registry.isPresent() ? Framed.BYTES : 0);
        try {
            datums.begin();
            var read = (IndexedRecord) datums.read(null, input);
            if (input.left() > 0) {
                throw new UndecodableRecordException(Fault.NOT_AVRO, "there is more behind the record");
            }
            var values = new @Nullable FeatureValue[paths.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = AvroValues.at(read, paths.get(i));
            }
            return values;
        } catch (IOException | AvroRuntimeException | IndexOutOfBoundsException | ClassCastException e) {
            throw new UndecodableRecordException(Fault.NOT_AVRO, "the record is not what its schema says");
        }
    }

    private BoundedAvroReader readerOf(int id) {
        Schema writer = registry.map(known -> written(known, id)).orElseGet(reader::orElseThrow);
        Schema wanted = AvroSchemas.pruned(reader.orElse(writer), topLevel);
        try {
            Schema applied = Schema.applyAliases(writer, wanted);
            org.apache.avro.Resolver.Action action = org.apache.avro.Resolver.resolve(applied, wanted);
            if (action instanceof org.apache.avro.Resolver.ErrorAction error) {
                throw incompatible(id, error.toString());
            }
            return new BoundedAvroReader(writer, wanted, maxDepth);
        } catch (AvroRuntimeException e) {
            throw incompatible(id, String.valueOf(e.getMessage()));
        }
    }

    private static UndecodableRecordException incompatible(int id, String why) {
        return new UndecodableRecordException(
                Fault.INCOMPATIBLE_SCHEMA,
                "schema " + id + " cannot be read as the view's: "
                        + why.lines().findFirst().orElse(""));
    }

    private static Schema written(SchemaRegistry registry, int id) {
        SchemaRegistry.Registered registered = registered(registry, id, "AVRO");
        try {
            return AvroSchemas.parse(registered.text(), registered.references());
        } catch (InvalidSchemaException e) {
            throw new UndecodableRecordException(Fault.INCOMPATIBLE_SCHEMA, "schema " + id + ": " + e.getMessage());
        }
    }

    /** @throws UndecodableRecordException where there is none of that type */
    static SchemaRegistry.Registered registered(SchemaRegistry registry, int id, String type) {
        SchemaRegistry.Registered registered = registry.schema(id)
                .orElseThrow(() -> new UndecodableRecordException(
                        Fault.UNKNOWN_SCHEMA, "the registry has no schema " + Integer.toUnsignedString(id)));
        if (!registered.type().equals(type)) {
            throw new UndecodableRecordException(
                    Fault.INCOMPATIBLE_SCHEMA,
                    "schema " + Integer.toUnsignedString(id) + " is of type " + registered.type() + ", not " + type);
        }
        return registered;
    }
}
