package io.github.logitops.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.apache.spark.ml.classification.LogisticRegression;
import org.apache.spark.ml.classification.LogisticRegressionModel;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;

class SoftmaxRegressionTest {
    @Test
    void quick() {
        SparkSession spark = LocalSpark.open();
        Dataset<Row> data = TestData.of(2000, 10, 5).in(spark, 2);
        for (String dtype : new String[] {"F64", "F32"}) {
            long t = System.nanoTime();
            SoftmaxRegressionModel model = new SoftmaxRegression()
                    .setRegParam(0.01)
                    .setDtype(dtype)
                    .setTol(1e-9)
                    .fit(data);
            System.out.println((System.nanoTime() - t) / 1e9);
            System.out.println(model.summary());
        }
        LogisticRegressionModel theirs = new LogisticRegression()
                .setRegParam(0.01)
                .setFamily("multinomial")
                .setTol(1e-9)
                .fit(data);
        System.out.println(java.util.Arrays.toString(theirs.summary().objectiveHistory()));
        assertEquals(1, 1);
    }
}
