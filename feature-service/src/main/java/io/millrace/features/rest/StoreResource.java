package io.millrace.features.rest;

import io.millrace.features.app.FeatureReason;
import io.millrace.features.app.StoreCopies.Copy;
import io.millrace.features.app.StoreMaintenance;
import io.millrace.gate.Refusal;
import io.millrace.jobs.rest.JobJson;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jspecify.annotations.Nullable;

/** What people on duty do with the online store; the same as the gRPC service {@code StoreService}. */
@Path("/v1/store")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class StoreResource {
    private final StoreMaintenance store;

    public StoreResource(StoreMaintenance store) {
        this.store = store;
    }

    /**
     * Which folder.
     *
     * @param directory of the machine that the service runs on, given from the root on
     */
    @RegisterForReflection
    public record Folder(@Nullable String directory) {}

    /**
     * A copy.
     *
     * @param id grows with every copy in a folder
     * @param bytes of all its files
     * @param taken RFC 3339
     */
    @RegisterForReflection
    public record CopyJson(int id, long bytes, int files, String taken) {
        static CopyJson of(Copy copy) {
            return new CopyJson(
                    copy.id(),
                    copy.bytes(),
                    copy.files(),
                    Instant.ofEpochSecond(copy.takenSeconds()).toString());
        }
    }

    /**
     * Of which view.
     *
     * @param view {@code view} or {@code view@version}
     */
    @RegisterForReflection
    public record View(@Nullable String view) {}

    @POST
    @Path("/backup")
    @Operation(summary = "Adds a copy of the online store to a folder, while it serves")
    public CopyJson backup(@Nullable Folder folder) {
        return CopyJson.of(store.backup(directory(folder)));
    }

    @POST
    @Path("/restore")
    @Operation(
            summary = "Puts the newest copy of a folder in the place of the online store",
            description = "Reads wait meanwhile. Afterwards Kafka gives what came since the copy was taken.")
    public CopyJson restore(@Nullable Folder folder) {
        return CopyJson.of(store.restore(directory(folder)));
    }

    @POST
    @Path("/rebuild")
    @Operation(summary = "Starts a job that builds a view's state anew beside the served one, then serves it")
    public JobJson rebuild(@Nullable View view) {
        if (view == null || view.view() == null) {
            throw new Refusal(FeatureReason.MALFORMED_REQUEST, "'view' is missing: view or view@version");
        }
        return JobJson.of(store.startRebuild(view.view()));
    }

    private static String directory(@Nullable Folder folder) {
        if (folder == null || folder.directory() == null) {
            throw new Refusal(FeatureReason.MALFORMED_REQUEST, "'directory' is missing: a folder");
        }
        return folder.directory();
    }
}
