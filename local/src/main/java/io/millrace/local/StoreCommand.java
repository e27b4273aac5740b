package io.millrace.local;

import io.grpc.StatusRuntimeException;
import io.millrace.local.platform.Channels;
import io.millrace.local.platform.CommandFailure;
import io.millrace.local.platform.Service;
import io.millrace.proto.features.v1.BackupStoreRequest;
import io.millrace.proto.features.v1.Job;
import io.millrace.proto.features.v1.JobServiceGrpc;
import io.millrace.proto.features.v1.JobState;
import io.millrace.proto.features.v1.RebuildFeatureViewRequest;
import io.millrace.proto.features.v1.RestoreStoreRequest;
import io.millrace.proto.features.v1.StoreCopy;
import io.millrace.proto.features.v1.StoreServiceGrpc;
import io.millrace.proto.features.v1.StoreServiceGrpc.StoreServiceBlockingStub;
import io.millrace.proto.features.v1.WatchJobRequest;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** The commands for the online store of the running platform. */
final class StoreCommand {
    private StoreCommand() {}

    private static StoreServiceBlockingStub store(Channels channels) {
        return StoreServiceGrpc.newBlockingStub(channels.to(Service.FEATURES)).withDeadlineAfter(1, TimeUnit.HOURS);
    }

    /** A call of the online store; what it refuses is told in one line. */
    private interface Call {
        void of(StoreServiceBlockingStub store);
    }

    private static int ask(Call call) {
        try (var channels = new Channels(Main.running().ports())) {
            call.of(store(channels));
            return 0;
        } catch (StatusRuntimeException e) {
            throw refused(e);
        }
    }

    private static CommandFailure refused(StatusRuntimeException e) {
        return CommandFailure.failed(Objects.requireNonNullElse(
                e.getStatus().getDescription(), e.getStatus().getCode().name()));
    }

    private static void print(String what, Path folder, StoreCopy copy) {
        System.out.println(what + " copy " + copy.getId() + " of " + folder + ": " + copy.getBytes() + " bytes in "
                + copy.getFiles() + " files, taken " + Instant.ofEpochSecond(copy.getTakenMicros() / 1_000_000));
    }

    /** Copies the online store of the running platform. */
    @Command(
            name = "backup",
            description = "Add a copy of the running platform's online store to a folder, while it serves.",
            mixinStandardHelpOptions = true)
    static final class Backup implements Callable<Integer> {
        @Parameters(
                paramLabel = "DIR",
                description = "where the copies are kept; files they have in common are there once")
        private Path folder = Path.of("");

        @Override
        public Integer call() {
            Path given = Main.given(folder).toAbsolutePath().normalize();
            var request = BackupStoreRequest.newBuilder().setDirectory(given.toString());
            return ask(store ->
                    print("made", given, store.backupStore(request.build()).getCopy()));
        }
    }

    /** Puts a copy in the place of the online store. */
    @Command(
            name = "restore",
            description = "Put the newest copy of a folder in the place of the running platform's online store.",
            mixinStandardHelpOptions = true)
    static final class Restore implements Callable<Integer> {
        @Parameters(paramLabel = "DIR", description = "where ./millrace backup put its copies")
        private Path folder = Path.of("");

        @Override
        public Integer call() {
            Path given = Main.given(folder).toAbsolutePath().normalize();
            var request = RestoreStoreRequest.newBuilder().setDirectory(given.toString());
            return ask(store ->
                    print("restored", given, store.restoreStore(request.build()).getCopy()));
        }
    }

    /** Builds the state of a view anew. */
    @Command(
            name = "rebuild",
            description =
                    "Build the state of a feature view anew beside the served one, then serve it; ending this command does not end"
                            + " the job, ./millrace jobs --cancel ID does.",
            mixinStandardHelpOptions = true)
    static final class Rebuild implements Callable<Integer> {
        @Parameters(paramLabel = "VIEW", description = "view or view@version")
        private String view = "";

        @Override
        public Integer call() {
            try (var channels = new Channels(Main.running().ports())) {
                var request = RebuildFeatureViewRequest.newBuilder().setView(view);
                Job job = store(channels).rebuildFeatureView(request.build()).getJob();
                var changes = JobServiceGrpc.newBlockingStub(channels.to(Service.FEATURES))
                        .watchJob(
                                WatchJobRequest.newBuilder().setId(job.getId()).build());
                while (changes.hasNext()) {
                    job = changes.next().getJob();
                    System.out.println(line(job));
                }
                return job.getState() == JobState.JOB_STATE_DONE ? 0 : CommandFailure.FAILED;
            } catch (StatusRuntimeException e) {
                throw refused(e);
            }
        }

        private static String line(Job job) {
            return "rebuild " + job.getId() + " " + JobsCommand.state(job)
                    + (job.getPhase().isEmpty() ? "" : ", " + job.getPhase())
                    + ": " + job.getDone() + (job.hasExpected() ? " of " + job.getExpected() : "") + " rows "
                    + job.getMessage();
        }
    }
}
