package io.github.logitops.cpu;

import java.util.Arrays;

/**
 * The sums of the rows of a tile. Column j is added to the sum of its lane, j mod 512; four lanes that are 128 apart are added up,
 * then eight chains, 8 apart, and those in a tree. Across rows the same is done with a whole block for each lane, so that a row's sum
 * has the same bits either way. Where doubles are the dtype, what every addition rounds off is added up too.
 */
final class LaneSum {
    private static final int CHAINS = 8;
    private static final int QUARTER = 128;
    private static final int QUARTERS = 4;

    private boolean across;
    private int ways; // blocks that are summed apart
    private boolean compensated;
    private double[][] sums = {};
    private double[][] lost = {}; // if it is kept
    private final double[] chains = new double[CHAINS];
    private final double[] restOfChains = new double[CHAINS];
    private int blocks; // added so far
    private int lanes; // in use

    /** Makes room for the sums of such tiles. */
    void reserve(Tiling tiling, boolean compensated) {
        this.compensated = compensated;
        across = tiling.across();
        ways = !across ? 1 : tiling.columns() <= QUARTER ? CHAINS : QUARTER; // the first 128 are one to a lane
        sums = grown(sums, ways);
        lost = grown(lost, compensated ? ways : 0);
    }

    private static double[][] grown(double[][] arrays, int count) {
        double[][] grown = Arrays.copyOf(arrays, Math.max(arrays.length, count));
        for (int i = arrays.length; i < count; i++) {
            grown[i] = new double[QUARTERS * QUARTER];
        }
        return grown;
    }

    void clear() {
        blocks = 0;
        lanes = 0;
    }

    /** Adds a block, the next one of its row or rows. */
    void add(double[] x, int count) {
        int way = blocks % ways;
        if (blocks < ways) {
            System.arraycopy(x, 0, sums[way], 0, count);
            if (compensated) {
                Arrays.fill(lost[way], 0, count, 0);
            }
            lanes = count;
        } else if (compensated) {
            Lanes.addExactly(sums[way], lost[way], x, count);
        } else {
            Lanes.add(sums[way], x, count);
        }
        blocks++;
    }

    /** Writes what was added up since it was cleared, from index {@code at} on: one sum along a row, across rows one for each. */
    void write(double[] into, int at) {
        if (across) {
            writeAcross(into, at);
        } else {
            into[at] = along();
        }
    }

    private double along() {
        double[] sum = sums[0];
        if (lanes > QUARTER) {
            Arrays.fill(sum, lanes, sum.length, 0);
            if (compensated) {
                Arrays.fill(lost[0], lanes, sum.length, 0);
                addQuartersExactly(sum, lost[0]);
            } else {
                addQuarters(sum);
            }
        }
        Arrays.fill(sum, lanes, Math.max(lanes, CHAINS), 0);
        int used = Math.min(lanes, QUARTER);
        for (int chain = 0; chain < CHAINS; chain++) {
            if (compensated) {
                addExactly(sum, lost[0], chain, used);
            } else {
                chains[chain] = chain(sum, chain, used);
            }
        }
        return compensated ? finite(tree(chains), tree(restOfChains)) : tree(chains);
    }

    private static double chain(double[] x, int first, int used) {
        double sum = x[first];
        for (int i = first + CHAINS; i < used; i += CHAINS) {
            sum += x[i];
        }
        return sum;
    }

    private void addExactly(double[] x, double[] rest, int first, int used) {
        double sum = 0;
        double lost = 0;
        for (int i = first; i < used; i += CHAINS) {
            lost += rest[i] + roundedOff(sum, x[i]);
            sum += x[i];
        }
        chains[first] = sum;
        restOfChains[first] = lost;
    }

    private static void addQuarters(double[] x) {
        for (int i = 0; i < QUARTER; i++) {
            x[i] = ((x[i] + x[i + QUARTER]) + x[i + 2 * QUARTER]) + x[i + 3 * QUARTER];
        }
    }

    private static void addQuartersExactly(double[] x, double[] rest) {
        for (int i = 0; i < QUARTER; i++) {
            for (int j = i + QUARTER; j < x.length; j += QUARTER) {
                rest[i] += rest[j] + roundedOff(x[i], x[j]);
                x[i] += x[j];
            }
        }
    }

    private void writeAcross(double[] into, int at) {
        int used = Math.min(blocks, ways);
        for (int way = CHAINS; way < used; way++) {
            int chain = way % CHAINS;
            if (compensated) {
                Lanes.add(lost[chain], lost[way], lanes);
                Lanes.addExactly(sums[chain], lost[chain], sums[way], lanes);
            } else {
                Lanes.add(sums[chain], sums[way], lanes);
            }
        }
        for (int chain = used; chain < CHAINS; chain++) {
            Arrays.fill(sums[chain], 0, lanes, 0);
        }
        tree(sums, into, at, lanes);
        if (compensated) {
            addLost(used, into, at);
        }
    }

    private void addLost(int used, double[] into, int at) {
        for (int row = 0; row < lanes; row++) {
            for (int chain = 0; chain < CHAINS; chain++) {
                restOfChains[chain] = chain < used ? lost[chain][row] : 0;
            }
            into[at + row] = finite(into[at + row], tree(restOfChains));
        }
    }

    /** What a + b rounds off. */
    static double roundedOff(double a, double b) {
        double sum = a + b;
        double added = sum - a;
        return (a - (sum - added)) + (b - added);
    }

    /** The sum of both; of an infinite one nothing is rounded off. */
    static double finite(double sum, double rest) {
        return Double.isFinite(sum) ? sum + rest : sum;
    }

    private static double tree(double[] x) {
        return ((x[0] + x[4]) + (x[2] + x[6])) + ((x[1] + x[5]) + (x[3] + x[7]));
    }

    /** The same of each lane. */
    private static void tree(double[][] x, double[] into, int at, int lanes) {
        for (int i = 0; i < lanes; i++) {
            into[at + i] = ((x[0][i] + x[4][i]) + (x[2][i] + x[6][i])) + ((x[1][i] + x[5][i]) + (x[3][i] + x[7][i]));
        }
    }
}
