package io.github.logitops.op;

import io.github.logitops.memory.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Tensors that a problem reads, or that it writes, each with its name in error messages. One that is null is not there. */
public final class Operands {
    private final List<String> names = new ArrayList<>();
    private final List<Tensor> tensors = new ArrayList<>();

    /** These and another. */
    Operands and(String name, Tensor tensor) {
        if (tensor != null) {
            names.add(name);
            tensors.add(tensor);
        }
        return this;
    }

    /** These and that of the rows. */
    Operands and(Rows rows) {
        return and(rows.name(), rows.tensor());
    }

    /** These and the labels'. */
    Operands and(RowLabels labels) {
        return and("labels", RowLabels.tensor(labels));
    }

    /** These and the factors', if there is one for each row. */
    Operands and(GradScale gradScale) {
        return and("gradScale", gradScale.perRow());
    }

    /** These and those. */
    Operands and(Operands others) {
        names.addAll(others.names);
        tensors.addAll(others.tensors);
        return this;
    }

    /** None of these, which are written, shares a byte with one of the inputs. */
    void requireApart(String op, Operands inputs) {
        for (int in = 0; in < inputs.tensors.size(); in++) {
            for (int out = 0; out < tensors.size(); out++) {
                Require.apart(op, names.get(out), tensors.get(out), inputs.names.get(in), inputs.tensors.get(in));
            }
        }
    }

    /** The tensors. */
    List<Tensor> tensors() {
        return tensors;
    }
}
