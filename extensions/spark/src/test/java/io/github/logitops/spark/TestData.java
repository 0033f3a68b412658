package io.github.logitops.spark;

import java.io.Serializable;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Rows whose labels are drawn by a softmax of random weights, so that no plane separates them: features of different means and deviations,
 * weights from 0.5 to 2, and probabilities.
 *
 * @param sparse whether most features are 0, and left out
 */
record TestData(int rows, int features, int classes, boolean sparse, long seed) implements Serializable {
    static final StructType COLUMNS = new StructType()
            .add("features", SQLDataTypes.VectorType())
            .add("label", DataTypes.DoubleType)
            .add("weight", DataTypes.DoubleType)
            .add("probabilities", SQLDataTypes.VectorType());

    static TestData of(int rows, int features, int classes) {
        return new TestData(rows, features, classes, false, 1);
    }

    /** The rows with these numbers; each is the same whichever others are asked for. */
    Iterator<Row> rows(Iterator<Integer> numbers) {
        double[][] w = weights();
        Iterable<Integer> all = () -> numbers;
        return StreamSupport.stream(all.spliterator(), false)
                .map(number -> row(w, new Random(seed + 1_000_003L * number)))
                .iterator();
    }

    private double[][] weights() {
        Random random = new Random(seed);
        return Stream.generate(() -> random.doubles(features, -1, 1)
                        .map(w -> w * 4 / Math.sqrt(features))
                        .toArray())
                .limit(classes)
                .toArray(double[][]::new);
    }

    private Row row(double[][] w, Random random) {
        double[] x = new double[features];
        double[] logits = new double[classes];
        for (int i = 0; i < features; i++) {
            double z = sparse && random.nextInt(20) > 0 ? 0 : random.nextGaussian();
            x[i] = z == 0 ? 0 : (z + (sparse ? 0 : i % 5)) * (1 + i % 3);
            for (int k = 0; k < classes; k++) {
                logits[k] += w[k][i] * z;
            }
        }
        double[] p = softmax(logits);
        Vector vector = sparse ? Vectors.dense(x).toSparse() : Vectors.dense(x);
        double label = draw(p, random.nextDouble());
        return RowFactory.create(vector, label, 0.5 + 1.5 * random.nextDouble(), Vectors.dense(p));
    }

    /** All rows, made by tasks, in so many partitions. */
    Dataset<Row> in(SparkSession spark, int partitions) {
        List<Integer> numbers = IntStream.range(0, rows).boxed().toList();
        JavaRDD<Row> all = new JavaSparkContext(spark.sparkContext())
                .parallelize(numbers, partitions)
                .mapPartitions(this::rows);
        return spark.createDataFrame(all, COLUMNS);
    }

    private static double[] softmax(double[] logits) {
        double sum = 0;
        double[] p = new double[logits.length];
        for (int k = 0; k < p.length; k++) {
            p[k] = Math.exp(logits[k]);
            sum += p[k];
        }
        for (int k = 0; k < p.length; k++) {
            p[k] /= sum;
        }
        return p;
    }

    private static int draw(double[] p, double at) {
        double sum = 0;
        for (int k = 0; k < p.length; k++) {
            sum += p[k];
            if (at < sum) {
                return k;
            }
        }
        return p.length - 1;
    }
}
