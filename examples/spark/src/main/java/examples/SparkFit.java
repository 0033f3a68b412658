package examples;

import io.github.logitops.spark.SoftmaxRegression;
import io.github.logitops.spark.SoftmaxRegressionModel;
import io.github.logitops.spark.SoftmaxRegressionSummary;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.ml.feature.StringIndexer;
import org.apache.spark.ml.feature.VectorAssembler;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** A pipeline of Spark ML that ends in softmax regression: names of classes become labels, columns become features, and a fit. */
public final class SparkFit {
    static final double REGULARISATION = 1e-3;
    static final double SMOOTHING = 0.05;
    private static final String[] SPECIES = {"setosa", "versicolor", "virginica"};
    private static final double[][] SIZES = {{1.5, 0.2}, {4.3, 1.3}, {5.6, 2.0}}; // mean length and width of petals

    private SparkFit() {}

    record Result(PipelineModel pipeline, SoftmaxRegressionModel model, double accuracy) {}

    public static void main(String[] args) throws IOException {
        try (SparkSession spark = SparkSession.builder()
                .master("local[2]") // on a cluster, spark-submit says which
                .config("spark.ui.enabled", "false")
                .config("spark.sql.shuffle.partitions", "2")
                .appName("softmax regression")
                .getOrCreate()) {
            Dataset<Row>[] parts = flowers(spark, new Random(1)).randomSplit(new double[] {0.8, 0.2}, 1);
            Result result = fit(parts[0], parts[1]);
            SoftmaxRegressionSummary summary = result.model().summary();
            double[] history = summary.objectiveHistory();
            System.out.printf(
                    Locale.ROOT,
                    "fit: iterations=%d evaluations=%d firstObjective=%.4f objective=%.4f%n",
                    summary.totalIterations(),
                    summary.evaluations(),
                    history[0],
                    history[history.length - 1]);
            System.out.printf(
                    Locale.ROOT,
                    "model: classes=%d features=%d accuracy=%.4f%n",
                    result.model().numClasses(),
                    result.model().numFeatures(),
                    result.accuracy());
        }
    }

    static Result fit(Dataset<Row> training, Dataset<Row> test) {
        Pipeline pipeline = new Pipeline().setStages(new PipelineStage[] {
            new StringIndexer().setInputCol("species").setOutputCol("label").setStringOrderType("alphabetAsc"),
            new VectorAssembler().setInputCols(new String[] {"length", "width"}).setOutputCol("features"),
            new SoftmaxRegression().setRegParam(REGULARISATION).setLabelSmoothing(SMOOTHING)
        });
        PipelineModel fitted = pipeline.fit(training);
        double accuracy = new MulticlassClassificationEvaluator()
                .setMetricName("accuracy")
                .evaluate(fitted.transform(test));
        return new Result(fitted, (SoftmaxRegressionModel) fitted.stages()[2], accuracy);
    }

    static Dataset<Row> flowers(SparkSession spark, Random random) {
        List<Row> rows = IntStream.range(0, 3000)
                .mapToObj(i -> RowFactory.create(
                        SPECIES[i % 3],
                        SIZES[i % 3][0] + 0.4 * random.nextGaussian(),
                        SIZES[i % 3][1] + 0.25 * random.nextGaussian()))
                .toList();
        return spark.createDataFrame(
                rows,
                new StructType()
                        .add("species", DataTypes.StringType)
                        .add("length", DataTypes.DoubleType)
                        .add("width", DataTypes.DoubleType));
    }
}
