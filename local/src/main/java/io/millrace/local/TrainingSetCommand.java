package io.millrace.local;

import io.grpc.StatusRuntimeException;
import io.millrace.local.platform.Channels;
import io.millrace.local.platform.CommandFailure;
import io.millrace.local.platform.Layout;
import io.millrace.local.platform.RunState.Snapshot;
import io.millrace.local.platform.Service;
import io.millrace.proto.features.v1.ExpiredValue;
import io.millrace.proto.features.v1.Job;
import io.millrace.proto.features.v1.JobState;
import io.millrace.proto.features.v1.QueryRows;
import io.millrace.proto.features.v1.ReadTrainingSetRequest;
import io.millrace.proto.features.v1.StartTrainingSetRequest;
import io.millrace.proto.features.v1.TrainingSetFormat;
import io.millrace.proto.features.v1.TrainingSetServiceGrpc;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Makes a training set on the running platform and shows how far it is. */
@Command(
        name = "training-set",
        description =
                "Make a training set: for each entity row of a file or query the features as of the row's instant. Ctrl-C cancels it.",
        mixinStandardHelpOptions = true)
final class TrainingSetCommand implements Callable<Integer> {
    @Option(names = "--rows", paramLabel = "FILE", description = "entity rows: .csv, .parquet, .json or .jsonl")
    private @Nullable Path rows;

    @Option(
            names = "--query",
            paramLabel = "SQL",
            description = "entity rows from a database instead of a file; with --connection")
    private String query = "";

    @Option(
            names = "--connection",
            paramLabel = "NAME",
            description = "a database that the service has as millrace.features.connections.NAME")
    private String connection = "";

    @Option(
            names = "--features",
            split = ",",
            paramLabel = "VIEW:FEATURE",
            description = "features, separated by commas; view@v2:feature for one version")
    private List<String> features = List.of();

    @Option(
            names = "--service",
            paramLabel = "NAME",
            description = "all features of a feature service instead of --features; NAME@v2 for one version")
    private String service = "";

    @Option(names = "--out", required = true, paramLabel = "FILE", description = "what to write: .parquet or .csv")
    private Path out = Path.of("");

    @Option(names = "--timestamp", paramLabel = "COLUMN", description = "column of instants; default event_timestamp")
    private String timestamp = "";

    @Option(names = "--key", paramLabel = "KEY=COLUMN", description = "the column of a join key where the names differ")
    private Map<String, String> keys = Map.of();

    @Option(names = "--statuses", description = "a column FEATURE__status beside each feature")
    private boolean statuses;

    @Option(names = "--full-names", description = "name columns view__feature")
    private boolean fullNames;

    @Option(names = "--expired-as-null", description = "null for values that are older than their view's ttl")
    private boolean expiredAsNull;

    @Option(
            names = "--known-at",
            paramLabel = "INSTANT|COLUMN",
            description = "only what had arrived by an instant (RFC 3339), or by each row's instant in a column")
    private @Nullable String knownAt;

    @Option(
            names = "--known-at-positions",
            paramLabel = "COLUMN",
            description = "only what stood below the positions in this column, as predictions record them")
    private String knownAtPositions = "";

    @Override
    public Integer call() {
        if (features.isEmpty() == service.isEmpty()) {
            throw CommandFailure.usage("one of --features and --service is needed");
        }
        if ((rows == null) == query.isEmpty() || query.isEmpty() != connection.isEmpty()) {
            throw CommandFailure.usage("entity rows are needed: --rows FILE, or --query SQL and --connection NAME");
        }
        if (knownAt != null && !knownAtPositions.isEmpty()) {
            throw CommandFailure.usage("one of --known-at and --known-at-positions is possible");
        }
        Optional<Path> from = Optional.ofNullable(rows).map(Main::given);
        if (from.isPresent() && !Files.isRegularFile(from.get())) {
            throw CommandFailure.failed("there is no file " + from.get());
        }
        Path folder = Main.given(out).toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw CommandFailure.failed("there is no folder " + folder + " to write " + out + " to");
        }
        Snapshot running = Main.running();
        Layout layout = Main.layout(running.dataName());
        Optional<Path> imported =
                from.map(file -> layout.data("imports").resolve(UUID.randomUUID() + "-" + file.getFileName()));
        try (var channels = new Channels(running.ports())) {
            if (from.isPresent() && imported.isPresent()) {
                Files.createDirectories(imported.get().getParent());
                Files.copy(from.get(), imported.get());
            }
            Job job = TrainingSetServiceGrpc.newBlockingStub(channels.to(Service.FEATURES))
                    .startTrainingSet(request(imported))
                    .getJob();
            Job ended = OwnJob.untilEnded(channels, Service.FEATURES, job.getId(), imported);
            if (ended.getState() != JobState.JOB_STATE_DONE) {
                throw CommandFailure.failed("the training set " + JobsCommand.state(ended) + ": " + ended.getMessage());
            }
            fetch(channels, job.getId());
            System.out.println(ended.getResultOrDefault("rows", "0") + " rows in " + out);
            return 0;
        } catch (StatusRuntimeException e) {
            throw CommandFailure.failed(String.valueOf(e.getStatus().getDescription()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            imported.ifPresent(OwnJob::remove);
        }
    }

    private StartTrainingSetRequest request(Optional<Path> imported) {
        var request = StartTrainingSetRequest.newBuilder()
                .addAllFeatures(features)
                .setFeatureService(service)
                .setFullFeatureNames(fullNames)
                .setTimestampColumn(timestamp)
                .putAllColumns(keys)
                .setStatuses(statuses)
                .setExpired(expiredAsNull ? ExpiredValue.EXPIRED_VALUE_NULL : ExpiredValue.EXPIRED_VALUE_UNSPECIFIED)
                .setFormat(
                        out.toString().toLowerCase(Locale.ROOT).endsWith(".csv")
                                ? TrainingSetFormat.TRAINING_SET_FORMAT_CSV
                                : TrainingSetFormat.TRAINING_SET_FORMAT_PARQUET);
        imported.ifPresentOrElse(
                file -> request.setImportPath(file.getFileName().toString()),
                () -> request.setQuery(
                        QueryRows.newBuilder().setConnection(connection).setSql(query)));
        if (!knownAtPositions.isEmpty()) {
            request.setKnownAtPositionsColumn(knownAtPositions);
        }
        if (knownAt != null) {
            try {
                Instant instant = Instant.parse(knownAt);
                request.setKnownAtMicros(instant.getEpochSecond() * 1_000_000 + instant.getNano() / 1_000);
            } catch (DateTimeParseException aColumn) {
                request.setKnownAtColumn(knownAt);
            }
        }
        return request.build();
    }

    private void fetch(Channels channels, String id) throws IOException {
        try (OutputStream file = Files.newOutputStream(Main.given(out))) {
            var parts = TrainingSetServiceGrpc.newBlockingStub(channels.to(Service.FEATURES))
                    .readTrainingSet(
                            ReadTrainingSetRequest.newBuilder().setJobId(id).build());
            while (parts.hasNext()) {
                parts.next().getContent().writeTo(file);
            }
        }
    }
}
