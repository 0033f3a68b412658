package consumer;

import io.github.logitops.Backend;
import io.github.logitops.LogitOps;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Shape;

/** Softmax of tensors, where LogitOps is on the class path. */
public final class Main {
    private Main() {}

    /** Ends with an error unless the probabilities are those of equal logits. */
    public static void main(String[] args) {
        Shape shape = Shape.of(2, 4);
        try (LogitOps ops = LogitOps.open(Backend.AUTO);
                Stream stream = ops.newStream();
                Tensor x = ops.upload(new float[8], DType.BF16, shape, stream)) {
            System.out.println("class path: " + ops.backendReport());
            ops.softmax().forward(x, x, stream);
            for (float p : x.download(stream)) {
                if (p != 0.25f) {
                    throw new IllegalStateException("softmax of equal logits: p=" + p);
                }
            }
        }
        if (LogitOps.class.getModule().isNamed()) {
            throw new IllegalStateException("not on the class path: module=" + LogitOps.class.getModule());
        }
    }
}
