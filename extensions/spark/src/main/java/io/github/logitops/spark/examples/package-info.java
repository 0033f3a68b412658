/** Programs for {@code spark-submit}, each a page long: {@code docs/scaling.md} says how to run them. */
package io.github.logitops.spark.examples;
