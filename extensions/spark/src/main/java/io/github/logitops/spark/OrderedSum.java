package io.github.logitops.spark;

import com.esotericsoftware.kryo.DefaultSerializer;
import com.esotericsoftware.kryo.serializers.JavaSerializer;
import java.io.Serializable;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.api.java.JavaRDD;

/**
 * A sum whose order is that of the partitions, so that its bits are the same however tasks race, fail or move. It is a binary tree over
 * places: two neighbours become one as soon as both are there; what has no neighbour waits.
 */
@DefaultSerializer(JavaSerializer.class) // Kryo, where Spark is told to take it, can not write records
final class OrderedSum<T extends Addend<T>> implements Serializable {
    private static final long serialVersionUID = 1;

    private final HashMap<Node, T> nodes = new HashMap<>();

    /** A place in the tree: {@code 2^level} partitions, from {@code index * 2^level} on. */
    private record Node(int level, int index) implements Serializable {
        Node neighbour() {
            return new Node(level, index ^ 1);
        }

        Node above() {
            return new Node(level + 1, index >> 1);
        }

        boolean isLeft() {
            return (index & 1) == 0;
        }

        long first() {
            return (long) index << level;
        }
    }

    /**
     * What one partition gives.
     *
     * @param place in the order
     */
    @DefaultSerializer(JavaSerializer.class)
    record Part<T>(int place, T value) implements Serializable {}

    /** The sum of all parts, which are one or none for each partition, by so many levels of tasks; nothing if there are none. */
    static <T extends Addend<T>> Optional<T> of(JavaRDD<Part<T>> parts, int depth) {
        return parts.treeAggregate(new OrderedSum<T>(), OrderedSum::plus, OrderedSum::plus, depth)
                .total();
    }

    /**
     * Where a partition is in the order: beside those that Spark's first level of tasks adds it up with, which have the same
     * remainder. Did Spark choose others, sums would be the same, and only wait longer.
     */
    static int place(int partition, int partitions, int depth) {
        int scale = Math.max(2, (int) Math.ceil(Math.pow(partitions, 1.0 / depth)));
        boolean levels = depth > 1 && partitions > scale + Math.ceil((double) partitions / scale);
        int tasks = levels ? partitions / scale : 1;
        int each = Integer.highestOneBit(Math.max(1, (partitions - 1) / tasks)) * 2; // rounded up to a power of 2
        return partition % tasks * each + partition / tasks;
    }

    OrderedSum<T> plus(Part<T> part) {
        put(new Node(0, part.place()), part.value());
        return this;
    }

    OrderedSum<T> plus(OrderedSum<T> other) {
        other.nodes.forEach(this::put);
        return this;
    }

    private void put(Node at, T value) {
        Node node = at;
        T sum = value;
        for (T beside = nodes.remove(node.neighbour()); beside != null; beside = nodes.remove(node.neighbour())) {
            sum = node.isLeft() ? sum.plus(beside) : beside.plus(sum);
            node = node.above();
        }
        nodes.put(node, sum);
    }

    /** How many sums wait for a neighbour. */
    int waiting() {
        return nodes.size();
    }

    /** The sum of all that was added; nothing if nothing was. */
    Optional<T> total() {
        return nodes.entrySet().stream()
                .sorted(Map.Entry.comparingByKey((a, b) -> Long.compare(a.first(), b.first())))
                .map(Map.Entry::getValue)
                .reduce(T::plus);
    }
}
