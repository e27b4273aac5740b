package io.millrace.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.gate.Reason;
import io.millrace.gate.Refusal;
import io.millrace.jobs.Job.State;
import io.millrace.jobs.store.JobFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobsTest {
    private static final JobLimits LIMITS = new JobLimits(1, 2, 100, Duration.ofDays(1));
    private static final JobReasons REASONS = new JobReasons(Why.TOO_MANY, Why.UNKNOWN, Why.BAD_PAGE);
    private static final String UNDERWAY = "jobs.underway";
    private static final String ENDED = "jobs.ended";

    private enum Why implements Reason {
        TOO_MANY(Kind.RESOURCE_EXHAUSTED),
        UNKNOWN(Kind.NOT_FOUND),
        BAD_PAGE(Kind.INVALID_ARGUMENT);

        private final Kind kind;

        Why(Kind kind) {
            this.kind = kind;
        }

        @Override
        public String domain() {
            return "test";
        }

        @Override
        public Kind kind() {
            return kind;
        }
    }

    @TempDir
    Path folder;

    private volatile Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private final InstantSource clock = () -> now;
    private final CountDownLatch mayGoOn = new CountDownLatch(1);
    private final List<Jobs> opened = new ArrayList<>();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final JobMeter meter = new JobMeters(meters, UNDERWAY, ENDED);

    /** Counts to three, a checkpoint each, and waits in the middle until it may go on or is to end. */
    private final class Counting implements JobHandler {
        private final boolean resumes;
        private final CountDownLatch waits = new CountDownLatch(1);

        Counting(boolean resumes) {
            this.resumes = resumes;
        }

        @Override
        public String kind() {
            return "counting";
        }

        @Override
        public boolean resumes() {
            return resumes;
        }

        @Override
        public void run(Map<String, String> parameters, JobContext context) {
            var stopped = new CountDownLatch(1);
            context.onCancel(stopped::countDown);
            context.phase("counts");
            int from = Integer.parseInt(context.checkpoint().getOrDefault("at", "0"));
            context.result("began at " + from, "yes");
            for (int i = from; i < 3; i++) {
                context.checkpoint(Map.of("at", String.valueOf(i + 1)));
                context.progress(i + 1, 3);
                if (i == 1) {
                    waits.countDown();
                    await().atMost(Duration.ofSeconds(20))
                            .until(() -> mayGoOn.getCount() == 0 || stopped.getCount() == 0);
                }
                context.checkCancelled();
            }
            if (parameters.containsKey("fail")) {
                throw new JobFailedException("told to fail", null);
            }
        }
    }

    private Jobs open(JobHandler handler) {
        var jobs = new Jobs(() -> Stream.of(handler), new JobFolder(folder), LIMITS, REASONS, clock, meter);
        opened.add(jobs);
        jobs.takeUp();
        return jobs;
    }

    private double counted(String metric, String state) {
        return meters.get(metric)
                .tags("kind", "counting", "state", state)
                .meter()
                .measure()
                .iterator()
                .next()
                .getValue();
    }

    @AfterEach
    void close() {
        mayGoOn.countDown();
        opened.forEach(Jobs::close);
    }

    private static Job ended(Jobs jobs, String id) {
        return await().atMost(Duration.ofSeconds(20))
                .until(() -> jobs.get(id), job -> job.state().isFinal());
    }

    @Test
    void aJobIsOnDiskBeforeItBeginsAndSaysWhatCameOfIt() {
        mayGoOn.countDown();
        Jobs jobs = open(new Counting(false));

        Job started = jobs.start("counting", Map.of("what", "three"));
        assertThat(new JobFolder(folder).all()).extracting(Job::id).containsExactly(started.id());
        Job done = ended(jobs, started.id());

        assertThat(done.state()).isEqualTo(State.DONE);
        assertThat(done.phase()).isEqualTo("counts");
        assertThat(done.parameters()).isEqualTo(Map.of("what", "three"));
        assertThat(done.result()).isEqualTo(Map.of("began at 0", "yes"));
        assertThat(done.finished()).isEqualTo(now);
        assertThat(new JobFolder(folder).all()).containsExactly(done);
    }

    @Test
    void aFailureIsSaidInItsOwnWords() {
        mayGoOn.countDown();
        Jobs jobs = open(new Counting(false));

        Job failed =
                ended(jobs, jobs.start("counting", Map.of("fail", "please")).id());

        assertThat(failed.state()).isEqualTo(State.FAILED);
        assertThat(failed.message()).isEqualTo("told to fail");
        assertThat(counted(ENDED, "failed")).isEqualTo(1);
        assertThat(counted(ENDED, "done")).isZero();
        assertThat(counted(UNDERWAY, "running")).isZero();
    }

    @Test
    void aRunningJobEndsWhenItIsCancelledAndAWaitingOneNeverBegins() throws Exception {
        var handler = new Counting(true);
        Jobs jobs = open(handler);
        String running = jobs.start("counting", Map.of()).id();
        handler.waits.await();
        String waiting = jobs.start("counting", Map.of()).id();

        assertThat(jobs.cancel(waiting).state()).isEqualTo(State.CANCELLED);
        jobs.cancel(running);

        assertThat(ended(jobs, running).state()).isEqualTo(State.CANCELLED);
        assertThat(jobs.get(waiting).runs()).isZero();
        assertThat(jobs.cancel(running).state()).isEqualTo(State.CANCELLED);
    }

    @Test
    void moreThanMayWaitAreRefusedAndNothingIsLeftOfThem() throws Exception {
        var handler = new Counting(true);
        Jobs jobs = open(handler);
        jobs.start("counting", Map.of());
        handler.waits.await();
        jobs.start("counting", Map.of());
        jobs.start("counting", Map.of());

        assertThatThrownBy(() -> jobs.start("counting", Map.of()))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.reason()).isEqualTo(Why.TOO_MANY));
        assertThat(new JobFolder(folder).all()).hasSize(3);
    }

    @Test
    void whatRanIsTakenUpAtItsCheckpointWhereItsKindCanAndIsInterruptedWhereNot() throws Exception {
        var handler = new Counting(true);
        Jobs first = open(handler);
        String id = first.start("counting", Map.of()).id();
        handler.waits.await();
        Path file = folder.resolve(id + ".json");
        byte[] whileItRan = Files.readAllBytes(file);
        first.close();
        assertThat(Files.readString(file)).contains("RUNNING");
        Files.write(file, whileItRan);

        mayGoOn.countDown();
        Jobs second = open(new Counting(true));
        Job resumed = ended(second, id);
        assertThat(resumed.state()).isEqualTo(State.DONE);
        assertThat(resumed.runs()).isEqualTo(2);
        assertThat(resumed.result()).containsKey("began at 2");

        Files.write(file, whileItRan);
        assertThat(open(new Counting(false)).get(id).state()).isEqualTo(State.INTERRUPTED);
    }

    @Test
    void aWatcherHearsTheStateNowAndTheLastChange() throws Exception {
        var handler = new Counting(true);
        Jobs jobs = open(handler);
        String id = jobs.start("counting", Map.of()).id();
        handler.waits.await();
        List<Job> heard = new ArrayList<>();
        Runnable stop = jobs.watch(id, job -> {
            synchronized (heard) {
                heard.add(job);
            }
        });

        mayGoOn.countDown();
        ended(jobs, id);
        stop.run();

        synchronized (heard) {
            assertThat(heard.getFirst().state()).isEqualTo(State.RUNNING);
            assertThat(heard.getLast().state()).isEqualTo(State.DONE);
        }
    }

    @Test
    void pagesFollowOneAnotherWithTheNewestFirstAndOldJobsAreForgotten() {
        mayGoOn.countDown();
        Jobs jobs = open(new Counting(false));
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            now = now.plusSeconds(1);
            ids.addFirst(jobs.start("counting", Map.of()).id());
            ended(jobs, ids.getFirst());
        }

        Jobs.Page page = jobs.list("counting", 2, "");
        assertThat(page.jobs()).extracting(Job::id).containsExactly(ids.get(0), ids.get(1));
        Jobs.Page rest = jobs.list("", 2, page.next().orElseThrow());
        assertThat(rest.jobs()).extracting(Job::id).containsExactly(ids.get(2));
        assertThat(rest.next()).isEmpty();
        assertThat(jobs.list("other", 2, "").jobs()).isEmpty();

        now = now.plus(Duration.ofDays(2));
        String last = jobs.start("counting", Map.of()).id();
        assertThat(jobs.list("", 0, "").jobs()).extracting(Job::id).containsExactly(last);
        ended(jobs, last);
        assertThat(new JobFolder(folder).all()).hasSize(1);
    }

    @Test
    void aFileThatIsNoJobIsLeftAloneAndKeepsNobodyFromStarting() throws Exception {
        Files.writeString(folder.resolve("torn.json"), "{\"id\":\"to");

        assertThat(open(new Counting(false)).list("", 0, "").jobs()).isEmpty();
        assertThat(folder.resolve("torn.json")).exists();
    }
}
