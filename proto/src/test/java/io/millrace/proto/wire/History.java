package io.millrace.proto.wire;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Earlier states of the contracts, read from git where the clone has them. */
final class History {
    /**
     * An earlier state.
     *
     * @param name how to call it in a message
     * @param files path below the contracts' folder to content
     */
    record Baseline(String name, Map<String, byte[]> files) {}

    /**
     * What there is to compare with.
     *
     * @param missing why a baseline is not there, in words for the reader of the build's output
     */
    record Baselines(List<Baseline> found, List<String> missing) {}

    private final Path folder;

    /** @param folder the contracts' folder, inside a clone or not */
    History(Path folder) {
        this.folder = folder.toAbsolutePath();
    }

    /**
     * The last commit (HEAD where the contracts differ from it, its first parent otherwise) and the newest release tag {@code v*} before
     * this state. A baseline without contracts counts as missing.
     */
    Baselines baselines() {
        var found = new ArrayList<Baseline>();
        var missing = new ArrayList<String>();
        if (git("rev-parse", "--verify", "--quiet", "HEAD").isEmpty()) {
            missing.add("last commit: this is not a git clone with a commit in it (or git is not installed)");
            return new Baselines(found, missing);
        }
        boolean dirty = git("status", "--porcelain", "--", ".")
                .filter(status -> status.length > 0)
                .isPresent();
        String last = dirty ? "HEAD" : "HEAD~1";
        addBaseline("last commit", last, found, missing);
        git("describe", "--tags", "--abbrev=0", "--match", "v[0-9]*", last)
                .map(History::line)
                .ifPresentOrElse(
                        tag -> addBaseline("release " + tag, tag, found, missing),
                        () -> missing.add("last release: no tag v* before " + last));
        return new Baselines(found, missing);
    }

    private void addBaseline(String name, String revision, List<Baseline> found, List<String> missing) {
        Optional<String> commit =
                git("rev-parse", "--verify", "--quiet", revision + "^{commit}").map(History::line);
        if (commit.isEmpty()) {
            missing.add(name + ": " + revision + " is not in this clone (first commit, or a shallow clone)");
            return;
        }
        Map<String, byte[]> files = files(commit.get());
        if (files.isEmpty()) {
            missing.add(name + ": " + commit.get() + " has no contracts");
        } else {
            found.add(new Baseline(name + " " + commit.get(), files));
        }
    }

    private Map<String, byte[]> files(String commit) {
        var files = new LinkedHashMap<String, byte[]>();
        String listing = git("ls-tree", "-r", "--name-only", "-z", commit, "--", ".")
                .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                .orElse("");
        for (String path : listing.split("\0", -1)) {
            if (path.endsWith(".proto")) {
                files.put(
                        path,
                        git("show", commit + ":./" + path)
                                .orElseThrow(() -> new IllegalStateException("git cannot show " + path)));
            }
        }
        return files;
    }

    private static String line(byte[] output) {
        return new String(output, StandardCharsets.UTF_8).strip();
    }

    /** What git prints; empty where it fails or is not there. */
    private Optional<byte[]> git(String... arguments) {
        var command = new ArrayList<>(List.of("git", "-C", folder.toString()));
        command.addAll(List.of(arguments));
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            process.getOutputStream().close();
            byte[] output = process.getInputStream().readAllBytes();
            return process.waitFor() == 0 ? Optional.of(output) : Optional.empty();
        } catch (IOException gitIsNotInstalled) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while git ran", e);
        }
    }
}
