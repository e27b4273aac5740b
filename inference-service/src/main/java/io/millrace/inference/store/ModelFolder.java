package io.millrace.inference.store;

import io.millrace.inference.app.ModelRefusedException;
import io.millrace.inference.domain.ModelFault;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A model repository in a folder. Names that begin with a dot are left alone, so that a version can be written aside and moved into place; an empty folder is no version. Below
 * the root no symbolic link is followed.
 */
public final class ModelFolder extends ModelStore {
    private static final String LINK = "symlink";

    private final Path root;
    private boolean seen;

    /**
     * @param maxFileBytes larger model files are refused; less than 2 GiB
     */
    public ModelFolder(Path root, long maxFileBytes) {
        this(root, maxFileBytes, TrustedKeys.ANYBODY);
    }

    ModelFolder(Path root, long maxFileBytes, TrustedKeys trusted) {
        super(maxFileBytes, trusted);
        this.root = root;
    }

    @Override
    public synchronized Contents look() throws IOException {
        if (!seen && !Files.exists(root)) {
            return new Contents(List.of(), Map.of());
        }
        var candidates = new ArrayList<Candidate>();
        var policies = new HashMap<String, String>();
        for (Path model : folders(root)) {
            String name = model.getFileName().toString();
            if (Files.isSymbolicLink(model)) {
                candidates.add(new Candidate(name, "*", LINK));
                continue;
            }
            for (Path version : folders(model)) {
                String fingerprint = fingerprint(version);
                if (!fingerprint.isEmpty()) {
                    candidates.add(new Candidate(name, version.getFileName().toString(), fingerprint));
                }
            }
            Path policy = model.resolve(POLICY);
            if (Files.exists(policy, LinkOption.NOFOLLOW_LINKS)) {
                policies.put(name, fingerprintOf(policy));
            }
        }
        seen = true;
        return new Contents(candidates, policies);
    }

    @Override
    void refuseSuspects(Candidate candidate) throws ModelRefusedException {
        refuseLink(List.of(candidate.name()));
        refuseLink(List.of(candidate.name(), candidate.version()));
    }

    @Override
    byte[] bytes(List<String> path, long maxBytes) throws IOException, ModelRefusedException {
        for (int depth = 1; depth <= path.size(); depth++) {
            refuseLink(path.subList(0, depth));
        }
        Path file = root.resolve(String.join("/", path));
        boolean there = Files.exists(file, LinkOption.NOFOLLOW_LINKS);
        if (there && !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new ModelRefusedException(ModelFault.FILE_MISSING, String.join("/", path) + " is no plain file");
        }
        try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            byte[] bytes = in.readNBytes(Math.toIntExact(maxBytes + 1));
            if (bytes.length > maxBytes) {
                throw tooLarge(path, maxBytes);
            }
            return bytes;
        }
    }

    private void refuseLink(List<String> path) throws ModelRefusedException {
        String shown = String.join("/", path);
        if (Files.isSymbolicLink(root.resolve(shown))) {
            throw new ModelRefusedException(ModelFault.SYMLINK, shown + " is a symbolic link");
        }
    }

    /** The folders and links in a folder, by name. */
    private static List<Path> folders(Path folder) throws IOException {
        var folders = new ArrayList<Path>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            for (Path entry : entries) {
                String name = entry.getFileName().toString();
                boolean beside = name.startsWith(".") || name.equals(POLICY);
                if (!beside && (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS) || Files.isSymbolicLink(entry))) {
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
            return LINK;
        }
        var entries = new ArrayList<String>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(version)) {
            for (Path file : files) {
                entries.add(fingerprintOf(file));
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        } catch (NoSuchFileException e) {
            return "";
        }
        entries.sort(null);
        return String.join("|", entries);
    }

    private static String fingerprintOf(Path file) throws IOException {
        BasicFileAttributes is = Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        return file.getFileName() + ":" + is.size() + ":"
                + is.lastModifiedTime().to(TimeUnit.NANOSECONDS) + ":" + is.fileKey();
    }
}
