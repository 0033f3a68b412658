package io.github.logitops.op;

import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

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
        inputs.forEach((input, in) -> requireApart(op, input, in));
    }

    /** Calls {@code each} with the names and the tensors. */
    void forEach(BiConsumer<String, Tensor> each) {
        for (int i = 0; i < tensors.size(); i++) {
            each.accept(names.get(i), tensors.get(i));
        }
    }

    /** None of these, which are written, shares a byte with the input. */
    void requireApart(String op, String input, Tensor in) {
        for (int i = 0; i < tensors.size(); i++) {
            Require.apart(op, names.get(i), tensors.get(i), input, in);
        }
    }

    /** None of these, which are read, shares a byte with the output. */
    void requireKept(String op, Rows output) {
        for (int i = 0; i < tensors.size(); i++) {
            Require.apart(op, output.name(), output.tensor(), names.get(i), tensors.get(i));
        }
    }

    /** The tensors. */
    List<Tensor> tensors() {
        return tensors;
    }
}
