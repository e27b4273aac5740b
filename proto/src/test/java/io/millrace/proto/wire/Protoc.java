package io.millrace.proto.wire;

import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The compiler that the build generates the clients and servers with: what it accepts here is what it accepts there. */
final class Protoc {
    private static final Path TARGET = Path.of("target");

    private Protoc() {}

    /** Where the contracts of this working tree are. */
    static Path sources() {
        return Path.of("src", "main", "proto");
    }

    /**
     * Compiles all files below a folder, with comments and source places, imports left out.
     *
     * @throws IllegalStateException where protoc refuses them, with its words
     */
    static FileDescriptorSet compile(Path root) {
        try {
            Path out = Files.createTempFile(TARGET, "contracts", ".binpb");
            try {
                run(command(root, out));
                return FileDescriptorSet.parseFrom(Files.readAllBytes(out));
            } catch (InvalidProtocolBufferException e) {
                throw new IllegalStateException("protoc wrote no descriptor set", e);
            } finally {
                Files.delete(out);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Compiles files given as path to text; {@code scratch} is an empty folder. */
    static FileDescriptorSet compile(Path scratch, Map<String, byte[]> files) {
        try {
            for (var file : files.entrySet()) {
                Path target = scratch.resolve(file.getKey()).normalize();
                Files.createDirectories(target.getParent());
                Files.write(target, file.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return compile(scratch);
    }

    private static List<String> command(Path root, Path out) throws IOException {
        var command = new ArrayList<String>();
        command.add(executable().toAbsolutePath().toString());
        command.add("--include_source_info");
        command.add("--descriptor_set_out=" + out.toAbsolutePath());
        command.add("-I" + root.toAbsolutePath());
        Path imports = TARGET.resolve("protoc-dependencies");
        if (Files.isDirectory(imports)) {
            try (Stream<Path> libraries = Files.list(imports)) {
                libraries.forEach(library -> command.add("-I" + library.toAbsolutePath()));
            }
        }
        int options = command.size();
        try (Stream<Path> files = Files.walk(root)) {
            files.filter(file -> file.toString().endsWith(".proto"))
                    .map(file -> file.toAbsolutePath().toString())
                    .sorted()
                    .forEach(command::add);
        }
        if (command.size() == options) {
            throw new IllegalStateException("no .proto file below " + root);
        }
        return command;
    }

    /** The code generation of this module's build leaves the executable for this machine in the build folder. */
    private static Path executable() throws IOException {
        try (Stream<Path> files = Files.list(TARGET)) {
            return files.filter(file -> file.getFileName().toString().startsWith("com.google.protobuf-protoc-"))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("no protoc below " + TARGET.toAbsolutePath()
                            + ": the build's code generation has not run"));
        }
    }

    private static void run(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new IllegalStateException("protoc refuses the contracts:\n" + said);
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while protoc ran", e);
        }
    }
}
