package io.millrace.features.kernel.format;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.format.UndecodableRecordException.Fault;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Protobuf records: bare, or behind the five bytes that name their schema and the list of indexes that names the message in it. The message is the one of the
 * file beside the view where there is one, else the one that the record names.
 */
final class ProtobufDecoder implements RecordDecoder {
    private static final int MAX_INDEXES = 32;

    private final Optional<Descriptor> message;
    private final String name;
    private final Optional<SchemaRegistry> registry;
    private final List<List<String>> paths;
    private final int maxDepth;
    private final Optional<Reading> fromFile;
    private final BoundedCache<FileDescriptor> written = new BoundedCache<>();
    private @Nullable Reading last;

    /** A message and where in it the view's fields are. */
    private record Reading(Descriptor message, List<List<FieldDescriptor>> fields) {}

    /**
     * @param message the file's
     * @param name the message's declared name, "" where none is
     * @param registry empty where records are bare; then there is a file
     */
    ProtobufDecoder(
            Optional<Descriptor> message,
            String name,
            Optional<SchemaRegistry> registry,
            List<List<String>> paths,
            int maxDepth) {
        this.message = message;
        this.name = name;
        this.registry = registry;
        this.paths = paths;
        this.maxDepth = maxDepth;
        this.fromFile = message.map(this::reading);
    }

    private Reading reading(Descriptor of) {
        return new Reading(
                of, paths.stream().map(path -> ProtoValues.fields(of, path)).toList());
    }

    @Override
    public synchronized @Nullable FeatureValue[] decode(byte[] record) {
        try {
            CodedInputStream input = CodedInputStream.newInstance(record);
            input.setRecursionLimit(maxDepth);
            Reading reading = registry.isPresent() ? named(registry.get(), record, input) : fromFile.orElseThrow();
            DynamicMessage read = DynamicMessage.newBuilder(reading.message())
                    .mergeFrom(input)
                    .buildPartial();
            input.checkLastTagWas(0);
            return values(reading, read);
        } catch (InvalidProtocolBufferException e) {
            throw new UndecodableRecordException(
                    Fault.NOT_PROTOBUF, "the record is not what its schema says: " + e.getMessage());
        } catch (IOException e) {
            throw new UndecodableRecordException(Fault.NOT_PROTOBUF, "the record is not what its schema says");
        }
    }

    private @Nullable FeatureValue[] values(Reading reading, DynamicMessage read) {
        var values = new @Nullable FeatureValue[paths.size()];
        for (int i = 0; i < values.length; i++) {
            List<FieldDescriptor> fields = reading.fields().get(i);
            values[i] = fields.isEmpty() ? null : ProtoValues.at(read, fields, String.join(".", paths.get(i)));
        }
        return values;
    }

    /** What the record's head says that it is; the input stands behind the head then. */
    private Reading named(SchemaRegistry known, byte[] record, CodedInputStream input) throws IOException {
        int id = Framed.read(record).id();
        input.skipRawBytes(Framed.BYTES);
        Descriptor writer = message(written.of(id, () -> compiled(known, id)), indexes(input), id);
        String declared = message.map(Descriptor::getFullName).orElse(name);
        if (!declared.isEmpty() && !declared.equals(writer.getFullName())) {
            throw new UndecodableRecordException(
                    Fault.INCOMPATIBLE_SCHEMA, "the record is a " + writer.getFullName() + ", not a " + declared);
        }
        if (fromFile.isPresent()) {
            return fromFile.get();
        }
        Reading before = last;
        if (before == null || !before.message().equals(writer)) {
            before = reading(writer);
            last = before;
        }
        return before;
    }

    /** How many indexes, then the indexes, as zigzag varints; a single 0 is short for the first message. */
    private static List<Integer> indexes(CodedInputStream input) throws IOException {
        int count = input.readSInt32();
        if (count < 0 || count > MAX_INDEXES) {
            throw new UndecodableRecordException(Fault.NOT_FRAMED, "the record does not say which message it is");
        }
        var indexes = new ArrayList<Integer>();
        for (int i = 0; i < count; i++) {
            indexes.add(input.readSInt32());
        }
        return count == 0 ? List.of(0) : indexes;
    }

    private static Descriptor message(FileDescriptor file, List<Integer> indexes, int id) {
        List<Descriptor> among = file.getMessageTypes();
        Descriptor found = null;
        for (int index : indexes) {
            if (index < 0 || index >= among.size()) {
                throw new UndecodableRecordException(
                        Fault.INCOMPATIBLE_SCHEMA,
                        "schema " + Integer.toUnsignedString(id) + " has no message " + indexes);
            }
            found = among.get(index);
            among = found.getNestedTypes();
        }
        if (found == null) {
            throw new IllegalStateException("no index says which message a record is");
        }
        return found;
    }

    private static FileDescriptor compiled(SchemaRegistry registry, int id) {
        SchemaRegistry.Registered registered = AvroDecoder.registered(registry, id, "PROTOBUF");
        try {
            return ProtoSchemas.compile(registered.text(), registered.references());
        } catch (InvalidSchemaException e) {
            throw new UndecodableRecordException(
                    Fault.INCOMPATIBLE_SCHEMA, "schema " + Integer.toUnsignedString(id) + ": " + e.getMessage());
        }
    }
}
