package io.millrace.inference.app.batch;

import io.millrace.definitions.DefinitionFile;
import io.millrace.definitions.Faults;
import io.millrace.inference.app.PipelineReader;
import io.millrace.inference.app.batch.BatchSpec.FileFormat;
import io.millrace.inference.domain.Pipeline;
import io.millrace.jobs.JobFailedException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** What a job remembers of what was asked for, as texts: the pipeline's definition among them, which may change while the job runs. */
record BatchParameters(Map<String, String> texts) {
    static Map<String, String> of(BatchSpec spec, Pipeline pipeline, InputFile rows) {
        var texts = new HashMap<String, String>();
        texts.put("pipeline", pipeline.name());
        texts.put("definition", pipeline.yaml());
        texts.put("rows", rows.path().toString());
        texts.put("rows-format", rows.format().name());
        spec.asOfColumn().ifPresent(column -> texts.put("as-of-column", column));
        texts.put("prefix", spec.prefix());
        texts.put("format", spec.format().name());
        return texts;
    }

    Pipeline pipeline() {
        var faults = new Faults();
        List<Pipeline> read =
                PipelineReader.read(List.of(new DefinitionFile(text("pipeline"), text("definition"))), faults);
        if (!faults.isEmpty() || read.size() != 1) {
            throw new JobFailedException(
                    "the definition of the pipeline cannot be read by this release: " + faults.all(), null);
        }
        return read.getFirst();
    }

    InputFile rows() {
        return new InputFile(Path.of(text("rows")), FileFormat.valueOf(text("rows-format")));
    }

    Optional<String> asOfColumn() {
        return Optional.ofNullable(texts.get("as-of-column"));
    }

    String prefix() {
        return text("prefix");
    }

    FileFormat format() {
        return FileFormat.valueOf(text("format"));
    }

    private String text(String name) {
        return Objects.requireNonNull(texts.get(name), name);
    }
}
