package io.github.logitops.spark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.apache.spark.ml.linalg.DenseVector;
import org.apache.spark.ml.linalg.Matrix;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWriter;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import scala.Tuple3;

/**
 * A fitted {@link SoftmaxRegression}: raw predictions are the logits W x + b, probabilities their softmax, and the prediction is the
 * largest, or what thresholds make of it. All in double, row by row, as Spark's own models.
 */
public final class SoftmaxRegressionModel extends SharedModel<SoftmaxRegressionModel> implements MLWritable {
    private static final long serialVersionUID = 1;

    private Matrix coefficients;
    private Vector intercepts;
    private transient SoftmaxRegressionSummary summary;

    /** One without numbers yet: what {@link #read} begins with, as Spark's reader wants it. */
    public SoftmaxRegressionModel(String uid) {
        super(uid);
    }

    SoftmaxRegressionModel(String uid, Matrix coefficients, Vector intercepts, SoftmaxRegressionSummary summary) {
        super(uid);
        this.coefficients = coefficients;
        this.intercepts = intercepts;
        this.summary = summary;
    }

    /** W, [classes, features]. */
    public Matrix coefficientMatrix() {
        return coefficients;
    }

    /** b, one for each class; zeros if none were fitted. */
    public Vector interceptVector() {
        return intercepts;
    }

    @Override
    public int numClasses() {
        return coefficients.numRows();
    }

    @Override
    public int numFeatures() {
        return coefficients.numCols();
    }

    /** Whether {@link #summary} is there: not of a model that was loaded. */
    public boolean hasSummary() {
        return summary != null;
    }

    /**
     * How the fit went.
     *
     * @throws IllegalStateException if this model was loaded
     */
    public SoftmaxRegressionSummary summary() {
        if (summary == null) {
            throw new IllegalStateException("softmaxRegressionModel: a loaded model has no summary: uid=" + uid());
        }
        return summary;
    }

    @Override
    public Vector predictRaw(Vector features) {
        DenseVector logits = coefficients.multiply(features);
        for (int k = 0; k < logits.size(); k++) {
            logits.values()[k] += intercepts.apply(k);
        }
        return logits;
    }

    @Override
    public Vector raw2probabilityInPlace(Vector raw) {
        double[] values = ((DenseVector) raw).values();
        double max = Double.NEGATIVE_INFINITY;
        for (double x : values) {
            max = Math.max(max, x);
        }
        double sum = 0;
        for (int k = 0; k < values.length; k++) {
            values[k] = Math.exp(values[k] - max);
            sum += values[k];
        }
        for (int k = 0; k < values.length; k++) {
            values[k] /= sum;
        }
        return raw;
    }

    /** Spark's own, which javac would else take for two methods: Scala narrowed its type, and generics of Java see no narrowing. */
    @Override
    @SuppressWarnings({"rawtypes", "unchecked"})
    public Tuple3 findSummaryModel() {
        return super.findSummaryModel();
    }

    @Override
    public SoftmaxRegressionModel copy(ParamMap extra) {
        SoftmaxRegressionModel copy = new SoftmaxRegressionModel(uid(), coefficients, intercepts, summary);
        copyValues(copy, extra).setParent(parent());
        return copy;
    }

    @Override
    public MLWriter write() {
        return new Writer(this);
    }

    /** Reads what {@link #write} and {@code save} wrote. */
    public static MLReader<SoftmaxRegressionModel> read() {
        return new Reader();
    }

    /** The model saved at a path. */
    public static SoftmaxRegressionModel load(String path) {
        return read().load(path);
    }

    @Override
    public String toString() {
        String size = coefficients == null ? "" : ", numClasses=" + numClasses() + ", numFeatures=" + numFeatures();
        return "SoftmaxRegressionModel: uid=" + uid() + size;
    }

    /** Parameters as Spark writes them, and one row of numbers beside them. */
    private static final class Writer extends MLWriter {
        private static final StructType COLUMNS = new StructType()
                .add("coefficientMatrix", SQLDataTypes.MatrixType(), false)
                .add("interceptVector", SQLDataTypes.VectorType(), false);

        private final SoftmaxRegressionModel model;

        Writer(SoftmaxRegressionModel model) {
            this.model = model;
        }

        @Override
        public void saveImpl(String path) {
            try {
                new DefaultParamsWriter(model).session(sparkSession()).save(path);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            Row numbers = RowFactory.create(model.coefficients, model.intercepts);
            sparkSession()
                    .createDataFrame(List.of(numbers), COLUMNS)
                    .repartition(1)
                    .write()
                    .parquet(path + "/data");
        }
    }

    private static final class Reader extends MLReader<SoftmaxRegressionModel> {
        @Override
        public SoftmaxRegressionModel load(String path) {
            SoftmaxRegressionModel model = new DefaultParamsReader<SoftmaxRegressionModel>()
                    .session(sparkSession())
                    .load(path);
            Row numbers = sparkSession().read().parquet(path + "/data").head();
            model.coefficients = numbers.getAs("coefficientMatrix");
            model.intercepts = numbers.getAs("interceptVector");
            return model;
        }
    }
}
