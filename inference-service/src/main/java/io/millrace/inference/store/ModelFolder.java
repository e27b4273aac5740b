package io.millrace.inference.store;

import io.millrace.definitions.DefinitionFile;
import io.millrace.definitions.Faults;
import io.millrace.inference.app.ModelFile;
import io.millrace.inference.app.ModelRefusedException;
import io.millrace.inference.app.ModelRepository;
import io.millrace.inference.config.InferenceConfig;
import io.millrace.inference.domain.ModelDefinition;
import io.millrace.inference.domain.ModelFault;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * Model versions in a folder: {@code <name>/<version>/model.yaml} and beside it the file that it names. Names that begin with a dot are left
 * alone, so that a version can be written aside and moved into place; an empty folder is no version. Below the root no symbolic link is followed.
 */
@ApplicationScoped
public class ModelFolder implements ModelRepository {
    private static final String DEFINITION = "model.yaml";
    private static final int MAX_DEFINITION_BYTES = 1 << 20;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

    private final Path root;
    private final long maxFileBytes;
    private boolean seen;

    @Inject
    public ModelFolder(InferenceConfig config) {
        this(
                config.models().directory(),
                config.models().maxFileSize().asBigInteger().longValueExact());
    }

    /**
     * @param maxFileBytes larger model files are refused; less than 2 GiB
     */
    public ModelFolder(Path root, long maxFileBytes) {
        if (maxFileBytes < 1 || maxFileBytes > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException(
                    "millrace.inference.models.max-file-size must be 1 byte to 2 GiB, was " + maxFileBytes);
        }
        this.root = root;
        this.maxFileBytes = maxFileBytes;
    }

    @Override
    public synchronized List<Candidate> look() throws IOException {
        if (!seen && !Files.exists(root)) {
            return List.of();
        }
        var candidates = new ArrayList<Candidate>();
        for (Path model : folders(root)) {
            String name = model.getFileName().toString();
            if (Files.isSymbolicLink(model)) {
                candidates.add(new Candidate(name, "*", "symlink"));
                continue;
            }
            for (Path version : folders(model)) {
                String fingerprint = fingerprint(version);
                if (!fingerprint.isEmpty()) {
                    candidates.add(new Candidate(name, version.getFileName().toString(), fingerprint));
                }
            }
        }
        seen = true;
        return candidates;
    }

    @Override
    public ModelFile read(Candidate candidate) throws ModelRefusedException {
        String name = candidate.name();
        String version = candidate.version();
        Path model = root.resolve(name);
        refuseLink(model, name);
        Path folder = model.resolve(version);
        String shown = name + "/" + version;
        refuseLink(folder, shown);
        if (!NAME.matcher(name).matches() || !NAME.matcher(version).matches()) {
            throw new ModelRefusedException(
                    ModelFault.INVALID_DEFINITION,
                    "names and versions are letters, digits, '.', '_' and '-', was " + shown);
        }
        ModelDefinition definition = definition(folder, shown, name, version);
        ByteBuffer content = content(folder, shown, definition);
        String digest = digest(content);
        if (!digest.equals(definition.digest())) {
            throw new ModelRefusedException(
                    ModelFault.DIGEST_MISMATCH,
                    "the SHA-256 of " + definition.file() + " is " + digest + ", declared is " + definition.digest());
        }
        return new ModelFile(definition, content);
    }

    private static ModelDefinition definition(Path folder, String shown, String name, String version)
            throws ModelRefusedException {
        String path = shown + "/" + DEFINITION;
        refuseLink(folder.resolve(DEFINITION), path);
        var faults = new Faults();
        ModelDefinition definition;
        try {
            ByteBuffer bytes = read(folder.resolve(DEFINITION), path, MAX_DEFINITION_BYTES);
            String text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
            definition = ModelYaml.read(new DefinitionFile(path, text), name, version, faults);
        } catch (NoSuchFileException e) {
            throw new ModelRefusedException(ModelFault.INVALID_DEFINITION, path + " is not there", e);
        } catch (CharacterCodingException e) {
            throw new ModelRefusedException(ModelFault.INVALID_DEFINITION, path + " is not UTF-8", e);
        } catch (IOException e) {
            throw new ModelRefusedException(ModelFault.UNREADABLE, path + " cannot be read: " + e, e);
        }
        if (!faults.isEmpty()) {
            throw new ModelRefusedException(ModelFault.INVALID_DEFINITION, ModelYaml.text(faults));
        }
        if (!NAME.matcher(definition.file()).matches()) {
            throw new ModelRefusedException(
                    ModelFault.PATH_ESCAPE,
                    path + ": 'file' must name a file beside it, was '" + definition.file() + "'");
        }
        return definition;
    }

    private ByteBuffer content(Path folder, String shown, ModelDefinition definition) throws ModelRefusedException {
        String path = shown + "/" + definition.file();
        refuseLink(folder.resolve(definition.file()), path);
        ByteBuffer content;
        try {
            content = read(folder.resolve(definition.file()), path, maxFileBytes);
        } catch (NoSuchFileException e) {
            throw new ModelRefusedException(ModelFault.FILE_MISSING, path + " is not there", e);
        } catch (IOException e) {
            throw new ModelRefusedException(ModelFault.UNREADABLE, path + " cannot be read: " + e, e);
        }
        switch (FileKind.of(content)) {
            case PICKLE ->
                throw new ModelRefusedException(
                        ModelFault.PICKLE, path + " is a Python pickle or joblib dump; export the model to ONNX");
            case ARCHIVE -> throw new ModelRefusedException(ModelFault.ARCHIVE, path + " is an archive or compressed");
            case OTHER -> {}
        }
        return content;
    }

    private static ByteBuffer read(Path path, String shown, long maxBytes) throws IOException, ModelRefusedException {
        boolean there = Files.exists(path, LinkOption.NOFOLLOW_LINKS);
        if (there && !Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            throw new ModelRefusedException(ModelFault.FILE_MISSING, shown + " is no plain file");
        }
        try (InputStream in = Files.newInputStream(path, LinkOption.NOFOLLOW_LINKS)) {
            byte[] bytes = in.readNBytes(Math.toIntExact(maxBytes + 1));
            if (bytes.length > maxBytes) {
                throw new ModelRefusedException(ModelFault.TOO_LARGE, shown + " is larger than " + maxBytes + " bytes");
            }
            return ByteBuffer.wrap(bytes);
        }
    }

    private static void refuseLink(Path path, String shown) throws ModelRefusedException {
        if (Files.isSymbolicLink(path)) {
            throw new ModelRefusedException(ModelFault.SYMLINK, shown + " is a symbolic link");
        }
    }

    /** The folders and links in a folder, by name. */
    private static List<Path> folders(Path folder) throws IOException {
        var folders = new ArrayList<Path>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            for (Path entry : entries) {
                boolean hidden = entry.getFileName().toString().startsWith(".");
                if (!hidden && (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS) || Files.isSymbolicLink(entry))) {
                    folders.add(entry);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        folders.sort(null);
        return folders;
    }

    /** Name, size, time and identity of every entry of a version's folder; empty where it has none or is gone. */
    private static String fingerprint(Path version) throws IOException {
        if (Files.isSymbolicLink(version)) {
            return "symlink";
        }
        var entries = new ArrayList<String>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(version)) {
            for (Path file : files) {
                BasicFileAttributes is =
                        Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
                entries.add(file.getFileName() + ":" + is.size() + ":"
                        + is.lastModifiedTime().to(TimeUnit.NANOSECONDS) + ":" + is.fileKey());
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        } catch (NoSuchFileException e) {
            return "";
        }
        entries.sort(null);
        return String.join("|", entries);
    }

    private static String digest(ByteBuffer content) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update(content.duplicate());
            return HexFormat.of().formatHex(sha256.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
