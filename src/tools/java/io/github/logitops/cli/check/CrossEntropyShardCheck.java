package io.github.logitops.cli.check;

import io.github.logitops.CrossEntropyResult;
import io.github.logitops.CrossEntropyShard;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Tensor;
import io.github.logitops.reference.CrossEntropyReference;
import io.github.logitops.reference.Targets;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Op;
import io.github.logitops.spec.Shape;
import java.util.Arrays;
import java.util.List;

/** Cross entropy by way of partials, with all classes in one shard. */
final class CrossEntropyShardCheck implements OpCheck {
    private static final int PARTIALS = 5; // numbers that a shard leaves of each row
    private static final String COMBINE = Op.CROSS_ENTROPY_SHARD.method("combine");
    private static final String BACKWARD = Op.CROSS_ENTROPY_SHARD.method("backward");

    @Override
    public Op op() {
        return Op.CROSS_ENTROPY_SHARD;
    }

    @Override
    public List<Attempt> attempts(Case what) {
        return List.of(CrossEntropyShardCheck::check);
    }

    private static void check(Trial trial) {
        int classes = trial.what().classes();
        CrossEntropyOptions options = CrossEntropyOptions.defaults().withLabelSmoothing(0.1);
        long[] labels = {
            trial.random().nextInt(classes), 0, options.ignoreIndex().getAsLong(), classes - 1
        };
        double[] ones = new double[Case.ROWS];
        Arrays.fill(ones, 1);
        PlacedRows x = trial.logits();
        CrossEntropyReference exact = CrossEntropyReference.of(x.values(), Targets.of(labels), null, options, ones)
                .ofShards();

        CrossEntropyShard shard =
                trial.ops().crossEntropy(options, trial.what().axis()).shard(0, classes);
        DType dtype = trial.what().dtype();
        Tensor y = trial.labels(DType.I64, labels);
        Shape ofShard = Shape.of(PARTIALS, Case.ROWS);
        Tensor gathered = trial.keep(trial.ops().empty(dtype.arithmetic(), ofShard.within(1)));
        Tensor partials = trial.keep(trial.ops().wrap(gathered.address(), dtype.arithmetic(), ofShard));
        CrossEntropyResult result =
                trial.keep(shard.newResult(dtype, trial.what().layout().shape(), trial.stream()));
        shard.forwardPartials(x.tensor(), y, null, partials, trial.stream());
        shard.combine(gathered, y, null, result, trial.stream());
        PlacedRows dx = trial.output(x);
        shard.backward(x.tensor(), y, null, result, GradScale.ONE, dx.tensor(), trial.stream());

        trial.judge().loss(COMBINE, "loss", exact.loss(), result.await(), exact.lossScale());
        double[][] gradient = dx.read(trial.judge(), BACKWARD);
        for (int n = 0; n < Case.ROWS; n++) {
            CrossEntropyReference.Row row = exact.rows()[n];
            trial.judge().row(BACKWARD, "dx row " + n, row.gradient(), gradient[n], row.gradientScale());
        }
    }
}
