package io.github.logitops.spark;

import io.github.logitops.spark.OrderedSum.Part;
import java.io.Serializable;
import java.util.Iterator;
import java.util.List;
import java.util.function.ToDoubleBiFunction;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * The objective but for absolute values, as the optimiser sees it: a job over all blocks for each point.
 *
 * @param blocks of all rows
 * @param weight what the sum of losses is divided by
 * @param depth of the sums over partitions
 * @param progress hears of each evaluation before it begins
 */
record RegressionObjective(
        JavaRDD<Block> blocks,
        TaskSettings settings,
        Scaling scaling,
        Penalty penalty,
        double weight,
        int depth,
        FitProgress progress)
        implements ToDoubleBiFunction<double[], double[]> {

    @Override
    public double applyAsDouble(double[] point, double[] gradient) {
        progress.evaluating();
        JavaSparkContext context = JavaSparkContext.fromSparkContext(blocks.context());
        Broadcast<double[]> sent = context.broadcast(point);
        LossGradient sum;
        try {
            Evaluation evaluation = new Evaluation(settings, scaling, sent, blocks.getNumPartitions(), depth);
            sum = OrderedSum.of(blocks.mapPartitions(evaluation::of, true), depth)
                    .orElseThrow();
        } finally {
            sent.destroy();
        }
        for (int i = 0; i < gradient.length; i++) {
            gradient[i] = sum.gradient()[i] / weight;
        }
        return sum.loss() / weight + penalty.addSquares(point, gradient, settings);
    }

    /** What a task does. */
    private record Evaluation(
            TaskSettings settings, Scaling scaling, Broadcast<double[]> point, int partitions, int depth)
            implements Serializable {
        Iterator<Part<LossGradient>> of(Iterator<Block> blocks) {
            if (!blocks.hasNext()) {
                return List.<Part<LossGradient>>of().iterator();
            }
            try (TaskSessions.Lease lease = TaskSessions.lease(settings);
                    PartitionLoss loss = new PartitionLoss(lease.ops(), settings, scaling, point.value())) {
                blocks.forEachRemaining(loss::add);
                int place = OrderedSum.place(TaskContext.getPartitionId(), partitions, depth);
                return List.of(new Part<>(place, loss.sum())).iterator();
            }
        }
    }
}
