package io.github.logitops.spark;

import io.github.logitops.Backend;
import io.github.logitops.spec.DType;
import java.util.List;
import java.util.function.Predicate;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.param.DoubleArrayParam;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.ParamValidators;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StructType;

/**
 * Softmax regression, which is multinomial logistic regression: a linear layer and cross entropy, fitted by L-BFGS, or by OWL-QN where
 * absolute values are penalised, with losses and gradients by LogitOps. With weights w of rows, v of classes, and D the sum of w v over
 * labels (of w alone where targets are probabilities), it makes
 *
 * <pre>
 * 1/D sum over rows of w (crossEntropy of W x + b, with class weights v and smoothing e)  +  lambda ((1 - a) / 2 |W|² + a |W|_1)
 * </pre>
 *
 * least. Without class weights, smoothing and probabilities that is what Spark's {@code LogisticRegression} of family multinomial does,
 * and parameters that both have are called alike. Coefficients are penalised for features of deviation 1 where {@code standardization}
 * holds; intercepts are not. They add up to 0 over the classes, and so do coefficients that have no penalty. A feature that is always
 * the same has coefficients 0.
 *
 * <p><i>Tasks</i> compute in the CPU mode, or on the GPU that Spark gave them ({@code spark.task.resource.gpu.amount}). Data are read
 * twice, but for the first row, and kept as blocks of dtype {@code dtype}, in memory or on disk, until the fit ends. Sums over
 * partitions have one order: partitions with the same rows in the same order, on machines that compute alike, give the same bits,
 * whatever fails and is tried again.
 *
 * <p><i>Errors</i>: what is wrong with a row is an {@link IllegalArgumentException} that names its partition, and its number there; Spark
 * wraps it in its own where tasks throw it.
 */
public final class SoftmaxRegression extends SharedEstimator<SoftmaxRegression, SoftmaxRegressionModel>
        implements DefaultParamsWritable {
    private static final long serialVersionUID = 1;

    private final Param<String> targetProbabilitiesCol = new Param<>(
            this, "targetProbabilitiesCol", "column of vectors with a probability for each class, instead of labels");
    private final DoubleArrayParam classWeights =
            new DoubleArrayParam(this, "classWeights", "a weight for each class, not negative");
    private final DoubleParam labelSmoothing = new DoubleParam(
            this,
            "labelSmoothing",
            "part of a target that is shared by all classes, in [0, 1]",
            ParamValidators.inRange(0, 1));
    private final IntParam numClasses = new IntParam(
            this,
            "numClasses",
            "how many classes there are; 0: as the label column's metadata say, else by the largest label",
            ParamValidators.gtEq(0));
    private final Param<String> dtype = new Param<>(
            this, "dtype", "F64 or F32: what tasks compute in", ParamValidators.inArray(List.of("F64", "F32")));
    private final Param<String> backend = new Param<>(
            this,
            "backend",
            "AUTO: a task's GPU, else the CPU mode; CUDA or CPU: that",
            ParamValidators.inArray(List.of("AUTO", "CUDA", "CPU")));
    private final IntParam blockRows = new IntParam(
            this,
            "blockRows",
            "rows that a task works on at once, if they fit in some megabytes; 0: at most 4096",
            ParamValidators.gtEq(0));

    /** With a uid of its own. */
    public SoftmaxRegression() {
        this(Identifiable$.MODULE$.randomUID("softmaxRegression"));
    }

    /** @param uid unique among the stages of a pipeline */
    public SoftmaxRegression(String uid) {
        super(uid);
        setDefault(labelSmoothing, 0.0);
        setDefault(regParam(), 0.0);
        setDefault(elasticNetParam(), 0.0);
        setDefault(fitIntercept(), true);
        setDefault(standardization(), true);
        setDefault(maxIter(), 100);
        setDefault(tol(), 1e-6);
        setDefault(numClasses, 0);
        setDefault(dtype, DType.F64.name());
        setDefault(backend, Backend.AUTO.name());
        setDefault(blockRows, 0);
        setDefault(aggregationDepth(), 2);
    }

    public Param<String> targetProbabilitiesCol() {
        return targetProbabilitiesCol;
    }

    public DoubleArrayParam classWeights() {
        return classWeights;
    }

    public DoubleParam labelSmoothing() {
        return labelSmoothing;
    }

    public IntParam numClasses() {
        return numClasses;
    }

    public Param<String> dtype() {
        return dtype;
    }

    public Param<String> backend() {
        return backend;
    }

    public IntParam blockRows() {
        return blockRows;
    }

    /** Weights of rows, of any numeric type: how often each counts. Rows of weight 0 do not. Default: 1 each. */
    public SoftmaxRegression setWeightCol(String value) {
        return setting(weightCol(), value);
    }

    /** Probabilities as targets, in vectors; the label column is not looked at then, and need not be there. */
    public SoftmaxRegression setTargetProbabilitiesCol(String value) {
        return setting(targetProbabilitiesCol, value);
    }

    /** Weights of classes, as cross entropy has them: finite, not negative. Default: 1 each. */
    public SoftmaxRegression setClassWeights(double[] value) {
        return setting(classWeights, value.clone());
    }

    /** Label smoothing e: targets are (1 - e) onehot + e / classes. Default: 0. */
    public SoftmaxRegression setLabelSmoothing(double value) {
        return setting(labelSmoothing, value);
    }

    /** Lambda, the price of coefficients. Default: 0. */
    public SoftmaxRegression setRegParam(double value) {
        return setting(regParam(), value);
    }

    /** The part of it that is on absolute values: 0 is ridge, 1 lasso. Default: 0. */
    public SoftmaxRegression setElasticNetParam(double value) {
        return setting(elasticNetParam(), value);
    }

    /** Whether there are intercepts. Default: true. */
    public SoftmaxRegression setFitIntercept(boolean value) {
        return setting(fitIntercept(), value);
    }

    /** Whether the price is for features of deviation 1. Default: true. */
    public SoftmaxRegression setStandardization(boolean value) {
        return setting(standardization(), value);
    }

    /** Iterations at most. Default: 100. */
    public SoftmaxRegression setMaxIter(int value) {
        return setting(maxIter(), value);
    }

    /**
     * When it has converged: the objective's change over ten iterations beside the objective at the start, or the gradient beside the
     * objective. Default: 1e-6.
     */
    public SoftmaxRegression setTol(double value) {
        return setting(tol(), value);
    }

    /** How many classes there are, if labels may not show it. Default: 0, which is to find out. */
    public SoftmaxRegression setNumClasses(int value) {
        return setting(numClasses, value);
    }

    /** {@code "F64"}, or {@code "F32"}, which is faster, and in which an objective is good for about six digits. Default: F64. */
    public SoftmaxRegression setDtype(String value) {
        return setting(dtype, value);
    }

    /** {@code "AUTO"}, {@code "CUDA"} or {@code "CPU"}. Default: AUTO. */
    public SoftmaxRegression setBackend(String value) {
        return setting(backend, value);
    }

    /** Rows of a block at most; it ends before them once features and logits have 32 MB. Default: 0, which is 4096. */
    public SoftmaxRegression setBlockRows(int value) {
        return setting(blockRows, value);
    }

    /** Levels of tasks that add up what partitions give, at least 2; more where there are many partitions. Default: 2. */
    public SoftmaxRegression setAggregationDepth(int value) {
        return setting(aggregationDepth(), value);
    }

    private <T> SoftmaxRegression setting(Param<T> param, T value) {
        set(param, value);
        return this;
    }

    /** The column of probabilities. */
    public String getTargetProbabilitiesCol() {
        return $(targetProbabilitiesCol);
    }

    /** Weights of classes, if they were set. */
    public double[] getClassWeights() {
        return $(classWeights);
    }

    public double getLabelSmoothing() {
        return (Double) $(labelSmoothing);
    }

    public int getNumClasses() {
        return (Integer) $(numClasses);
    }

    public String getDtype() {
        return $(dtype);
    }

    public String getBackend() {
        return $(backend);
    }

    public int getBlockRows() {
        return (Integer) $(blockRows);
    }

    boolean hasTargetProbabilities() {
        return isNamed(targetProbabilitiesCol);
    }

    boolean hasWeights() {
        return isNamed(weightCol());
    }

    /** Whether a column was set; an empty name is none. */
    private boolean isNamed(Param<String> column) {
        return isDefined(column) && !$(column).isEmpty();
    }

    @Override
    public SoftmaxRegressionModel fit(Dataset<?> dataset) {
        if (!hasTargetProbabilities()) {
            return super.fit(dataset); // which casts labels
        }
        transformSchema(dataset.schema());
        SoftmaxRegressionModel model = train(dataset);
        model.setParent(this);
        return copyValues(model, ParamMap.empty());
    }

    @Override
    public SoftmaxRegressionModel train(Dataset<?> dataset) {
        return new Fit(this, dataset).run();
    }

    @Override
    public StructType validateAndTransformSchema(StructType schema, boolean fitting, DataType featuresDataType) {
        boolean labels = fitting && !hasTargetProbabilities();
        if (fitting && hasTargetProbabilities()) {
            requireType(
                    schema,
                    getTargetProbabilitiesCol(),
                    "probabilities must be vectors",
                    SQLDataTypes.VectorType()::equals);
        }
        if (fitting && hasWeights()) {
            requireType(schema, getWeightCol(), "weights must be numbers", NumericType.class::isInstance);
        }
        return super.validateAndTransformSchema(schema, labels, featuresDataType);
    }

    private static void requireType(StructType schema, String column, String rule, Predicate<DataType> is) {
        DataType type = schema.apply(column).dataType();
        if (!is.test(type)) {
            throw new IllegalArgumentException(
                    "softmaxRegression: " + rule + ": column=" + column + ", type=" + type.simpleString());
        }
    }

    @Override
    public SoftmaxRegression copy(ParamMap extra) {
        return defaultCopy(extra);
    }

    /** Reads what {@link #write} and {@code save} wrote. */
    public static MLReader<SoftmaxRegression> read() {
        return new DefaultParamsReader<>();
    }

    /** The estimator saved at a path. */
    public static SoftmaxRegression load(String path) {
        return read().load(path);
    }
}
