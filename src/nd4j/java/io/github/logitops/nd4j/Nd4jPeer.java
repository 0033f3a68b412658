package io.github.logitops.nd4j;

import io.github.logitops.cli.bench.Peer;
import io.github.logitops.spec.DType;
import java.nio.file.Path;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.CustomOp;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;

/**
 * ND4J's softmax, log-softmax and cross entropy of labels, with its gradient, on arrays that are the same in each call. Its cross
 * entropy gives a loss for each row and the gradient of their sum; the mean is taken of both.
 */
public final class Nd4jPeer implements Peer {
    @Override
    public String provider() {
        return "nd4j";
    }

    @Override
    public String version() {
        String jar =
                Nd4j.class.getProtectionDomain().getCodeSource().getLocation().getPath();
        return "ND4J of " + Path.of(jar).getFileName();
    }

    /** In F32: in 16 bits its probabilities are off by up to 6 %. Its cross entropy has the classes along the last axis. */
    @Override
    public Optional<Call> ready(Task task) {
        boolean rows = task.inner() == 1;
        if (task.dtype() != DType.F32) {
            return Optional.empty();
        }
        return switch (task.work()) {
            case SOFTMAX -> Optional.of(new Rows("softmax", task));
            case LOG_SOFTMAX -> Optional.of(new Rows("log_softmax", task));
            case LOSS, LOSS_AND_GRADIENT -> rows ? Optional.of(new Loss(task)) : Optional.empty();
            case LOSS_AND_GRADIENT_OF_ARRAYS -> Optional.empty();
        };
    }

    private static INDArray logits(Task task) {
        INDArray floats = Nd4j.createFromArray(task.logits());
        return task.inner() == 1
                ? floats.reshape(task.outer(), task.classes())
                : floats.reshape(task.outer(), task.classes(), task.inner());
    }

    private static final class Rows implements Call {
        private final INDArray output;
        private final CustomOp op;

        Rows(String name, Task task) {
            INDArray logits = logits(task);
            output = logits.ulike();
            op = DynamicCustomOp.builder(name)
                    .addInputs(logits)
                    .addOutputs(output)
                    .addIntegerArguments(1)
                    .build();
        }

        @Override
        public void run() {
            Nd4j.exec(op);
        }

        @Override
        public float[] result() {
            return output.data().asFloat();
        }

        @Override
        public void close() {
            op.inputArguments().forEach(INDArray::close);
            output.close();
        }
    }

    private static final class Loss implements Call {
        private static final String OP = "sparse_softmax_cross_entropy_loss_with_logits";

        private final boolean withGradient;
        private final int rows;
        private final INDArray rowLosses;
        private final INDArray gradient;
        private final CustomOp forward;
        private final CustomOp backward;
        private double mean;

        Loss(Task task) {
            withGradient = task.work() == Work.LOSS_AND_GRADIENT;
            rows = task.rows();
            INDArray logits = logits(task);
            INDArray labels = Nd4j.createFromArray(task.labels());
            rowLosses = Nd4j.create(logits.dataType(), rows);
            gradient = logits.ulike();
            forward = op(OP, labels, logits, rowLosses);
            backward = op(OP + "_grad", labels, logits, gradient);
        }

        private static CustomOp op(String name, INDArray labels, INDArray logits, INDArray output) {
            return DynamicCustomOp.builder(name)
                    .addInputs(labels, logits)
                    .addOutputs(output)
                    .build();
        }

        @Override
        public void run() {
            Nd4j.exec(forward);
            mean = rowLosses.meanNumber().doubleValue();
            if (withGradient) {
                Nd4j.exec(backward);
                gradient.divi(rows);
            }
        }

        @Override
        public float[] result() {
            return withGradient ? gradient.data().asFloat() : new float[] {(float) mean};
        }

        @Override
        public void close() {
            forward.inputArguments().forEach(INDArray::close);
            rowLosses.close();
            gradient.close();
        }
    }
}
