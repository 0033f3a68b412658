package io.github.logitops.spark;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import io.github.logitops.Backend;
import io.github.logitops.spec.DType;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.ml.attribute.Attribute;
import org.apache.spark.ml.attribute.BinaryAttribute;
import org.apache.spark.ml.attribute.NominalAttribute;
import org.apache.spark.ml.linalg.DenseMatrix;
import org.apache.spark.ml.linalg.DenseVector;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.storage.StorageLevel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One fit, on the driver: reads the rows, minimises, and makes the model. */
final class Fit {
    private static final Logger LOG = LoggerFactory.getLogger(Fit.class);
    private static final long MOST_ROWS = 4096; // of a block
    private static final double F32_RESOLUTION = 0x1p-27; // less than a rounding: of a mean of rows

    private final SoftmaxRegression of;
    private final Dataset<?> dataset;

    Fit(SoftmaxRegression of, Dataset<?> dataset) {
        this.of = of;
        this.dataset = dataset;
    }

    SoftmaxRegressionModel run() {
        try (FitProgress progress = new FitProgress(dataset.sparkSession().sparkContext(), of.uid())) {
            return run(progress);
        } finally {
            TaskSessions.closeIdle(); // those of local mode; executors close theirs a little later
        }
    }

    private SoftmaxRegressionModel run(FitProgress progress) {
        progress.reading();
        TrainingRows rows = rows();
        TrainingRows.Overview overview = rows.overview().orElseThrow();
        if (overview.statistics().weight() == 0) {
            throw noRows(overview.statistics().rows());
        }
        if (!overview.empty().isEmpty()) {
            LOG.warn(
                    "softmaxRegression: partitions without rows have no work: partitions={} of {}",
                    overview.empty(),
                    rows.rows().getNumPartitions());
        }
        TaskSettings settings = settings(rows.reader(), overview.statistics());
        Scaling scaling = Scaling.of(overview.statistics(), settings.intercept());
        warnOfConstants(settings, overview.statistics());
        JavaRDD<Block> blocks = rows.blocks(settings, scaling, blockRows(settings));
        blocks.persist(StorageLevel.MEMORY_AND_DISK());
        try {
            RegressionObjective objective = new RegressionObjective(
                    blocks,
                    settings,
                    scaling,
                    penalty(scaling),
                    divisor(settings, overview.statistics()),
                    rows.depth(),
                    progress);
            Minimum minimum = Minimizer.minimize(
                    objective,
                    start(settings, overview.statistics()),
                    objective.penalty().prices(settings),
                    of.getMaxIter(),
                    of.getTol(),
                    settings.dtype() == DType.F32 ? F32_RESOLUTION : 0,
                    progress::reached);
            return model(settings, scaling, minimum, progress);
        } finally {
            blocks.unpersist(false);
        }
    }

    private TrainingRows rows() {
        boolean probabilities = of.hasTargetProbabilities();
        String targets = probabilities ? of.getTargetProbabilitiesCol() : of.getLabelCol();
        String weights = of.hasWeights() ? of.getWeightCol() : "weight";
        Column weight = of.hasWeights() ? col(weights).cast("double") : lit(1.0);
        Dataset<Row> columns = dataset.select(col(of.getFeaturesCol()), col(targets), weight.as(weights));
        Row first = columns.takeAsList(1).stream().findFirst().orElseThrow(() -> noRows(0));
        for (int i = 0; i < 2; i++) {
            if (first.isNullAt(i)) {
                throw new IllegalArgumentException("softmaxRegression: a column is null: row=first, column="
                        + columns.schema().fieldNames()[i]);
            }
        }
        int features = first.<Vector>getAs(0).size();
        int classes = probabilities ? first.<Vector>getAs(1).size() : knownClasses();
        ExampleReader reader = new ExampleReader(features, classes, probabilities);
        return new TrainingRows(columns.toJavaRDD(), reader, of.getAggregationDepth());
    }

    /** As Spark's own: without intercepts a feature that never changes, such as a bias of one's own, would have a use. */
    private static void warnOfConstants(TaskSettings settings, Statistics statistics) {
        double[] means = statistics.means();
        double[] deviations = statistics.deviations();
        int[] constant = IntStream.range(0, settings.features())
                .filter(i -> deviations[i] == 0 && means[i] != 0)
                .toArray();
        if (!settings.intercept() && constant.length > 0) {
            LOG.warn(
                    "softmaxRegression: features that never change have coefficients 0, and there are no intercepts: features={}",
                    Arrays.toString(constant));
        }
    }

    private static IllegalArgumentException noRows(long rows) {
        return new IllegalArgumentException("softmaxRegression: no row has a weight: rows=" + rows);
    }

    /** How many classes there are by the parameter, or by the metadata of the labels; 0 if neither says. */
    private int knownClasses() {
        int asked = of.getNumClasses();
        if (asked > 0) {
            return asked;
        }
        Attribute attribute = Attribute.fromStructField(dataset.schema().apply(of.getLabelCol()));
        if (attribute instanceof BinaryAttribute) {
            return 2;
        }
        return attribute instanceof NominalAttribute nominal
                        && nominal.getNumValues().isDefined()
                ? (Integer) nominal.getNumValues().get()
                : 0;
    }

    private TaskSettings settings(ExampleReader reader, Statistics statistics) {
        int classes = reader.classes() > 0 ? reader.classes() : statistics.classes().length;
        if (classes * (reader.features() + 1L) > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException("softmaxRegression: more coefficients than an array holds: features="
                    + reader.features() + ", classes=" + classes);
        }
        double[] weights = of.isDefined(of.classWeights()) ? of.getClassWeights() : null;
        if (weights != null
                && (weights.length != classes || !Arrays.stream(weights).allMatch(w -> w >= 0 && Double.isFinite(w)))) {
            throw new IllegalArgumentException("softmaxRegression: class weights must be one for each class, finite and"
                    + " not negative: classes=" + classes + ", classWeights=" + Arrays.toString(weights));
        }
        return new TaskSettings(
                DType.valueOf(of.getDtype()),
                Backend.valueOf(of.getBackend()),
                reader.features(),
                classes,
                of.getFitIntercept(),
                of.getLabelSmoothing(),
                weights);
    }

    private int blockRows(TaskSettings settings) {
        long fit = (Integer.MAX_VALUE - 8) / Math.max(settings.columns(), settings.classes()); // into an array
        return (int) Math.min(fit, of.getBlockRows() > 0 ? of.getBlockRows() : MOST_ROWS);
    }

    private Penalty penalty(Scaling scaling) {
        double[] factors = scaling.factors().clone();
        if (of.getStandardization()) {
            Arrays.fill(factors, 1);
        }
        return new Penalty(of.getRegParam(), of.getElasticNetParam(), factors);
    }

    /** What a mean divides by: as cross entropy does, the weights of labels, or of rows where targets are probabilities. */
    private double divisor(TaskSettings settings, Statistics statistics) {
        double[] weights = settings.classWeights();
        if (weights == null || of.hasTargetProbabilities()) {
            return statistics.weight();
        }
        double[] met = statistics.classes();
        double sum = IntStream.range(0, met.length)
                .mapToDouble(k -> met[k] * weights[k])
                .sum();
        if (sum == 0) {
            throw new IllegalArgumentException(
                    "softmaxRegression: no label has a weight: classWeights=" + Arrays.toString(weights));
        }
        return sum;
    }

    /** No coefficients, and intercepts for about the classes' own probabilities. */
    private static double[] start(TaskSettings settings, Statistics statistics) {
        double[] start = new double[settings.parameters()];
        if (settings.intercept()) {
            double[] met = Arrays.copyOf(statistics.classes(), settings.classes());
            Arrays.setAll(met, k -> Math.log1p(met[k]));
            centre(met);
            for (int k = 0; k < met.length; k++) {
                start[(k + 1) * settings.columns() - 1] = met[k];
            }
        }
        return start;
    }

    private static void centre(double[] values) {
        double mean = Arrays.stream(values).average().orElse(0);
        Arrays.setAll(values, i -> values[i] - mean);
    }

    private SoftmaxRegressionModel model(
            TaskSettings settings, Scaling scaling, Minimum minimum, FitProgress progress) {
        int features = settings.features();
        int classes = settings.classes();
        double[] point = minimum.point();
        double[] shifts = scaling.shifts();
        double[] coefficients = new double[features * classes]; // [features, classes]: the columns of a matrix of Spark
        double[] intercepts = new double[classes];
        for (int k = 0; k < classes; k++) {
            int at = k * settings.columns();
            for (int i = 0; i < features; i++) {
                coefficients[i * classes + k] = point[at + i] * scaling.factors()[i];
                intercepts[k] -= point[at + i] * shifts[i];
            }
            intercepts[k] += settings.intercept() ? point[at + features] : 0;
        }
        if (of.getRegParam() == 0) { // one of many that are as good
            for (int i = 0; i < features; i++) {
                double[] ofFeature = Arrays.copyOfRange(coefficients, i * classes, (i + 1) * classes);
                centre(ofFeature);
                System.arraycopy(ofFeature, 0, coefficients, i * classes, classes);
            }
        }
        if (settings.intercept()) {
            centre(intercepts);
        }
        SoftmaxRegressionSummary summary =
                new SoftmaxRegressionSummary(progress.history(), progress.evaluations(), minimum.reason());
        return new SoftmaxRegressionModel(
                of.uid(), new DenseMatrix(classes, features, coefficients), new DenseVector(intercepts), summary);
    }
}
