package io.millrace.inference.app.payload;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.millrace.inference.app.CallLog;
import io.millrace.inference.app.Predictions;
import io.millrace.inference.domain.Datatype;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.RowScore.Scored;
import io.millrace.inference.domain.ScoreRow;
import io.millrace.inference.domain.ScoredBatch.Assigned;
import io.millrace.inference.domain.Tensor;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Requests and responses as JSON. Numbers that JSON does not have are texts; bytes that are not UTF-8 become U+FFFD. */
final class PayloadJson {
    private static final JsonFactory JSON = new JsonFactory();

    private PayloadJson() {}

    @FunctionalInterface
    private interface Part {
        void write(JsonGenerator out) throws IOException;
    }

    static String request(CallLog.Prediction call, FieldFilter filter) {
        Set<String> taken = taken(call.pipeline());
        return text(out -> {
            out.writeStartObject();
            out.writeArrayFieldStart("rows");
            for (ScoreRow row : call.rows()) {
                out.writeStartObject();
                out.writeStringField("as_of", instant(row.asOfMicros()));
                out.writeObjectFieldStart("fields");
                for (Map.Entry<String, Object> field :
                        filter.filtered(row.fields(), taken).entrySet()) {
                    out.writeFieldName(field.getKey());
                    scalar(out, field.getValue());
                }
                out.writeEndObject();
                out.writeEndObject();
            }
            out.writeEndArray();
            out.writeEndObject();
        });
    }

    /**
     * Predictions without entities and values of features: those are the request's, and of feature views whose contracts are others. The hash of the model's input is there only where
     * all of the request may be logged, as what is left out could be guessed by it.
     */
    static String response(CallLog.Prediction call, Predictions.Answer answer, FieldFilter filter) {
        boolean isWhole = filter.keepsAll(taken(call.pipeline()));
        return text(out -> {
            out.writeStartObject();
            out.writeArrayFieldStart("predictions");
            for (int i = 0; i < answer.rows().size(); i++) {
                Scored row = answer.rows().get(i);
                out.writeStartObject();
                out.writeFieldName("prediction");
                scalar(out, row.prediction());
                out.writeArrayFieldStart("imputed");
                for (String feature : row.imputed()) {
                    out.writeString(feature);
                }
                out.writeEndArray();
                out.writeObjectFieldStart("event_times");
                for (Map.Entry<String, Long> time : row.eventTimeMicros().entrySet()) {
                    out.writeStringField(time.getKey(), instant(time.getValue()));
                }
                out.writeEndObject();
                if (isWhole) {
                    out.writeStringField("hash", row.vectorHash());
                }
                if (!answer.assigned().isEmpty()) {
                    Assigned arm = answer.assigned().get(i);
                    out.writeStringField("deployment", arm.choice().deployment());
                    out.writeStringField("arm", arm.choice().arm());
                    out.writeStringField("model_version", arm.model().version());
                }
                out.writeEndObject();
            }
            out.writeEndArray();
            out.writeBooleanField("complete", answer.complete());
            if (answer.service().isPresent()) {
                out.writeStringField("service", answer.service().get());
            }
            out.writeEndObject();
        });
    }

    /** Tensors in the protocol's own form. */
    static String tensors(String name, List<Tensor> tensors, Map<String, Object> parameters) {
        return text(out -> {
            out.writeStartObject();
            out.writeArrayFieldStart(name);
            for (Tensor tensor : tensors) {
                out.writeStartObject();
                out.writeStringField("name", tensor.name());
                out.writeStringField("datatype", tensor.datatype().name());
                out.writeArrayFieldStart("shape");
                for (long size : tensor.shape()) {
                    out.writeNumber(size);
                }
                out.writeEndArray();
                out.writeArrayFieldStart("data");
                elements(out, tensor);
                out.writeEndArray();
                out.writeEndObject();
            }
            out.writeEndArray();
            for (Map.Entry<String, Object> parameter : new TreeMap<>(parameters).entrySet()) {
                out.writeFieldName(parameter.getKey());
                scalar(out, parameter.getValue());
            }
            out.writeEndObject();
        });
    }

    private static Set<String> taken(Pipeline pipeline) {
        var taken = new TreeSet<>(pipeline.entity().values());
        taken.addAll(pipeline.request().keySet());
        return taken;
    }

    private static void elements(JsonGenerator out, Tensor tensor) throws IOException {
        if (tensor.datatype() == Datatype.BYTES) {
            for (ByteBuffer element : tensor.strings()) {
                out.writeString(StandardCharsets.UTF_8.decode(element).toString());
            }
            return;
        }
        for (int i = 0; i < tensor.elements(); i++) {
            Number number = tensor.number(i);
            switch (tensor.datatype()) {
                case BOOL -> out.writeBoolean(number.longValue() != 0);
                case UINT64 -> out.writeNumber(new BigInteger(Long.toUnsignedString(number.longValue())));
                case FP32 -> {
                    if (Double.isFinite(number.doubleValue())) {
                        out.writeNumber(number.floatValue());
                    } else {
                        out.writeString(number.toString());
                    }
                }
                default -> scalar(out, number);
            }
        }
    }

    private static void scalar(JsonGenerator out, Object value) throws IOException {
        switch (value) {
            case Boolean flag -> out.writeBoolean(flag);
            case Long number -> out.writeNumber(number);
            case Double number when Double.isFinite(number) -> out.writeNumber(number);
            default -> out.writeString(value.toString());
        }
    }

    private static String instant(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS).toString();
    }

    private static String text(Part part) {
        var text = new StringWriter();
        try (JsonGenerator out = JSON.createGenerator(text)) {
            part.write(out);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return text.toString();
    }
}
