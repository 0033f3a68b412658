package io.github.logitops.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.spark.OrderedSum.Part;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OrderedSumTest {
    /** A number whose sums depend on their order. */
    private record Value(double value) implements Addend<Value> {
        @Override
        public Value plus(Value other) {
            return new Value(value + other.value);
        }
    }

    private static List<Part<Value>> parts(int count) {
        Random random = new Random(count);
        return IntStream.range(0, count)
                .mapToObj(i -> new Part<>(i, new Value(random.nextGaussian() * Math.pow(10, random.nextInt(12)))))
                .collect(Collectors.toCollection(ArrayList::new));
    }

    private static double sum(List<Part<Value>> parts, Random random) {
        OrderedSum<Value> all = new OrderedSum<>();
        OrderedSum<Value> some = new OrderedSum<>();
        for (Part<Value> part : parts) {
            some.plus(part);
            if (random.nextInt(3) == 0) {
                all = random.nextBoolean() ? all.plus(some) : some.plus(all);
                some = new OrderedSum<>();
            }
        }
        return all.plus(some).total().orElseThrow().value();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 8, 31, 100})
    void anyOrderGivesTheSameBits(int count) {
        List<Part<Value>> parts = parts(count);
        Random random = new Random(1);
        double first = sum(parts, random);
        Set<Double> plain = new HashSet<>();
        for (int i = 0; i < 50; i++) {
            Collections.shuffle(parts, random);
            assertEquals(first, sum(parts, random));
            plain.add(parts.stream().mapToDouble(part -> part.value().value()).reduce(0, Double::sum));
        }
        assertTrue(count < 7 || plain.size() > 1, "these numbers have one sum in any order");
    }

    @Test
    void sparkGivesTheSameBitsWhateverTheDepth() {
        JavaSparkContext context = new JavaSparkContext(LocalSpark.open().sparkContext());
        List<Part<Value>> parts = parts(23);
        double expected = sum(parts, new Random(2));
        for (int depth = 1; depth <= 3; depth++) {
            assertEquals(
                    expected,
                    OrderedSum.of(context.parallelize(parts, 23), depth)
                            .orElseThrow()
                            .value());
        }
        assertTrue(
                OrderedSum.of(context.<Part<Value>>parallelize(List.of(), 3), 2).isEmpty());
    }

    @Test
    void placesDiffer() {
        for (int partitions : new int[] {1, 2, 3, 4, 5, 9, 16, 100, 257, 1000, 4099}) {
            for (int depth = 1; depth <= 3; depth++) {
                Set<Integer> places = new HashSet<>();
                for (int i = 0; i < partitions; i++) {
                    places.add(OrderedSum.place(i, partitions, depth));
                }
                assertEquals(partitions, places.size(), "partitions=" + partitions + ", depth=" + depth);
            }
        }
    }

    @Test
    void whatOneTaskAddsUpLiesTogether() { // of 100 partitions at depth 2 Spark adds up those with one remainder by 10
        for (int task = 0; task < 10; task++) {
            OrderedSum<Value> sum = new OrderedSum<>();
            for (int partition = task; partition < 100; partition += 10) {
                sum.plus(new Part<>(OrderedSum.place(partition, 100, 2), new Value(1)));
            }
            assertEquals(2, sum.waiting(), "8 and 2 of 10");
        }
    }
}
