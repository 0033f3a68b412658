package examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import examples.SparkFit.Result;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.spark.ml.linalg.Matrix;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The objective at the model that was found, and its slope there, by plain loops; and the accuracy, counted. */
class SparkFitTest {
    private static final List<String> SPECIES = List.of("setosa", "versicolor", "virginica");

    private static SparkSession spark;
    private static List<Row> flowers;
    private static Dataset<Row> data;
    private static Result result;

    @BeforeAll
    static void fit() {
        spark = SparkSession.builder()
                .master("local[2]")
                .config("spark.ui.enabled", "false")
                .getOrCreate();
        data = SparkFit.flowers(spark, new Random(2)).cache();
        flowers = data.collectAsList();
        result = SparkFit.fit(data, data);
    }

    @AfterAll
    static void stop() {
        spark.stop();
    }

    @Test
    void theObjectiveIsThatOfPlainLoops() {
        double[] history = result.model().summary().objectiveHistory();
        assertEquals(objective(coefficients()), history[history.length - 1], 1e-9);
        assertEquals(Math.log(3), history[0], 0.1); // without coefficients all classes are alike
    }

    @Test
    void theObjectiveIsLeastThere() {
        double[] found = coefficients();
        for (int i = 0; i < found.length; i++) {
            double[] above = found.clone();
            double[] below = found.clone();
            above[i] += 1e-4;
            below[i] -= 1e-4;
            double slope = (objective(above) - objective(below)) / 2e-4;
            assertEquals(0, slope, 1e-4, "parameter=" + i);
        }
    }

    @Test
    void theAccuracyIsCounted() {
        long correct = 0;
        for (Row row : result.pipeline().transform(data).collectAsList()) {
            double prediction = row.getAs("prediction");
            String species = row.getAs("species");
            correct += prediction == SPECIES.indexOf(species) ? 1 : 0;
        }
        assertEquals((double) correct / flowers.size(), result.accuracy(), 1e-12);
        assertTrue(result.accuracy() > 0.95, () -> "accuracy=" + result.accuracy());
    }

    /** For each class those of length and width, and the intercept. */
    private static double[] coefficients() {
        Matrix w = result.model().coefficientMatrix();
        Vector b = result.model().interceptVector();
        double[] all = new double[9];
        for (int c = 0; c < 3; c++) {
            all[3 * c] = w.apply(c, 0);
            all[3 * c + 1] = w.apply(c, 1);
            all[3 * c + 2] = b.apply(c);
        }
        return all;
    }

    /** Mean smoothed cross entropy, and half the squares of coefficients of features scaled to deviation 1. */
    private static double objective(double[] coefficients) {
        double loss = 0;
        for (Row row : flowers) {
            double[] logits = new double[3];
            for (int c = 0; c < 3; c++) {
                logits[c] = coefficients[3 * c] * row.getDouble(1)
                        + coefficients[3 * c + 1] * row.getDouble(2)
                        + coefficients[3 * c + 2];
            }
            double lse = Math.log(Arrays.stream(logits).map(Math::exp).sum());
            double mean = lse - Arrays.stream(logits).average().orElseThrow();
            double own = lse - logits[SPECIES.indexOf(row.getString(0))];
            loss += ((1 - SparkFit.SMOOTHING) * own + SparkFit.SMOOTHING * mean) / flowers.size();
        }
        double penalty = 0;
        for (int c = 0; c < 3; c++) {
            for (int f = 0; f < 2; f++) {
                double scaled = coefficients[3 * c + f] * deviation(f + 1);
                penalty += SparkFit.REGULARISATION / 2 * scaled * scaled;
            }
        }
        return loss + penalty;
    }

    private static double deviation(int column) {
        double mean = flowers.stream()
                .mapToDouble(row -> row.getDouble(column))
                .average()
                .orElseThrow();
        double squares = flowers.stream()
                .mapToDouble(row -> Math.pow(row.getDouble(column) - mean, 2))
                .sum();
        return Math.sqrt(squares / (flowers.size() - 1));
    }
}
