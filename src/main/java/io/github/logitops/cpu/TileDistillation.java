package io.github.logitops.cpu;

import io.github.logitops.spec.DistillationOptions;
import io.github.logitops.spec.Divergence;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntToDoubleFunction;

/**
 * Distillation of the rows of a tile. P and Q are the softmax of teacher / T and student / T, p that of the student, y the label and
 * M = beta P + (1 - beta) Q; but M is Q where beta is 0 and P where it is 1, with weights of 1. Then, with 0 log 0 = 0,
 *
 * <pre>
 * loss       = hard (-log p_y) + soft (beta KL(P || M) + (1 - beta) KL(Q || M))
 * gradient_j = hard (p_j - [j = y]) + soft / T (1 - beta) Q_j (log Q_j - log M_j - KL(Q || M))
 * </pre>
 *
 * where beta is 0, the last term is soft / T (Q_j - P_j). A divergence is added up as {@link Mixture} says.
 */
final class TileDistillation {
    /** The operands of a tile: both logits, the exponentials of P, Q and p. */
    static final int OPERANDS = 5;

    private static final int STUDENT = 0;
    private static final int TEACHER = 1;
    private static final int OF_P = 2;
    private static final int OF_Q = 3;
    private static final int OF_PLAIN = 4;

    private final DistillationOptions options;
    private final Divergence kind;
    private final Tile tile;
    private final TileLabels labels;
    private final Operand student;
    private final TileSoftmax plain; // p; null without a hard weight
    private final Side p;
    private final Side q;
    private final double[] logDivisors; // log Q's divisor - log P's, of each lane
    private final double[] fromQ;
    private final double[] divergences;

    /** P or Q: a softmax of logits over the temperature. */
    private record Side(TileSoftmax softmax, LaneNumbers inverse, double[] shift, Operand logits) {
        static Side of(Tile tile, Operand logits, double unit, int number) {
            TileSoftmax softmax = TileSoftmax.of(tile, logits, unit, number);
            return new Side(softmax, softmax.inverse(), softmax.shift(), logits);
        }

        /** Probabilities, in a spare array. */
        double[] probabilities(Block block, int spare) {
            double[] into = block.own().spare(spare);
            softmax.scaled(block, inverse, into);
            return into;
        }

        /** Distances of logits to their maximum, in a spare array. */
        double[] fromMax(Block block, int spare) {
            double[] into = block.own().spare(spare);
            Lanes.difference(logits.at(block), shift, into, block.count());
            return into;
        }
    }

    TileDistillation(DistillationOptions options, Tile tile, TileLabels labels, RowView student, RowView teacher) {
        this.options = options;
        this.kind = options.divergence();
        this.tile = tile;
        this.labels = labels;
        this.student = new Operand(STUDENT, student::read);
        double unit = 1 / options.temperature();
        plain = options.hardWeight() == 0 ? null : TileSoftmax.of(tile, this.student, 1, OF_PLAIN);
        p = Side.of(tile, new Operand(TEACHER, teacher::read), unit, OF_P);
        q = Side.of(tile, this.student, unit, OF_Q);
        logDivisors = tile.spread(
                row -> q.softmax.row(row).logDivisor() - p.softmax.row(row).logDivisor());
        double[][] sums = tile.sums(3, this::addTerms);
        fromQ = sums[1];
        divergences = new double[tile.rows()];
        Arrays.setAll(divergences, row -> divergence(sums[0][row], fromQ[row], sums[2][row]));
    }

    private double divergence(double fromP, double fromQ, double drift) {
        double total = fromP + times(kind.weightOfQ(), fromQ) - Mixture.curvature(kind) / 2 * drift * drift;
        return total < 0 ? 0 : total;
    }

    /** Adds the terms from P, those from Q, and the drift. */
    private void addTerms(Block block, List<LaneSum> to) {
        double[] ofP = p.probabilities(block, 0);
        double[] ofQ = q.probabilities(block, 1);
        double[] d = logRatios(block, 2, 3);
        double[] terms = block.own().spare(3);
        for (int i = 0; i < block.lanes(); i++) {
            double m = Mixture.of(kind, ofP[i], ofQ[i]);
            terms[i] = times(kind.weightOfP(), Mixture.relativeEntropy(ofP[i], m, Mixture.logOverP(kind, d[i])));
        }
        to.get(0).add(terms, block.lanes());
        for (int i = 0; i < block.lanes(); i++) {
            double m = Mixture.of(kind, ofP[i], ofQ[i]);
            terms[i] = Mixture.relativeEntropy(ofQ[i], m, Mixture.logOverQ(kind, d[i]));
        }
        to.get(1).add(terms, block.lanes());
        for (int i = 0; i < block.lanes(); i++) {
            terms[i] = Mixture.drift(ofP[i], ofQ[i], d[i]);
        }
        to.get(2).add(terms, block.lanes());
    }

    /** log(Q_j / P_j): what both logits have in common is not rounded into it. Two spare arrays are overwritten. */
    private double[] logRatios(Block block, int spare, int other) {
        double[] ratios = q.fromMax(block, spare);
        Lanes.subtract(ratios, p.fromMax(block, other), block.count());
        Lanes.scale(ratios, 1 / options.temperature(), block.count());
        Lanes.subtract(ratios, logDivisors, block.count());
        return ratios;
    }

    /** The loss of a row that counts. */
    double loss(int row) {
        double soft = times(options.softWeight(), divergences[row]);
        if (plain == null) {
            return soft;
        }
        return soft - options.hardWeight() * plain.row(row).logP(tile.get(student, row, labels.column(row)));
    }

    /** Writes the gradient with respect to the student's logits, each row's times its factor; 0 where a row does not count. */
    void gradient(IntToDoubleFunction factor, RowView dx) {
        double weight = options.softWeight() / options.temperature();
        double[] factors = tile.spread(factor);
        LaneNumbers inverse = plain == null ? null : plain.inverse();
        tile.each(block -> {
            double[] gradient = slopes(block);
            scale(gradient, weight, block.count());
            if (plain != null) {
                double[] ofPlain = plain.scaled(block, inverse);
                labels.addPeaks(block, ofPlain, -1);
                Lanes.scale(ofPlain, options.hardWeight(), block.count());
                Lanes.add(gradient, ofPlain, block.count());
            }
            Lanes.multiply(gradient, factors, block.count());
            labels.clearOthers(block, gradient);
            dx.write(block, gradient);
        });
    }

    /** The divergences' derivatives by s / T. An infinite one has none, but for KL(P || Q): NaN. */
    private double[] slopes(Block block) {
        double[] ofQ = q.probabilities(block, 1);
        if (kind.equals(Divergence.KL)) {
            Lanes.subtract(ofQ, p.probabilities(block, 0), block.count());
            return ofQ;
        }
        double[] d = logRatios(block, 2, 3);
        for (int i = 0; i < block.lanes(); i++) {
            double ofRow = fromQ[tile.rowOf(i)];
            double excess = Double.isFinite(ofRow) ? ofRow : Double.NaN;
            double log = ofQ[i] == 0 ? 0 : -Mixture.logOverQ(kind, d[i]);
            ofQ[i] = kind.weightOfQ() * ofQ[i] * (log - excess);
        }
        return ofQ;
    }

    private static void scale(double[] x, double weight, int count) {
        if (weight == 0) {
            Arrays.fill(x, 0, count, 0); // even where it is infinite
        } else {
            Lanes.scale(x, weight, count);
        }
    }

    /** 0 without a weight, even where the value is infinite. */
    private static double times(double weight, double value) {
        return weight == 0 ? 0 : weight * value;
    }
}
