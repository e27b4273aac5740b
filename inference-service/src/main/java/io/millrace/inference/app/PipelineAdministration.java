package io.millrace.inference.app;

import io.millrace.definitions.DefinitionFile;
import io.millrace.inference.app.definition.DefinitionApply.Outcome;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.ServedFeatures;
import java.util.List;

/** The pipelines and what can be done to them; definitions of other kinds are applied with them. Thread-safe; all calls may block. */
public interface PipelineAdministration {
    /**
     * Applies definitions, all or none.
     *
     * @return one outcome per definition, in the files' order
     * @throws io.millrace.gate.Refusal INVALID_DEFINITION with every fault ({@code where} is {@code file:line}); DEFINITIONS_UNAVAILABLE;
     *     FEATURES_UNAVAILABLE and its kin where a feature service is named and feature-service does not answer
     */
    List<Outcome> apply(List<DefinitionFile> files);

    /**
     * What {@link #apply} would do.
     *
     * @param planned feature services as they will be by then; where there are none, those that feature-service has count
     * @throws io.millrace.gate.Refusal as {@link #apply}
     */
    List<Outcome> plan(List<DefinitionFile> files, List<ServedFeatures> planned);

    /** All pipelines by name. */
    List<PipelineSummary> list();

    /**
     * Stops consuming after the transaction under way; a paused pipeline stays paused.
     *
     * @throws io.millrace.gate.Refusal PIPELINE_NOT_FOUND, DEFINITIONS_UNAVAILABLE
     */
    void pause(String name);

    /**
     * Goes on from the committed offset; a running pipeline goes on running.
     *
     * @throws io.millrace.gate.Refusal PIPELINE_NOT_FOUND, DEFINITIONS_UNAVAILABLE
     */
    void resume(String name);

    /**
     * Removes a pipeline; its committed offsets stay in Kafka.
     *
     * @throws io.millrace.gate.Refusal PIPELINE_NOT_FOUND, DEFINITIONS_UNAVAILABLE
     */
    void remove(String name);

    /**
     * The pipeline of that name, running or paused. Answers from memory.
     *
     * @throws io.millrace.gate.Refusal PIPELINE_NOT_FOUND
     */
    Pipeline find(String name);

    /** Whether a pipeline consumes. */
    enum State {
        RUNNING,
        PAUSED,
        /** Cannot go on for a reason that is given; retried by itself where the cause can pass. */
        STALLED
    }

    /**
     * A pipeline and how it fares.
     *
     * @param reason why it is stalled, or what is worth knowing of a running one, such as a contract that cannot be checked; else empty
     * @param lag records not yet scored, summed over partitions; -1 where it is not known
     * @param predictions since this process started, as are {@code deadLettered} and {@code contractViolations}
     */
    record PipelineSummary(
            Pipeline pipeline,
            State state,
            String reason,
            long lag,
            long predictions,
            long deadLettered,
            long contractViolations) {}
}
