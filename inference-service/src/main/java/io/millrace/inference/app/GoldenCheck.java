package io.millrace.inference.app;

import io.millrace.gate.Refusal;
import io.millrace.inference.domain.Datatype;
import io.millrace.inference.domain.GoldenRequest;
import io.millrace.inference.domain.ModelFault;
import io.millrace.inference.domain.Signature;
import io.millrace.inference.domain.Tensor;
import io.millrace.inference.domain.TensorSpec;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Asks a loaded model its golden requests and holds the answers against those that are expected. */
final class GoldenCheck {
    private GoldenCheck() {}

    /**
     * @throws ModelRefusedException INVALID_GOLDEN where a request is none that the model takes, or expects an output that it does not have; GOLDEN_MISMATCH with the request,
     *     output, element, what was expected and what came
     */
    static void check(List<GoldenRequest> golden, LoadedModel model) throws ModelRefusedException {
        for (GoldenRequest request : golden) {
            String title = "golden request '" + request.id() + "'";
            fits(title, request.inputs(), model.signature());
            List<Tensor> outputs;
            try {
                outputs = model.infer(request.inputs()).outputs();
            } catch (Refusal e) {
                throw new ModelRefusedException(
                        ModelFault.GOLDEN_MISMATCH, title + " was not answered: " + e.getMessage(), e);
            }
            for (Tensor expected : request.outputs()) {
                Tensor got = outputs.stream()
                        .filter(output -> output.name().equals(expected.name()))
                        .findFirst()
                        .orElseThrow(() -> new ModelRefusedException(
                                ModelFault.INVALID_GOLDEN,
                                title + " expects output '" + expected.name() + "', which the model does not give"));
                compare(title + ": output '" + expected.name() + "'", expected, got, request.tolerance());
            }
        }
    }

    private static void fits(String title, List<Tensor> inputs, Signature signature) throws ModelRefusedException {
        var missing = new ArrayList<>(
                signature.inputs().stream().map(TensorSpec::name).toList());
        for (Tensor input : inputs) {
            Optional<TensorSpec> spec = signature.input(input.name());
            boolean fits = spec.isPresent()
                    && missing.remove(input.name())
                    && spec.get().datatype() == input.datatype()
                    && spec.get().fits(input.shape());
            if (!fits) {
                throw new ModelRefusedException(
                        ModelFault.INVALID_GOLDEN,
                        title + " has input '" + input.name() + "', " + input.datatype() + " " + input.shape()
                                + ", once; the model takes " + signature.inputs());
            }
        }
        if (!missing.isEmpty()) {
            throw new ModelRefusedException(ModelFault.INVALID_GOLDEN, title + " lacks inputs " + missing);
        }
    }

    private static void compare(String title, Tensor expected, Tensor got, double tolerance)
            throws ModelRefusedException {
        if (expected.datatype() != got.datatype() || !expected.shape().equals(got.shape())) {
            throw new ModelRefusedException(
                    ModelFault.GOLDEN_MISMATCH,
                    title + " is " + got.datatype() + " " + got.shape() + ", expected " + expected.datatype() + " "
                            + expected.shape());
        }
        if (expected.datatype() == Datatype.BYTES) {
            List<ByteBuffer> texts = expected.strings();
            List<ByteBuffer> others = got.strings();
            for (int i = 0; i < texts.size(); i++) {
                if (!texts.get(i).equals(others.get(i))) {
                    throw differs(title, expected, i, text(others.get(i)), text(texts.get(i)), "");
                }
            }
            return;
        }
        for (int i = 0; i < expected.elements(); i++) {
            Number wanted = expected.number(i);
            Number is = got.number(i);
            boolean real = wanted instanceof Double;
            if (real ? !close(wanted.doubleValue(), is.doubleValue(), tolerance) : !wanted.equals(is)) {
                throw differs(title, expected, i, is, wanted, real ? " ± " + tolerance : "");
            }
        }
    }

    private static boolean close(double expected, double got, double tolerance) {
        if (!Double.isFinite(expected) || !Double.isFinite(got)) {
            return Double.compare(expected, got) == 0;
        }
        return Math.abs(got - expected) <= tolerance * Math.max(1, Math.abs(expected));
    }

    private static ModelRefusedException differs(
            String title, Tensor expected, int element, Object got, Object wanted, String tolerance) {
        return new ModelRefusedException(
                ModelFault.GOLDEN_MISMATCH,
                title + " element " + place(expected.shape(), element) + " is " + got + ", expected " + wanted
                        + tolerance);
    }

    /** Where an element stands, by dimension. */
    private static List<Long> place(List<Long> shape, int element) {
        var place = new ArrayList<Long>();
        long rest = element;
        for (Long size : shape.reversed()) {
            place.addFirst(rest % size);
            rest /= size;
        }
        return place;
    }

    private static String text(ByteBuffer bytes) {
        return "'" + java.nio.charset.StandardCharsets.UTF_8.decode(bytes.duplicate()) + "'";
    }
}
