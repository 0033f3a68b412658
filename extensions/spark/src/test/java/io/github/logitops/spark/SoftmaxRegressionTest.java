package io.github.logitops.spark;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.when;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.attribute.NominalAttribute;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SoftmaxRegressionTest {
    private static final int CLASSES = 4;

    private static SparkSession spark;
    private static Dataset<Row> data;

    @BeforeAll
    static void open() {
        spark = LocalSpark.open();
        data = TestData.of(800, 6, CLASSES).in(spark, 3).cache();
    }

    private static SoftmaxRegression regression() {
        return new SoftmaxRegression().setRegParam(0.01).setTol(1e-10).setMaxIter(200);
    }

    private static void requireAlike(SoftmaxRegressionModel expected, SoftmaxRegressionModel found, double bound) {
        assertArrayEquals(
                expected.coefficientMatrix().toArray(),
                found.coefficientMatrix().toArray(),
                bound);
        assertArrayEquals(
                expected.interceptVector().toArray(), found.interceptVector().toArray(), bound);
    }

    @Test
    void classWeightsAreWeightsOfTheirRows() {
        double[] weights = {1, 3, 0.5, 2};
        Dataset<Row> weighted = data.withColumn(
                "ofClass",
                when(col("label").equalTo(0), weights[0])
                        .when(col("label").equalTo(1), weights[1])
                        .when(col("label").equalTo(2), weights[2])
                        .otherwise(weights[3]));
        // without a penalty features may be scaled as they like: by all rows, or by weighted ones
        UnaryOperator<SoftmaxRegression> free =
                regression -> regression.setRegParam(0).setTol(1e-13);
        SoftmaxRegressionModel byRows =
                free.apply(regression()).setWeightCol("ofClass").fit(weighted);
        SoftmaxRegressionModel byClasses =
                free.apply(regression()).setClassWeights(weights).fit(data);
        requireAlike(byRows, byClasses, 1e-4);
        double[] one = byRows.summary().objectiveHistory();
        double[] other = byClasses.summary().objectiveHistory();
        assertEquals(one[one.length - 1], other[other.length - 1], 1e-10);
    }

    @Test
    void smoothedLabelsAreProbabilities() {
        double e = 0.2;
        Dataset<Row> smoothed = data.map(
                (MapFunction<Row, Row>) row -> {
                    double[] p = new double[CLASSES];
                    Arrays.fill(p, e / CLASSES);
                    p[(int) row.getDouble(1)] += 1 - e;
                    return RowFactory.create(row.get(0), row.get(1), row.get(2), Vectors.dense(p));
                },
                Encoders.row(TestData.COLUMNS));
        SoftmaxRegressionModel byLabels =
                regression().setWeightCol("weight").setLabelSmoothing(e).fit(data);
        SoftmaxRegressionModel byProbabilities = regression()
                .setWeightCol("weight")
                .setTargetProbabilitiesCol("probabilities")
                .fit(smoothed);
        requireAlike(byLabels, byProbabilities, 1e-5);
    }

    @Test
    void fitsGiveTheSameBits() {
        Dataset<Row> spread = data.repartition(11).cache();
        for (String dtype : List.of("F64", "F32")) {
            for (int depth = 2; depth < 4; depth++) {
                SoftmaxRegression regression =
                        new SoftmaxRegression().setMaxIter(5).setDtype(dtype).setAggregationDepth(depth);
                SoftmaxRegressionModel first = regression.fit(spread);
                for (int i = 0; i < 3; i++) {
                    requireAlike(first, regression.fit(spread), 0);
                }
            }
        }
        spread.unpersist();
    }

    @Test
    void neitherBlocksNorPartitionsMatter() {
        SoftmaxRegressionModel expected = regression().fit(data);
        requireAlike(expected, regression().setBlockRows(7).fit(data), 1e-6);
        Dataset<Row> holes = data.repartition(2).union(data.filter("label < 0")); // three partitions without rows
        requireAlike(expected, regression().fit(holes), 1e-6);
    }

    @Test
    void whereNoColumnIsNamedThereIsNone() {
        requireAlike(
                regression().fit(data),
                regression().setWeightCol("").setTargetProbabilitiesCol("").fit(data),
                0);
    }

    @Test
    void metadataTellHowManyClassesThereAre() {
        Dataset<Row> told = data.withColumn(
                "label",
                col("label")
                        .as(
                                "label",
                                NominalAttribute.defaultAttr()
                                        .withNumValues(9)
                                        .withName("label")
                                        .toMetadata()));
        assertEquals(9, regression().setMaxIter(1).fit(told).numClasses());
    }

    @Test
    void classesThatNobodyHasGetAnIntercept() {
        SoftmaxRegressionModel model = regression().setNumClasses(CLASSES + 2).fit(data);
        assertEquals(CLASSES + 2, model.numClasses());
        Vector p = model.predictProbability(Vectors.dense(new double[6]));
        SoftmaxRegressionModel start =
                regression().setNumClasses(CLASSES + 2).setMaxIter(0).fit(data);
        Vector before = start.predictProbability(Vectors.dense(new double[6]));
        assertTrue(p.apply(CLASSES) > 0 && p.apply(CLASSES) < before.apply(CLASSES) / 2, p + " after " + before);
    }

    @Test
    void featuresThatAreAlwaysTheSameHaveNoCoefficients() {
        Dataset<Row> constant = data.map(
                (MapFunction<Row, Row>) row -> {
                    double[] x = Arrays.copyOf(row.<Vector>getAs(0).toArray(), 7);
                    x[6] = 3;
                    return RowFactory.create(Vectors.dense(x), row.get(1), row.get(2), row.get(3));
                },
                Encoders.row(TestData.COLUMNS));
        SoftmaxRegressionModel model = regression().fit(constant);
        for (int k = 0; k < CLASSES; k++) {
            assertEquals(0, model.coefficientMatrix().apply(k, 6));
        }
    }

    @Test
    void theModelTransformsAsOthersDo() {
        SoftmaxRegressionModel model = regression().fit(data);
        assertEquals(6, model.numFeatures());
        for (Row row : model.transform(data).limit(50).collectAsList()) {
            double[] logits = row.<Vector>getAs("rawPrediction").toArray();
            double[] p = row.<Vector>getAs("probability").toArray();
            double lse = Math.log(Arrays.stream(logits).map(Math::exp).sum());
            int largest = 0;
            for (int k = 0; k < CLASSES; k++) {
                assertEquals(Math.exp(logits[k] - lse), p[k], 1e-14);
                largest = logits[k] > logits[largest] ? k : largest;
            }
            assertEquals(largest, row.<Double>getAs("prediction"));
        }
        SoftmaxRegressionModel never = model.copy(ParamMap.empty()).setThresholds(new double[] {1e-9, 1, 1, 1});
        assertEquals(
                data.count(), never.transform(data).filter("prediction = 0").count());
    }

    @Test
    void estimatorsAndModelsAreSavedInPipelines(@TempDir Path folder) throws Exception {
        SoftmaxRegression regression = regression()
                .setClassWeights(new double[] {1, 2, 3, 4})
                .setDtype("F32")
                .setPredictionCol("found");
        regression.write().overwrite().save(folder.resolve("estimator").toString());
        SoftmaxRegression read =
                SoftmaxRegression.load(folder.resolve("estimator").toString());
        for (Param<?> param : regression.params()) {
            assertEquals(regression.isSet(param), read.isSet(read.getParam(param.name())), param.name());
        }
        assertArrayEquals(new double[] {1, 2, 3, 4}, read.getClassWeights());
        assertEquals("F32", read.getDtype());
        assertEquals(200, read.getMaxIter());
        assertEquals(regression.uid(), read.uid());

        Pipeline pipeline = new Pipeline().setStages(new PipelineStage[] {regression});
        PipelineModel fitted = pipeline.fit(data);
        fitted.write().overwrite().save(folder.resolve("model").toString());
        PipelineModel again = PipelineModel.load(folder.resolve("model").toString());
        SoftmaxRegressionModel model = (SoftmaxRegressionModel) again.stages()[0];
        requireAlike((SoftmaxRegressionModel) fitted.stages()[0], model, 0);
        assertEquals("found", model.getPredictionCol());
        assertEquals(regression.getRegParam(), model.getRegParam());
        assertEquals(200, model.getMaxIter());
        assertTrue(model.getFitIntercept());
        assertFalse(model.hasSummary());
        assertThrows(IllegalStateException.class, model::summary);
        assertEquals(
                fitted.transform(data).select("found").collectAsList(),
                again.transform(data).select("found").collectAsList());
    }

    @Test
    void theSummaryTellsHowItWent(@TempDir Path folder) throws Exception {
        SoftmaxRegressionSummary summary = regression().fit(data).summary();
        double[] history = summary.objectiveHistory();
        assertEquals(history.length - 1, summary.totalIterations());
        assertTrue(summary.evaluations() >= history.length, summary.toString());
        assertTrue(summary.evaluations() < 2 * history.length, "points are remembered: " + summary);
        for (int i = 1; i < history.length; i++) {
            assertTrue(history[i] <= history[i - 1]);
        }
        assertTrue(summary.reason().contains("converged"), summary.reason());
        Path file = folder.resolve("history.csv");
        summary.writeHistory(file);
        List<String> lines = Files.readAllLines(file);
        assertEquals("iteration,objective", lines.get(0));
        assertEquals("1," + history[1], lines.get(2));
        assertEquals(1, regression().setMaxIter(0).fit(data).summary().objectiveHistory().length);
    }

    @Test
    void jobsTellHowFarItIs() throws Exception {
        List<String> told = new ArrayList<>();
        SparkListener listener = new SparkListener() {
            @Override
            public void onJobStart(SparkListenerJobStart job) {
                synchronized (told) {
                    told.add(String.valueOf(job.properties().getProperty("spark.job.description")));
                }
            }
        };
        spark.sparkContext().addSparkListener(listener);
        spark.sparkContext().setJobDescription("mine");
        SoftmaxRegression regression = regression().setMaxIter(3);
        regression.fit(data);
        for (int tries = 0; tries < 100 && !told.toString().contains("iteration 2"); tries++) {
            Thread.sleep(100); // listeners hear a little later
        }
        spark.sparkContext().removeSparkListener(listener);
        assertEquals("mine", spark.sparkContext().getLocalProperty("spark.job.description"));
        spark.sparkContext().setJobDescription(null);
        synchronized (told) {
            assertTrue(told.contains(regression.uid() + ": reading rows"), told.toString());
            assertTrue(told.contains(regression.uid() + ": iteration 0, evaluation 1"), told.toString());
            assertTrue(
                    told.stream()
                            .anyMatch(text -> text.matches(".*: iteration 2, evaluation \\d, objective \\d\\.\\d+")),
                    told.toString());
        }
    }

    @Test
    void aHundredFitsLeaveNothing() {
        Dataset<Row> small = TestData.of(60, 3, 3).in(spark, 2).cache();
        small.count();
        int before = spark.sparkContext().getPersistentRDDs().size();
        SoftmaxRegression regression = new SoftmaxRegression().setMaxIter(1);
        for (int i = 0; i < 100; i++) {
            regression.setDtype(i % 2 == 0 ? "F64" : "F32").fit(small);
            assertEquals(List.of(), TaskSessions.statistics());
        }
        assertEquals(before, spark.sparkContext().getPersistentRDDs().size(), "blocks stay");
        small.unpersist();
    }
}
