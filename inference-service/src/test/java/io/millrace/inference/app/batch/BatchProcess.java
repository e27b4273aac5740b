package io.millrace.inference.app.batch;

import io.millrace.inference.app.batch.BatchSpec.FileFormat;
import io.millrace.jobs.Job;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/** A service that scores one file, as a process of its own, to be killed: it takes up the job that it finds, or starts one. */
public final class BatchProcess {
    private BatchProcess() {}

    /** Arguments: folder, file of rows, rows of a chunk, milliseconds that the history of a chunk takes. */
    public static void main(String[] arguments) throws Exception {
        var stage = new BatchStage(
                Path.of(arguments[0]), Duration.ofMillis(Long.parseLong(arguments[3])), Integer.parseInt(arguments[2]));
        Job job = stage.jobs.all("").stream().findFirst().orElse(null);
        if (job == null) {
            job = stage.start(Path.of(arguments[1]), FileFormat.CSV, FileFormat.PARQUET);
        }
        var ended = new CountDownLatch(1);
        stage.jobs.watch(job.id(), each -> {
            if (each.state().isFinal()) {
                System.out.println(each.state() + " " + each.message());
                ended.countDown();
            }
        });
        ended.await();
        stage.close();
        System.exit(0);
    }
}
