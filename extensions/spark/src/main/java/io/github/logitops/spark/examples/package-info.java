/** Programs that show how LogitOps and Spark go together; each runs by {@code spark-submit}. */
package io.github.logitops.spark.examples;
