package io.millrace.inference.app.infer;

import io.millrace.inference.app.Deadline;
import io.millrace.inference.app.HeldModel;
import io.millrace.inference.app.ModelCatalog;
import io.millrace.inference.app.RowValues;
import io.millrace.inference.app.deploy.ArmTally;
import io.millrace.inference.app.deploy.Route;
import io.millrace.inference.app.deploy.ShadowLog;
import io.millrace.inference.app.deploy.Shadows;
import io.millrace.inference.app.ensemble.HeldEnsembles;
import io.millrace.inference.domain.Pipeline.ModelReference;
import io.millrace.inference.domain.ServiceEvent;
import io.millrace.inference.domain.Tensor;
import io.millrace.inference.domain.deploy.Choice;
import io.millrace.inference.domain.deploy.Deployment.Shadow;
import io.millrace.inference.domain.deploy.Split;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Shows calls with tensors to the shadows of their deployment. The inputs of those in the sample are copied, as the call's own are the transport's. */
@ApplicationScoped
public class TensorMirror {
    /** Calls with longer inputs are not shown to shadows: what waits is copied. */
    private static final int MAX_BYTES = 64 << 10;

    /** Elements of an output that are told. */
    private static final int MAX_ELEMENTS = 1_000;

    private final ModelCatalog models;
    private final HeldEnsembles ensembles;
    private final Shadows shadows;
    private final ShadowLog log;

    public TensorMirror(ModelCatalog models, HeldEnsembles ensembles, Shadows shadows, ShadowLog log) {
        this.models = models;
        this.ensembles = ensembles;
        this.shadows = shadows;
        this.log = log;
    }

    /** Shows the call where it is in a sample; returns at once. */
    void mirror(Route route, Choice choice, String key, InferRequest request, Target.Result answered, int rows) {
        List<Shadow> all = route.deployment().shadows();
        for (int i = 0; i < all.size(); i++) {
            Shadow shadow = all.get(i);
            String salt = route.deployment().name() + "/" + shadow.name();
            if (Split.samples(salt, key, shadow.sample())) {
                ArmTally tally = route.shadowTally(i);
                if (bytes(request.inputs()) > MAX_BYTES) {
                    tally.dropped();
                    continue;
                }
                shadows.offer(tally, rows, () -> {
                    List<Tensor> inputs =
                            request.inputs().stream().map(TensorMirror::copy).toList();
                    var data = new LinkedHashMap<String, Object>();
                    data.put("id", request.id());
                    data.put("arm", choice.arm());
                    return deadline -> {
                        data.put("answered", told(answered.outputs()));
                        run(route, shadow, tally, inputs, rows, data, deadline);
                    };
                });
            }
        }
    }

    private void run(
            Route route,
            Shadow shadow,
            ArmTally tally,
            List<Tensor> inputs,
            int rows,
            Map<String, Object> data,
            Deadline deadline) {
        long start = System.nanoTime();
        try (HeldModel model = hold(shadow.model())) {
            List<Tensor> outputs = model.infer(inputs, rows, deadline).outputs();
            tally.answered(rows, System.nanoTime() - start);
            data.put("outputs", told(outputs));
            log.record(ServiceEvent.shadowAnswered(
                    route.deployment().name(), route.revision(), shadow.name(), model.identity(), data));
        }
    }

    private HeldModel hold(ModelReference model) {
        return models.knows(model.name()) || !ensembles.knows(model.name())
                ? models.use(model.name(), model.version())
                : ensembles.use(model.name(), model.version());
    }

    private static long bytes(List<Tensor> inputs) {
        return inputs.stream().mapToLong(input -> input.data().remaining()).sum();
    }

    private static Tensor copy(Tensor tensor) {
        ByteBuffer data = tensor.data().duplicate();
        ByteBuffer copy = ByteBuffer.allocateDirect(data.remaining()).order(ByteOrder.LITTLE_ENDIAN);
        copy.put(data).flip();
        return new Tensor(tensor.name(), tensor.datatype(), tensor.shape(), copy);
    }

    private static Map<String, Object> told(List<Tensor> tensors) {
        var told = new LinkedHashMap<String, Object>();
        for (Tensor tensor : tensors) {
            told.put(
                    tensor.name(),
                    tensor.elements() > MAX_ELEMENTS ? tensor.elements() + " elements" : RowValues.of(tensor));
        }
        return told;
    }
}
