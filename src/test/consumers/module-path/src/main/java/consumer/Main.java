package consumer;

import io.github.logitops.Backend;
import io.github.logitops.CrossEntropyGradient;
import io.github.logitops.LogitOps;
import io.github.logitops.memory.GradScale;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.Shape;

/** Cross entropy of arrays, where LogitOps is a module. */
public final class Main {
    private Main() {}

    /** Ends with an error unless the loss is that of equal logits. */
    public static void main(String[] args) {
        try (LogitOps ops = LogitOps.open(Backend.AUTO)) {
            System.out.println("module path: " + ops.backendReport());
            CrossEntropyGradient<float[]> step = ops.crossEntropy(CrossEntropyOptions.defaults())
                    .forwardBackward(new float[8], new int[] {1, 3}, null, GradScale.ONE, Shape.of(2, 4));
            if (Math.abs(step.loss() - Math.log(4)) > 1e-6 || step.gradient()[0] != 0.125f) {
                throw new IllegalStateException("cross entropy of equal logits: " + step);
            }
        }
        Module logitops = LogitOps.class.getModule();
        if (!logitops.isNamed() || logitops.isExported("io.github.logitops.pool")) {
            throw new IllegalStateException("exports more than it says: module=" + logitops);
        }
    }
}
