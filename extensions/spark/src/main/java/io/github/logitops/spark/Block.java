package io.github.logitops.spark;

import com.esotericsoftware.kryo.DefaultSerializer;
import com.esotericsoftware.kryo.serializers.JavaSerializer;
import java.io.Serializable;

/**
 * Rows of a partition that tasks work on at once. Dense features are standardised, as {@link Scaling} says, before they are rounded to
 * the dtype; sparse ones are scaled but not shifted, so that they stay sparse, and {@link SparseProducts} makes up for it. With
 * intercepts the last column is 1.
 *
 * @param rows how many
 * @param dense [rows, columns]; or null
 * @param sparse the same; or null
 * @param labels the class of each row; null where there are probabilities
 * @param probabilities [rows, classes]; or null
 * @param weights one for each row; null where all are 1
 */
@DefaultSerializer(JavaSerializer.class) // Kryo, where Spark is told to take it, can not write records
record Block(int rows, Numbers dense, SparseRows sparse, int[] labels, Numbers probabilities, Numbers weights)
        implements Serializable {}
