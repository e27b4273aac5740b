package io.millrace.local;

import io.grpc.StatusRuntimeException;
import io.millrace.local.platform.Channels;
import io.millrace.local.platform.CommandFailure;
import io.millrace.local.platform.Layout;
import io.millrace.local.platform.RunState.Snapshot;
import io.millrace.local.platform.Service;
import io.millrace.proto.features.v1.Job;
import io.millrace.proto.features.v1.JobState;
import io.millrace.proto.inference.v1.BatchFileFormat;
import io.millrace.proto.inference.v1.BatchScoringServiceGrpc;
import io.millrace.proto.inference.v1.ReadBatchScoringRequest;
import io.millrace.proto.inference.v1.StartBatchScoringRequest;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Scores a file with a pipeline of the running platform and shows how far it is. */
@Command(
        name = "score",
        description =
                "Score a file with a pipeline: each row with the features as of its own timestamp. Ctrl-C cancels it; a service that is killed goes on.",
        mixinStandardHelpOptions = true)
final class ScoreCommand implements Callable<Integer> {
    @Parameters(paramLabel = "PIPELINE", description = "the pipeline")
    private String pipeline = "";

    @Option(names = "--in", required = true, paramLabel = "FILE", description = "rows: .csv or .parquet")
    private Path in = Path.of("");

    @Option(names = "--out", required = true, paramLabel = "FILE", description = "what to write: .parquet or .csv")
    private Path out = Path.of("");

    @Option(
            names = "--as-of",
            paramLabel = "COLUMN",
            description = "the instants to read features at; default: just before the pipeline's timestamp field")
    private String asOf = "";

    @Option(names = "--prefix", paramLabel = "TEXT", description = "what the names of added columns begin with")
    private String prefix = "";

    @Override
    public Integer call() {
        Path file = Main.given(in);
        if (!Files.isRegularFile(file)) {
            throw CommandFailure.failed("there is no file " + file);
        }
        Path folder = Main.given(out).toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw CommandFailure.failed("there is no folder " + folder + " to write " + out + " to");
        }
        Snapshot running = Main.running();
        Layout layout = Main.layout(running.dataName());
        Path imported = layout.data("imports").resolve(UUID.randomUUID() + "-" + file.getFileName());
        try (var channels = new Channels(running.ports())) {
            Files.createDirectories(imported.getParent());
            Files.copy(file, imported);
            Job job = BatchScoringServiceGrpc.newBlockingStub(channels.to(Service.INFERENCE))
                    .startBatchScoring(StartBatchScoringRequest.newBuilder()
                            .setPipeline(pipeline)
                            .setImportPath(imported.getFileName().toString())
                            .setAsOfColumn(asOf)
                            .setColumnPrefix(prefix)
                            .setFormat(
                                    out.toString().toLowerCase(Locale.ROOT).endsWith(".csv")
                                            ? BatchFileFormat.BATCH_FILE_FORMAT_CSV
                                            : BatchFileFormat.BATCH_FILE_FORMAT_PARQUET)
                            .build())
                    .getJob();
            Job ended = OwnJob.untilEnded(channels, Service.INFERENCE, job.getId(), Optional.of(imported));
            if (ended.getState() != JobState.JOB_STATE_DONE) {
                throw CommandFailure.failed("the scoring " + JobsCommand.state(ended) + ": " + ended.getMessage());
            }
            fetch(channels, job.getId());
            System.out.printf(
                    Locale.ROOT,
                    "%s rows in %s, %s of them not scored (column %serror says why), by model %s version %s%n",
                    ended.getResultOrDefault("rows", "0"),
                    out,
                    ended.getResultOrDefault("invalid", "0"),
                    prefix,
                    ended.getResultOrDefault("model", "-"),
                    ended.getResultOrDefault("model_version", "-"));
            return 0;
        } catch (StatusRuntimeException e) {
            throw CommandFailure.failed(String.valueOf(e.getStatus().getDescription()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            OwnJob.remove(imported);
        }
    }

    private void fetch(Channels channels, String id) throws IOException {
        try (OutputStream file = Files.newOutputStream(Main.given(out))) {
            var parts = BatchScoringServiceGrpc.newBlockingStub(channels.to(Service.INFERENCE))
                    .readBatchScoring(
                            ReadBatchScoringRequest.newBuilder().setJobId(id).build());
            while (parts.hasNext()) {
                parts.next().getContent().writeTo(file);
            }
        }
    }
}
