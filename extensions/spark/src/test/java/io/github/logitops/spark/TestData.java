package io.github.logitops.spark;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
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
record TestData(int rows, int features, int classes, boolean sparse, long seed) {
    static final StructType COLUMNS = new StructType()
            .add("features", SQLDataTypes.VectorType())
            .add("label", DataTypes.DoubleType)
            .add("weight", DataTypes.DoubleType)
            .add("probabilities", SQLDataTypes.VectorType());

    static TestData of(int rows, int features, int classes) {
        return new TestData(rows, features, classes, false, 1);
    }

    List<Row> list() {
        Random random = new Random(seed);
        double[][] w = new double[classes][features];
        for (double[] ofClass : w) {
            for (int i = 0; i < features; i++) {
                ofClass[i] = random.nextGaussian() * 2 / Math.sqrt(features);
            }
        }
        List<Row> all = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
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
            Vector features = sparse ? Vectors.dense(x).toSparse() : Vectors.dense(x);
            all.add(RowFactory.create(
                    features,
                    (double) draw(p, random.nextDouble()),
                    0.5 + 1.5 * random.nextDouble(),
                    Vectors.dense(p)));
        }
        return all;
    }

    /** In so many partitions. */
    Dataset<Row> in(SparkSession spark, int partitions) {
        return spark.createDataFrame(
                        new org.apache.spark.api.java.JavaSparkContext(spark.sparkContext())
                                .parallelize(list(), partitions),
                        COLUMNS)
                .cache();
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
