package io.github.logitops.spark.examples;

import com.esotericsoftware.kryo.DefaultSerializer;
import com.esotericsoftware.kryo.serializers.JavaSerializer;
import dev.ludovic.netlib.blas.BLAS;
import io.github.logitops.Backend;
import io.github.logitops.CrossEntropyResult;
import io.github.logitops.CrossEntropyShard;
import io.github.logitops.HostCall;
import io.github.logitops.LogitOps;
import io.github.logitops.OpenOptions;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.HostTensor;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Shape;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.rdd.RDDBarrier;
import org.apache.spark.resource.ResourceInformation;
import scala.Function1;
import scala.collection.Iterator;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/**
 * Vocabulary parallel: a linear layer and softmax cross entropy whose classes are split over the tasks of a barrier stage. Each task
 * holds the weight of its own classes, W_i [classes / shards, features], and no other; all have the rows x [rows, features] and labels.
 * A step of gradient descent is
 *
 * <pre>
 * z_i = x W_i^T     partials of z_i, gathered from all tasks     loss, the same in each     g_i     W_i = W_i - rate g_i^T x
 * </pre>
 *
 * <p>so that five numbers for each row and shard travel, and neither weights nor logits. Weights and products are in double; logits,
 * losses and g in the dtype. The same training on the same number of shards gives the same bits, in the CPU mode on machines alike.
 *
 * <p>{@code docs/scaling.md} says what the exchange costs, and when it is time for another.
 */
public final class VocabularyParallel {
    private static final String EXAMPLE = "vocabularyParallel: ";
    private static final CrossEntropyOptions OPTIONS = CrossEntropyOptions.defaults();
    private static final BLAS PRODUCTS = BLAS.getInstance();

    /** Of a row and a shard. */
    private static final int PARTIALS = 5;

    private static final int LONGEST = Integer.MAX_VALUE - 8; // array

    private VocabularyParallel() {}

    /**
     * What is trained on, for how long.
     *
     * @param dtype of logits and their gradient: F64, F32, F16 or BF16
     * @param classes of all shards together
     * @param features of a row
     * @param x [rows, features]
     * @param labels one for each row; rows with -100 do not count
     * @param steps how many
     * @param rate what the gradient is multiplied by in a step
     */
    @DefaultSerializer(JavaSerializer.class) // Kryo, where Spark is told to take it, can not write records
    public record Training(DType dtype, int classes, int features, double[] x, int[] labels, int steps, double rate)
            implements Serializable {
        public Training {
            require(dtype.isFloating(), "dtype must be floating: dtype=" + dtype);
            require(classes > 0, "classes must be 1 or more: classes=" + classes);
            require(features > 0, "features must be 1 or more: features=" + features);
            require(steps > 0, "steps must be 1 or more: steps=" + steps);
            require(Double.isFinite(rate), "the rate must be finite: rate=" + rate);
            require(labels.length > 0, "there must be a row: labels=" + labels.length);
            require(
                    x.length == (long) labels.length * features,
                    "x must be [rows, features]: x=" + x.length + ", rows=" + labels.length + ", features=" + features);
            // Tasks would find them too: here they are told before a stage begins, in no words but these.
            for (int row = 0; row < labels.length; row++) {
                require(
                        labels[row] >= 0 && labels[row] < classes || OPTIONS.ignores(labels[row]),
                        "label out of range: row=" + row + ", label=" + labels[row] + ", classes=" + classes);
            }
        }

        /** The rows of the weight before the first step, of classes from {@code first} to below {@code end}: the same in any split. */
        public double[] start(int first, int end) {
            return IntStream.range(first, end)
                    .mapToObj(Random::new)
                    .flatMapToDouble(random -> random.doubles(features, -1, 1))
                    .map(value -> value / Math.sqrt(features))
                    .toArray();
        }

        /** The first class of a shard, one of so many; that of the shard behind the last is where classes end. */
        int first(int shard, int shards) {
            return (int) ((long) classes * shard / shards);
        }
    }

    /**
     * What a task has in the end.
     *
     * @param first its first class
     * @param losses before each step
     * @param weight of its classes, [classes of the shard, features]
     * @param exchangeSeconds of each step: how long it waited in the exchange, which is also for tasks that came later
     */
    @DefaultSerializer(JavaSerializer.class)
    public record Trained(int first, double[] losses, double[] weight, double[] exchangeSeconds)
            implements Serializable {}

    /** How a task opens its session, which is closed before the task ends. */
    interface Sessions extends Serializable {
        LogitOps open(BarrierTaskContext task);

        /** On the GPU that Spark gave the task; without one in the CPU mode, as all tasks of a machine would take the same GPU. */
        static LogitOps forTask(BarrierTaskContext task) {
            ResourceInformation gpu = task.resourcesJMap().get("gpu");
            if (gpu == null) {
                return LogitOps.open(Backend.CPU);
            }
            int device = Integer.parseInt(gpu.addresses()[0]);
            return LogitOps.open(Backend.AUTO, OpenOptions.defaults().withDeviceOrdinal(device));
        }
    }

    /**
     * Trains on so many tasks at once, and waits for them. With fewer slots Spark refuses the stage, after it has looked for a while.
     *
     * @return of each shard, in their order
     * @throws IllegalArgumentException if there are more shards than classes, or too many logits or partials for an array
     */
    public static List<Trained> train(JavaSparkContext context, Training training, int shards) {
        return train(context, training, shards, Sessions::forTask);
    }

    static List<Trained> train(JavaSparkContext context, Training training, int shards, Sessions sessions) {
        require(
                shards > 0 && shards <= training.classes,
                "shards must be 1 to the number of classes: shards=" + shards + ", classes=" + training.classes);
        long most = (training.classes - 1) / shards + 1;
        int rows = training.labels.length;
        require(
                most * Math.max(training.features, rows) <= LONGEST,
                "a shard's weight and logits must fit in arrays: classes=" + most + ", features=" + training.features
                        + ", rows=" + rows);
        require(
                (long) PARTIALS * Double.BYTES * rows <= LONGEST / Math.max(shards, 2), // text of one is longer than it
                "partials of all shards must fit in an array: rows=" + rows + ", shards=" + shards);
        Broadcast<Training> sent = context.broadcast(training);
        try {
            return inBarrier(context, shards, new Work(sent, shards, sessions));
        } finally {
            sent.destroy();
        }
    }

    /** All tasks run at once or none does. Spark's Java API has no barrier stages, so this is Scala's. */
    private static List<Trained> inBarrier(JavaSparkContext context, int shards, Work work) {
        ClassTag<Trained> type = ClassTag$.MODULE$.apply(Trained.class);
        List<Integer> ranks = IntStream.range(0, shards).boxed().toList();
        RDDBarrier<Integer> tasks = context.parallelize(ranks, shards).rdd().barrier();
        return JavaRDD.fromRDD(tasks.mapPartitions(work, false, type), type).collect();
    }

    /** What a task does. */
    private record Work(Broadcast<Training> training, int shards, Sessions sessions)
            implements Function1<Iterator<Integer>, Iterator<Trained>>, Serializable {
        @Override
        public Iterator<Trained> apply(Iterator<Integer> rank) {
            BarrierTaskContext task = BarrierTaskContext.get();
            try (LogitOps ops = sessions.open(task)) {
                Trained trained = new Shard(ops, task, training.value(), shards).train();
                return CollectionConverters.asScala(List.of(trained).iterator());
            }
        }
    }

    /** A task's part of the layer. */
    private static final class Shard {
        private final LogitOps ops;
        private final BarrierTaskContext task;
        private final Training training;
        private final int shards;
        private final int first;
        private final int classes; // of this shard
        private final int rows;
        private final double[] weight; // [classes, features]
        private final double[] logits; // [rows, classes], and their gradient after them
        private final CrossEntropyShard crossEntropy;
        private final double[] exchangeSeconds;

        Shard(LogitOps ops, BarrierTaskContext task, Training training, int shards) {
            this.ops = ops;
            this.task = task;
            this.training = training;
            this.shards = shards;
            first = training.first(task.partitionId(), shards);
            int end = training.first(task.partitionId() + 1, shards);
            classes = end - first;
            rows = training.labels.length;
            weight = training.start(first, end);
            logits = new double[rows * classes];
            crossEntropy = ops.crossEntropy(OPTIONS).shard(first, training.classes);
            exchangeSeconds = new double[training.steps];
        }

        Trained train() {
            double[] losses = new double[training.steps];
            for (int step = 0; step < losses.length; step++) {
                int at = step;
                makeLogits();
                losses[step] = ops.onHost(host -> lossAndGradient(host, at));
                descend();
            }
            return new Trained(first, losses, weight, exchangeSeconds);
        }

        /** z = x W^T. To BLAS, which has columns where Java has rows, it is z^T = W x^T. */
        private void makeLogits() {
            int features = training.features;
            PRODUCTS.dgemm(
                    "T", "N", classes, rows, features, 1, weight, features, training.x, features, 0, logits, classes);
        }

        /** W = W - rate g^T x, g being where the logits were. */
        private void descend() {
            int features = training.features;
            double factor = -training.rate;
            PRODUCTS.dgemm(
                    "N",
                    "T",
                    features,
                    classes,
                    rows,
                    factor,
                    training.x,
                    features,
                    logits,
                    classes,
                    1,
                    weight,
                    features);
        }

        /** The loss of all classes; the gradient of this shard's logits takes their place. */
        private double lossAndGradient(HostCall host, int step) {
            DType dtype = training.dtype;
            Shape shape = Shape.of(rows, classes);
            Tensor x = host.inOut(HostTensor.of(logits, dtype, shape));
            Tensor labels = host.in(HostTensor.of(training.labels));
            Tensor partials = host.closing(crossEntropy.newPartials(dtype, shape));
            CrossEntropyResult result = host.closing(crossEntropy.newResult(dtype, shape, host.stream()));
            crossEntropy.forwardPartials(x, labels, null, partials, host.stream());
            ByteBuffer own = bytes((int) partials.bytes());
            partials.download(own, host.stream());
            ByteBuffer all = exchange(own, step);
            Tensor gathered = host.in(HostTensor.of(all, partials.dtype(), Shape.of(shards, PARTIALS, rows)));
            crossEntropy.combine(gathered, labels, null, result, host.stream());
            crossEntropy.backward(x, labels, null, result, GradScale.ONE, x, host.stream());
            return result.await();
        }

        /** The bytes of all tasks, in the order of their ranks. Spark gathers strings only. */
        private ByteBuffer exchange(ByteBuffer own, int step) {
            long begin = System.nanoTime();
            String[] texts = task.allGather(Base64.getEncoder().encodeToString(own.array()));
            exchangeSeconds[step] = (System.nanoTime() - begin) / 1e9;
            ByteBuffer all = bytes(own.capacity() * shards);
            for (String text : texts) {
                all.put(Base64.getDecoder().decode(text));
            }
            return all.flip();
        }

        /** Of one byte order, as machines of a cluster may have different ones. */
        private static ByteBuffer bytes(int length) {
            return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        }
    }

    private static void require(boolean rule, String breach) {
        if (!rule) {
            throw new IllegalArgumentException(EXAMPLE + breach);
        }
    }

    /** {@code shards [classes [rows [features [steps [dtype]]]]]}: trains on random rows, and prints each loss and what it took. */
    public static void main(String[] args) {
        require(
                args.length > 0 && args.length <= 6,
                "say how many shards, and what else differs: arguments=" + args.length);
        int[] numbers = {2, 10_000, 256, 64, 5};
        for (int i = 0; i < Math.min(args.length, numbers.length); i++) {
            numbers[i] = Integer.parseInt(args[i]);
        }
        DType dtype = args.length < 6 ? DType.F32 : DType.valueOf(args[5]);
        Training training = random(dtype, numbers[1], numbers[2], numbers[3], numbers[4]);
        SparkConf conf = new SparkConf().setAppName("vocabulary-parallel");
        try (JavaSparkContext context = new JavaSparkContext(conf)) {
            List<Trained> shards = train(context, training, numbers[0]);
            for (int step = 0; step < numbers[4]; step++) {
                int at = step;
                double seconds = shards.stream()
                        .mapToDouble(shard -> shard.exchangeSeconds()[at])
                        .min()
                        .orElseThrow(); // of the task that came last
                double loss = shards.get(0).losses()[step];
                System.out.printf(Locale.ROOT, "step %d: loss %.6f, exchange %.4f s%n", step, loss, seconds);
            }
        }
    }

    private static Training random(DType dtype, int classes, int rows, int features, int steps) {
        Random random = new Random(1);
        double[] x = random.doubles((long) rows * features, -1, 1).toArray();
        int[] labels = random.ints(rows, 0, classes).toArray();
        return new Training(dtype, classes, features, x, labels, steps, 1);
    }
}
