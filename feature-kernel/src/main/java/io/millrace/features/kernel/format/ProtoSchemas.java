package io.millrace.features.kernel.format;

import com.google.protobuf.AnyProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DurationProto;
import com.google.protobuf.EmptyProto;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.StructProto;
import com.google.protobuf.TimestampProto;
import com.google.protobuf.WrappersProto;
import com.squareup.wire.schema.CoreLoader;
import com.squareup.wire.schema.ErrorCollector;
import com.squareup.wire.schema.Linker;
import com.squareup.wire.schema.Location;
import com.squareup.wire.schema.ProtoFile;
import com.squareup.wire.schema.Schema;
import com.squareup.wire.schema.SchemaException;
import com.squareup.wire.schema.internal.SchemaEncoder;
import com.squareup.wire.schema.internal.parser.ProtoParser;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Compiles .proto texts and reads compiled ones; finds messages in them. */
final class ProtoSchemas {
    private static final int MAX_CHARACTERS = 1 << 20;
    private static final int MAX_BRACES = 64;
    private static final String MAIN = "millrace-schema.proto";

    /** The files of protobuf itself that a schema may import. */
    private static final Map<String, FileDescriptor> WELL_KNOWN = wellKnown();

    private ProtoSchemas() {}

    private static Map<String, FileDescriptor> wellKnown() {
        Map<String, FileDescriptor> files = new HashMap<>();
        Stream.of(
                        TimestampProto.getDescriptor(),
                        WrappersProto.getDescriptor(),
                        DurationProto.getDescriptor(),
                        StructProto.getDescriptor(),
                        AnyProto.getDescriptor(),
                        EmptyProto.getDescriptor())
                .forEach(file -> files.put(file.getName(), file));
        return Map.copyOf(files);
    }

    /**
     * Compiles a .proto text.
     *
     * @param references the files that it imports, beside protobuf's own
     * @throws InvalidSchemaException where it does not compile
     */
    static FileDescriptor compile(String text, List<SchemaRegistry.Reference> references) {
        var texts = new LinkedHashMap<String, String>();
        references.forEach(reference -> texts.put(reference.name(), reference.text()));
        texts.put(MAIN, text);
        try {
            var files = new ArrayList<ProtoFile>();
            texts.forEach((name, content) -> files.add(parsed(name, content)));
            Schema schema = new Linker(CoreLoader.INSTANCE, new ErrorCollector(), true, true).link(files);
            var encoder = new SchemaEncoder(schema);
            Map<String, FileDescriptorProto> encoded = new HashMap<>();
            for (ProtoFile file : schema.getProtoFiles()) {
                if (texts.containsKey(file.getLocation().getPath())) {
                    encoded.put(
                            file.getLocation().getPath(),
                            FileDescriptorProto.parseFrom(encoder.encode(file).toByteArray()));
                }
            }
            return linked(MAIN, encoded, new HashMap<>(), Set.of());
        } catch (SchemaException | IllegalStateException | IllegalArgumentException e) {
            throw invalid(e);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("the compiler wrote no descriptor", e);
        } catch (StackOverflowError e) {
            throw new InvalidSchemaException("the schema is nested too deeply");
        }
    }

    private static ProtoFile parsed(String name, String text) {
        if (text.length() > MAX_CHARACTERS) {
            throw new InvalidSchemaException("the schema is longer than " + MAX_CHARACTERS + " characters");
        }
        int depth = 0;
        for (int i = 0; i < text.length(); i++) {
            depth += text.charAt(i) == '{' ? 1 : text.charAt(i) == '}' ? -1 : 0;
            if (depth > MAX_BRACES) {
                throw new InvalidSchemaException("the schema is nested more than " + MAX_BRACES + " levels deep");
            }
        }
        return ProtoFile.Companion.get(ProtoParser.Companion.parse(Location.get(name), text));
    }

    private static InvalidSchemaException invalid(RuntimeException e) {
        String text = String.valueOf(e.getMessage())
                .replace(MAIN, "line")
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .limit(3)
                .reduce((a, b) -> a + " " + b)
                .orElse("");
        return new InvalidSchemaException(
                "no Protobuf schema: " + (text.length() <= 300 ? text : text.substring(0, 300) + "…"));
    }

    /**
     * Reads a FileDescriptorSet, as {@code protoc --include_imports --descriptor_set_out} writes it; its last file is the schema.
     *
     * @throws InvalidSchemaException where it is none, or an import is not in it
     */
    static FileDescriptor descriptors(String base64) {
        try {
            FileDescriptorSet set =
                    FileDescriptorSet.parseFrom(Base64.getMimeDecoder().decode(base64));
            if (set.getFileCount() == 0) {
                throw new InvalidSchemaException("no file stands in the FileDescriptorSet");
            }
            Map<String, FileDescriptorProto> files = new HashMap<>();
            set.getFileList().forEach(file -> files.put(file.getName(), file));
            return linked(set.getFile(set.getFileCount() - 1).getName(), files, new HashMap<>(), Set.of());
        } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
            throw new InvalidSchemaException("no FileDescriptorSet in base64: " + e.getMessage());
        }
    }

    private static FileDescriptor linked(
            String name, Map<String, FileDescriptorProto> files, Map<String, FileDescriptor> done, Set<String> above) {
        FileDescriptor wellKnown = WELL_KNOWN.get(name);
        if (wellKnown != null) {
            return wellKnown;
        }
        FileDescriptor known = done.get(name);
        if (known != null) {
            return known;
        }
        FileDescriptorProto file = files.get(name);
        if (file == null || above.contains(name)) {
            throw new InvalidSchemaException(
                    "'" + name + "' is imported, and " + (file == null ? "not there" : "imports itself"));
        }
        Set<String> around = Stream.concat(above.stream(), Stream.of(name)).collect(Collectors.toSet());
        var imports = new ArrayList<FileDescriptor>();
        file.getDependencyList().forEach(each -> imports.add(linked(each, files, done, around)));
        try {
            FileDescriptor linked = FileDescriptor.buildFrom(file, imports.toArray(new FileDescriptor[0]));
            done.put(name, linked);
            return linked;
        } catch (DescriptorValidationException e) {
            throw new InvalidSchemaException("no Protobuf schema: " + e.getMessage());
        }
    }

    /**
     * The message of that full name, or of that name inside the file's package; where no name is given, the only one of the file.
     *
     * @throws InvalidSchemaException where there is none or several
     */
    static Descriptor message(FileDescriptor file, String name) {
        if (name.isEmpty()) {
            if (file.getMessageTypes().size() != 1) {
                throw new InvalidSchemaException(
                        "'message' must name one of " + names(file) + ": the schema does not have just one");
            }
            return file.getMessageTypes().getFirst();
        }
        Descriptor found = find(file.getMessageTypes(), name);
        if (found == null) {
            throw new InvalidSchemaException("the schema has no message '" + name + "'"
                    + io.millrace.definitions.NearestName.hint(name, names(file)) + "; it has " + names(file));
        }
        return found;
    }

    private static List<String> names(FileDescriptor file) {
        return file.getMessageTypes().stream().map(Descriptor::getFullName).toList();
    }

    private static @Nullable Descriptor find(List<Descriptor> messages, String name) {
        for (Descriptor message : messages) {
            if (message.getFullName().equals(name)) {
                return message;
            }
            Descriptor inside = find(message.getNestedTypes(), name);
            if (inside != null) {
                return inside;
            }
        }
        return null;
    }
}
