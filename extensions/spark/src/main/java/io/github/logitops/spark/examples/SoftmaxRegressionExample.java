package io.github.logitops.spark.examples;

import io.github.logitops.spark.SoftmaxRegression;
import io.github.logitops.spark.SoftmaxRegressionModel;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Fits a softmax regression to four fifths of a file in LIBSVM's format, says how well it does on the rest, and saves the model:
 *
 * <pre>
 * spark-submit --class io.github.logitops.spark.examples.SoftmaxRegressionExample JAR DATA MODEL [HISTORY.csv]
 * </pre>
 */
public final class SoftmaxRegressionExample {
    private SoftmaxRegressionExample() {}

    /** @param args the data; where the model goes; where the objective's history goes, if anywhere */
    public static void main(String[] args) throws IOException {
        if (args.length < 2 || args.length > 3) {
            System.err.println("usage: SoftmaxRegressionExample DATA MODEL [HISTORY.csv]");
            System.exit(2);
        }
        try (SparkSession spark =
                SparkSession.builder().appName("softmax regression").getOrCreate()) {
            Dataset<Row> data = spark.read().format("libsvm").load(args[0]);
            Dataset<Row>[] parts = data.randomSplit(new double[] {0.8, 0.2}, 1);

            SoftmaxRegressionModel model = new SoftmaxRegression()
                    .setRegParam(1e-3)
                    .setLabelSmoothing(0.05)
                    .setDtype("F32")
                    .fit(parts[0].cache());

            double accuracy = new MulticlassClassificationEvaluator()
                    .setMetricName("accuracy")
                    .evaluate(model.transform(parts[1]));
            double[] history = model.summary().objectiveHistory();
            System.out.printf(
                    "softmaxRegression: classes=%d features=%d objective=%.6f iterations=%d evaluations=%d accuracy=%.4f%n",
                    model.numClasses(),
                    model.numFeatures(),
                    history[history.length - 1],
                    model.summary().totalIterations(),
                    model.summary().evaluations(),
                    accuracy);
            model.write().overwrite().save(args[1]);
            if (args.length == 3) {
                model.summary().writeHistory(Path.of(args[2]));
            }
        }
    }
}
