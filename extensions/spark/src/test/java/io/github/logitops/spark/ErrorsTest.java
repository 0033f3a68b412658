package io.github.logitops.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a fit says of data that it can not use. */
class ErrorsTest {
    private static final Vector X = Vectors.dense(1, 2);
    private static final Vector P = Vectors.dense(0.5, 0.25, 0.25);

    private static SparkSession spark;

    @BeforeAll
    static void open() {
        spark = LocalSpark.open();
    }

    /** Six good rows in three partitions, the second of partition 1 replaced. */
    private static Dataset<Row> with(Object... columns) {
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            rows.add(RowFactory.create(Vectors.dense(i, i * i), (double) (i % 3), 1.0, P));
        }
        rows.set(3, RowFactory.create(columns));
        return frame(rows, 3);
    }

    private static Dataset<Row> frame(List<Row> rows, int partitions) {
        return spark.createDataFrame(
                new JavaSparkContext(spark.sparkContext()).parallelize(rows, partitions), TestData.COLUMNS);
    }

    private static void requireSays(String expected, Dataset<Row> data, Consumer<SoftmaxRegression> settings) {
        SoftmaxRegression regression =
                new SoftmaxRegression().setWeightCol("weight").setMaxIter(2);
        settings.accept(regression);
        Throwable thrown = assertThrows(Exception.class, () -> regression.fit(data));
        while (thrown.getCause() != null) {
            thrown = thrown.getCause();
        }
        assertEquals("softmaxRegression: " + expected, thrown.getMessage());
        assertEquals(IllegalArgumentException.class, thrown.getClass());
        assertEquals(List.of(), TaskSessions.statistics(), "sessions stay open");
    }

    private static void requireSays(String expected, Dataset<Row> data) {
        requireSays(expected, data, regression -> {});
    }

    @Test
    void labels() {
        requireSays("label out of range: partition=1, row=1, label=-1.0", with(X, -1.0, 1.0, P));
        requireSays("label out of range: partition=1, row=1, label=0.5", with(X, 0.5, 1.0, P));
        requireSays("label out of range: partition=1, row=1, label=NaN", with(X, Double.NaN, 1.0, P));
        requireSays(
                "a label for more classes than are assumed; set numClasses: partition=1, row=1, label=1.0E9, most=1000000",
                with(X, 1e9, 1.0, P));
        requireSays(
                "label out of range: partition=1, row=1, label=3.0, classes=3",
                with(X, 3.0, 1.0, P),
                regression -> regression.setNumClasses(3));
    }

    @Test
    void features() {
        requireSays(
                "features must be finite: partition=1, row=1, feature=1, value=NaN",
                with(Vectors.dense(1, Double.NaN), 0.0, 1.0, P));
        requireSays(
                "features must be finite: partition=1, row=1, feature=1, value=Infinity",
                with(Vectors.sparse(2, new int[] {1}, new double[] {Double.POSITIVE_INFINITY}), 0.0, 1.0, P));
        requireSays(
                "not as many features as the first row has: partition=1, row=1, size=3, first=2",
                with(Vectors.dense(1, 2, 3), 0.0, 1.0, P));
        requireSays("a column is null: partition=1, row=1, column=features", with(null, 0.0, 1.0, P));
    }

    @Test
    void weights() {
        requireSays("weights must be finite and not negative: partition=1, row=1, weight=-1.0", with(X, 0.0, -1.0, P));
        requireSays(
                "a column is null: partition=1, row=1, column=often",
                with(X, 0.0, null, P).withColumnRenamed("weight", "often"),
                regression -> regression.setWeightCol("often"));
        requireSays(
                "weights must be numbers: column=text, type=string",
                with(X, 0.0, 1.0, P).selectExpr("features", "label", "probabilities", "'1' as text"),
                regression -> regression.setWeightCol("text"));
        requireSays("no row has a weight: rows=1", frame(List.of(RowFactory.create(X, 0.0, 0.0, P)), 1));
        requireSays("no row has a weight: rows=0", frame(List.of(), 1));
    }

    @Test
    void nothingInTheFirstRow() {
        Row row = RowFactory.create(X, null, 1.0, P);
        requireSays("a column is null: row=first, column=label", frame(List.of(row), 1));
    }

    @Test
    void moreCoefficientsThanAnArrayHolds() {
        requireSays(
                "more coefficients than an array holds: features=2, classes=900000000",
                with(X, 0.0, 1.0, P),
                regression -> regression.setNumClasses(900_000_000));
    }

    @Test
    void probabilities() {
        Consumer<SoftmaxRegression> soft = regression -> regression.setTargetProbabilitiesCol("probabilities");
        requireSays(
                "not a probability for each class: partition=1, row=1, size=2, classes=3",
                with(X, 0.0, 1.0, Vectors.dense(0.5, 0.5)),
                soft);
        requireSays(
                "probabilities must be from 0 to 1: partition=1, row=1, class=2, value=-0.5",
                with(X, 0.0, 1.0, Vectors.dense(1, 0.5, -0.5)),
                soft);
        requireSays(
                "probabilities must add up to 1: partition=1, row=1, sum=0.75",
                with(X, 0.0, 1.0, Vectors.dense(0.5, 0.25, 0)),
                soft);
        requireSays(
                "probabilities must be vectors: column=label, type=double",
                with(X, 0.0, 1.0, P),
                regression -> regression.setTargetProbabilitiesCol("label"));
    }

    @Test
    void classWeights() {
        requireSays(
                "class weights must be one for each class, finite and not negative: classes=3, classWeights=[1.0, 2.0]",
                with(X, 0.0, 1.0, P),
                regression -> regression.setClassWeights(new double[] {1, 2}));
        requireSays(
                "class weights must be one for each class, finite and not negative: classes=3, classWeights=[1.0, NaN, 1.0]",
                with(X, 0.0, 1.0, P),
                regression -> regression.setClassWeights(new double[] {1, Double.NaN, 1}));
        requireSays(
                "no label has a weight: classWeights=" + Arrays.toString(new double[3]),
                with(X, 0.0, 1.0, P),
                regression -> regression.setClassWeights(new double[3]));
    }
}
