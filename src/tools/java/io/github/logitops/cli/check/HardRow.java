package io.github.logitops.cli.check;

import io.github.logitops.spec.DType;
import java.util.Random;

/** Kinds of rows on which arithmetic shows what it is worth. */
enum HardRow {
    /** About 0, but for a few elements of 80 and -80; the first is 80. */
    OUTLIERS {
        @Override
        double element(int j, DType dtype, Random random) {
            boolean outlier = j < 2 || random.nextInt(100) == 0;
            return outlier ? (j % 2 == 0 ? 80 : -80) : 3 * random.nextGaussian();
        }
    },
    /** Every other element is -inf. */
    MASKED {
        @Override
        double element(int j, DType dtype, Random random) {
            return j % 2 == 1 ? Double.NEGATIVE_INFINITY : 3 * random.nextGaussian();
        }
    },
    /** All elements are equal. */
    CONSTANT {
        @Override
        double element(int j, DType dtype, Random random) {
            return 1.75;
        }
    },
    /** All elements are within a few units in the last place of each other. */
    TINY_DIFFERENCES {
        @Override
        double element(int j, DType dtype, Random random) {
            return 1 + random.nextInt(5) * LastPlace.of(dtype, 1);
        }
    },
    /** All elements but the first are equal, and a little smaller: terms that a sum rounds in one direction. */
    CONSTANT_BELOW_THE_FIRST {
        @Override
        double element(int j, DType dtype, Random random) {
            return j == 0 ? 2.5 : 1.75;
        }
    },
    /** Far below 0. */
    LOW {
        @Override
        double element(int j, DType dtype, Random random) {
            return random.nextGaussian() - 80;
        }
    },
    /** Anything between -80 and 80. */
    WIDE {
        @Override
        double element(int j, DType dtype, Random random) {
            return 160 * random.nextDouble() - 80;
        }
    },
    /** About 0. */
    PLAIN {
        @Override
        double element(int j, DType dtype, Random random) {
            return 3 * random.nextGaussian();
        }
    };

    /** Element {@code j} of a row, before it is rounded to the dtype. */
    abstract double element(int j, DType dtype, Random random);
}
