package io.millrace.proto.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoryTest {
    @TempDir
    Path folder;

    private Path clone;
    private Path contracts;

    @BeforeEach
    void makeAFolderWithContracts() throws IOException {
        clone = folder.resolve("clone");
        contracts = clone.resolve("proto");
        Files.createDirectories(contracts.resolve("x/v1"));
    }

    @Test
    void withoutGitThereIsNothingToCompareWithAndItSaysSo() throws Exception {
        write("one");
        var baselines = new History(contracts).baselines();
        assertThat(baselines.found()).isEmpty();
        assertThat(baselines.missing()).singleElement().asString().contains("not a git clone");
    }

    @Test
    void aChangedTreeIsComparedWithItsCommit() throws Exception {
        commit("one");
        write("two");
        assertThat(contents(new History(contracts))).containsExactly("one");
    }

    @Test
    void aNewFileAloneMakesTheTreeAChangedOne() throws Exception {
        commit("one");
        Files.writeString(contracts.resolve("x/v1/y.proto"), "new");
        assertThat(contents(new History(contracts))).containsExactly("one");
    }

    @Test
    void aCleanTreeIsComparedWithTheCommitBefore() throws Exception {
        commit("one");
        commit("two");
        assertThat(contents(new History(contracts))).containsExactly("one");
    }

    @Test
    void theFirstCommitHasNothingToCompareWithAndItSaysSo() throws Exception {
        commit("one");
        var baselines = new History(contracts).baselines();
        assertThat(baselines.found()).isEmpty();
        assertThat(baselines.missing())
                .anySatisfy(reason -> assertThat(reason).contains("HEAD~1 is not in this clone"));
    }

    @Test
    void aShallowCloneHasNothingToCompareWithAndItSaysSo() throws Exception {
        commit("one");
        commit("two");
        Path shallow = folder.resolve("shallow");
        git(folder, "clone", "-q", "--depth=1", clone.toUri().toString(), shallow.toString());
        var baselines = new History(shallow.resolve("proto")).baselines();
        assertThat(baselines.found()).isEmpty();
        assertThat(baselines.missing()).anySatisfy(reason -> assertThat(reason).contains("shallow clone"));
    }

    @Test
    void theNewestReleaseBeforeThisStateIsABaselineToo() throws Exception {
        commit("one");
        git(clone, "tag", "v0.1.0");
        commit("two");
        commit("three");
        git(clone, "tag", "v0.2.0");
        assertThat(contents(new History(contracts))).containsExactly("two", "one");
        write("four");
        assertThat(contents(new History(contracts))).containsExactly("three", "three");
    }

    private static List<String> contents(History history) {
        return history.baselines().found().stream()
                .map(baseline -> new String(baseline.files().get("x/v1/x.proto"), StandardCharsets.UTF_8))
                .toList();
    }

    private void write(String content) throws IOException {
        Files.writeString(contracts.resolve("x/v1/x.proto"), content);
    }

    private void commit(String content) throws Exception {
        if (!Files.exists(clone.resolve(".git"))) {
            git(clone, "init", "-q");
        }
        write(content);
        git(clone, "add", "-A");
        git(clone, "commit", "-q", "-m", content);
    }

    private static void git(Path directory, String... arguments) throws Exception {
        var command = new ArrayList<>(List.of(
                "git",
                "-C",
                directory.toString(),
                "-c",
                "user.name=t",
                "-c",
                "user.email=t@example.org",
                "-c",
                "commit.gpgsign=false"));
        command.addAll(List.of(arguments));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }
}
