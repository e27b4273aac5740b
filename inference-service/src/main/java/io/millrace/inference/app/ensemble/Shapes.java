package io.millrace.inference.app.ensemble;

import io.millrace.inference.domain.Tensor;
import io.millrace.inference.domain.TensorSpec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether a tensor goes where another is expected. [rows] and [rows, 1] are the same: models differ in how they write one column. */
final class Shapes {
    private Shapes() {}

    /** Whether tensors of one may be those of another; open sizes may turn out to be any. */
    static boolean mayFit(List<Long> given, List<Long> wanted) {
        List<Long> same = likened(given, wanted.size());
        if (same.size() != wanted.size()) {
            return false;
        }
        for (int i = 0; i < wanted.size(); i++) {
            boolean open = same.get(i) == TensorSpec.VARIABLE || wanted.get(i) == TensorSpec.VARIABLE;
            if (!open && !same.get(i).equals(wanted.get(i))) {
                return false;
            }
        }
        return true;
    }

    /** The tensor under the name and in the form that is wanted; null where it is of another. The data is shared. */
    static @Nullable Tensor fitted(Tensor tensor, TensorSpec wanted) {
        List<Long> shape = likened(tensor.shape(), wanted.shape().size());
        return tensor.datatype() == wanted.datatype() && wanted.fits(shape)
                ? new Tensor(wanted.name(), tensor.datatype(), shape, tensor.data())
                : null;
    }

    private static List<Long> likened(List<Long> shape, int rank) {
        if (shape.size() == 2 && rank == 1 && shape.get(1) == 1) {
            return shape.subList(0, 1);
        }
        return shape.size() == 1 && rank == 2 ? List.of(shape.getFirst(), 1L) : shape;
    }
}
