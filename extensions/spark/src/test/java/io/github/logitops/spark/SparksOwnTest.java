package io.github.logitops.spark;

import static org.apache.spark.sql.functions.col;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.ml.classification.LogisticRegression;
import org.apache.spark.ml.classification.LogisticRegressionModel;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The optimum beside that of Spark's LogisticRegression on the same data. */
class SparksOwnTest {
    private static final double OBJECTIVE = 1e-6; // relative
    private static final double SAME = 0.999; // of all predictions

    private static SparkSession spark;

    /**
     * A setting that both have.
     *
     * @param l1 the part of absolute values
     */
    private record Setting(
            boolean sparse, boolean weights, boolean intercept, boolean standard, double lambda, double l1) {
        LogisticRegression theirs() {
            LogisticRegression regression = new LogisticRegression()
                    .setFamily("multinomial")
                    .setFitIntercept(intercept)
                    .setStandardization(standard)
                    .setRegParam(lambda)
                    .setElasticNetParam(l1)
                    .setMaxIter(200)
                    .setTol(1e-8);
            return weights ? regression.setWeightCol("weight") : regression;
        }

        SoftmaxRegression ours(String dtype) {
            SoftmaxRegression regression = new SoftmaxRegression()
                    .setDtype(dtype)
                    .setFitIntercept(intercept)
                    .setStandardization(standard)
                    .setRegParam(lambda)
                    .setElasticNetParam(l1)
                    .setMaxIter(200)
                    .setTol(dtype.equals("F64") ? 1e-8 : 1e-6);
            return weights ? regression.setWeightCol("weight") : regression;
        }
    }

    private static Stream<Setting> settings() {
        return Stream.of(
                new Setting(false, false, true, true, 0, 0),
                new Setting(false, true, true, true, 0.01, 0),
                new Setting(false, true, false, true, 0.01, 1),
                new Setting(false, true, true, false, 0.1, 0),
                new Setting(true, true, true, true, 0.01, 0),
                new Setting(true, true, false, true, 0.1, 0),
                new Setting(true, false, true, false, 0.01, 0.5));
    }

    @BeforeAll
    static void open() {
        spark = LocalSpark.open();
    }

    @ParameterizedTest
    @MethodSource("settings")
    void theOptimumIsTheSame(Setting setting) {
        Dataset<Row> data =
                new TestData(2000, 8, 5, setting.sparse(), 1).in(spark, 2).cache();
        LogisticRegressionModel theirs = setting.theirs().fit(data);
        double[] history = theirs.summary().objectiveHistory();
        for (String dtype : List.of("F64", "F32")) {
            SoftmaxRegressionModel ours = setting.ours(dtype).fit(data);
            double[] found = ours.summary().objectiveHistory();
            double least = history[history.length - 1];
            assertEquals(least, found[found.length - 1], OBJECTIVE * least, dtype);
            assertTrue(same(theirs.transform(data), ours.transform(data)) >= SAME, dtype);
            if (dtype.equals("F64")) {
                double[] expected = theirs.coefficientMatrix().toArray();
                double[] coefficients = ours.coefficientMatrix().toArray();
                for (int i = 0; i < expected.length; i++) {
                    assertEquals(expected[i], coefficients[i], 1e-4, "coefficient " + i);
                }
            }
        }
        data.unpersist();
    }

    private static double same(Dataset<Row> theirs, Dataset<Row> ours) {
        List<Row> expected = theirs.select("prediction").collectAsList();
        List<Row> found = ours.select("prediction").collectAsList();
        int same = 0;
        for (int i = 0; i < expected.size(); i++) {
            same += expected.get(i).equals(found.get(i)) ? 1 : 0;
        }
        return (double) same / expected.size();
    }

    /** A row with probabilities is as good as one for each class, with that weight: which Spark's own can fit. */
    @Test
    void probabilitiesAreRowsOfEachClass() {
        Dataset<Row> data = TestData.of(500, 6, 4).in(spark, 2).cache();
        Dataset<Row> spread = data.flatMap(
                (org.apache.spark.api.java.function.FlatMapFunction<Row, Row>) row -> {
                    Vector p = row.getAs("probabilities");
                    return Stream.of(0, 1, 2, 3)
                            .map(k -> RowFactory.create(
                                    row.get(0), (double) k, row.getDouble(2) * p.apply(k), row.get(3)))
                            .iterator();
                },
                org.apache.spark.sql.Encoders.row(TestData.COLUMNS));
        Setting setting =
                new Setting(false, true, true, true, 0, 0); // a penalty would depend on how features are scaled
        LogisticRegressionModel theirs = setting.theirs().fit(spread);
        SoftmaxRegressionModel ours = setting.ours("F64")
                .setTargetProbabilitiesCol("probabilities")
                .fit(data.select(col("features"), col("weight"), col("probabilities"))); // no labels
        double[] history = theirs.summary().objectiveHistory();
        double[] found = ours.summary().objectiveHistory();
        double least = history[history.length - 1];
        assertEquals(least, found[found.length - 1], 1e-7 * least);
        assertArrayEquals(
                theirs.coefficientMatrix().toArray(), ours.coefficientMatrix().toArray(), 1e-3);
    }
}
