package io.github.logitops.spark;

import io.github.logitops.spark.OrderedSum.Part;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Row;

/**
 * The rows of a fit, read twice: for what they come to, and for the blocks that all evaluations go over.
 *
 * @param rows [features, label or probabilities, weight]
 * @param depth of sums over partitions
 */
record TrainingRows(JavaRDD<Row> rows, ExampleReader reader, int depth) {

    /**
     * What rows come to.
     *
     * @param empty partitions without rows
     */
    record Overview(Statistics statistics, List<Integer> empty) implements Addend<Overview> {
        @Override
        public Overview plus(Overview other) {
            List<Integer> all =
                    Stream.concat(empty.stream(), other.empty.stream()).toList();
            return new Overview(statistics.plus(other.statistics), all);
        }
    }

    /** Reads and judges all rows; nothing if there are no partitions. */
    Optional<Overview> overview() {
        ExampleReader reading = reader;
        int levels = depth;
        int partitions = rows.getNumPartitions();
        JavaRDD<Part<Overview>> parts = rows.mapPartitionsWithIndex(
                (partition, part) -> {
                    List<Integer> empty = part.hasNext() ? List.of() : List.of(partition);
                    Statistics statistics = Statistics.of(reading.read(partition, part), reading.features());
                    int place = OrderedSum.place(partition, partitions, levels);
                    return List.of(new Part<>(place, new Overview(statistics, empty)))
                            .iterator();
                },
                true);
        return OrderedSum.of(parts, depth);
    }

    /** Blocks of so many rows, of all classes. */
    JavaRDD<Block> blocks(TaskSettings settings, Scaling scaling, int blockRows) {
        ExampleReader reading = new ExampleReader(settings.features(), settings.classes(), reader.probabilities());
        return rows.mapPartitionsWithIndex(
                (partition, part) -> new BlockBuilder(reading.read(partition, part), settings, scaling, blockRows),
                true);
    }
}
