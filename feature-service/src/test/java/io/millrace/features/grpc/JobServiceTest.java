package io.millrace.features.grpc;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.millrace.features.RealBroker;
import io.millrace.jobs.Job;
import io.millrace.jobs.JobContext;
import io.millrace.jobs.JobHandler;
import io.millrace.jobs.Jobs;
import io.millrace.proto.features.v1.CancelJobRequest;
import io.millrace.proto.features.v1.GetJobRequest;
import io.millrace.proto.features.v1.JobServiceGrpc;
import io.millrace.proto.features.v1.JobServiceGrpc.JobServiceBlockingStub;
import io.millrace.proto.features.v1.JobState;
import io.millrace.proto.features.v1.ListJobsRequest;
import io.millrace.proto.features.v1.WatchJobRequest;
import io.millrace.proto.features.v1.WatchJobResponse;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(RealBroker.class)
class JobServiceTest extends ServiceUnderTest {
    @Inject
    Jobs jobs;

    /** Waits until it is cancelled. */
    @Singleton
    static class Waiting implements JobHandler {
        @Override
        public String kind() {
            return "waiting";
        }

        @Override
        public boolean resumes() {
            return false;
        }

        @Override
        public void run(Map<String, String> parameters, JobContext context) {
            var end = new CountDownLatch(1);
            context.onCancel(end::countDown);
            context.phase("waits");
            context.progress(3, 10);
            try {
                assertThat(end.await(30, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            context.checkCancelled();
        }
    }

    @Test
    void aJobIsWatchedUntilItsEndAndCancelledOverGrpcAndRest() {
        JobServiceBlockingStub stub = JobServiceGrpc.newBlockingStub(channel).withDeadlineAfter(60, TimeUnit.SECONDS);
        Job job = jobs.start("waiting", Map.of("for", "nothing"));

        List<JobState> seen = new ArrayList<>();
        stub.watchJob(WatchJobRequest.newBuilder().setId(job.id()).build())
                .forEachRemaining((WatchJobResponse told) -> {
                    if (told.getJob().getPhase().equals("waits") && !seen.contains(JobState.JOB_STATE_RUNNING)) {
                        stub.cancelJob(
                                CancelJobRequest.newBuilder().setId(job.id()).build());
                    }
                    seen.add(told.getJob().getState());
                });

        assertThat(seen).contains(JobState.JOB_STATE_RUNNING).endsWith(JobState.JOB_STATE_CANCELLED);
        var shown =
                stub.getJob(GetJobRequest.newBuilder().setId(job.id()).build()).getJob();
        assertThat(shown.getDone()).isEqualTo(3);
        assertThat(shown.getExpected()).isEqualTo(10);
        assertThat(shown.getParametersMap()).containsEntry("for", "nothing");
        assertThat(stub.listJobs(ListJobsRequest.newBuilder().setKind("waiting").build())
                        .getJobsList())
                .contains(shown);
        given().get("/v1/jobs/" + job.id())
                .then()
                .statusCode(200)
                .body("state", org.hamcrest.Matchers.equalTo("cancelled"));
        given().post("/v1/jobs/" + job.id() + "/cancel").then().statusCode(200);
        assertThat(given().get("/v1/jobs?kind=waiting").jsonPath().getList("jobs.id", String.class))
                .contains(job.id());
    }

    @Test
    void aJobThatIsNotThereIsNotFound() {
        JobServiceBlockingStub stub = JobServiceGrpc.newBlockingStub(channel).withDeadlineAfter(60, TimeUnit.SECONDS);

        assertThatThrownBy(() ->
                        stub.getJob(GetJobRequest.newBuilder().setId("none").build()))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND));
        assertThatThrownBy(() -> stub.watchJob(
                                WatchJobRequest.newBuilder().setId("none").build())
                        .next())
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND));
        given().get("/v1/jobs/none").then().statusCode(404);
    }
}
