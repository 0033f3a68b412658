package io.github.logitops.cpu;

import io.github.logitops.memory.Tensor;
import io.github.logitops.op.EntropyProblem;
import io.github.logitops.op.LogSumExpProblem;
import io.github.logitops.op.Problem;
import io.github.logitops.op.ProblemTable;
import io.github.logitops.op.ResultBuffers;
import io.github.logitops.op.ResultPart;
import io.github.logitops.op.RowStatistics;
import io.github.logitops.op.Rows;
import io.github.logitops.op.SelectedLogProbProblem;
import java.util.function.LongToDoubleFunction;

/** The ops that have one number for each row: log-sum-exp, selected log-probability, entropy. */
final class LogProbLoops {
    private final CpuContext cpu;

    LogProbLoops(CpuContext cpu) {
        this.cpu = cpu;
    }

    void addTo(ProblemTable table) {
        table.on(LogSumExpProblem.Forward.class, this::logSumExp);
        table.on(LogSumExpProblem.Backward.class, this::logSumExpGradient);
        table.on(EntropyProblem.Forward.class, this::entropy);
        table.on(EntropyProblem.Backward.class, this::entropyGradient);
        table.on(SelectedLogProbProblem.Forward.class, this::selectedLogProb);
        table.on(SelectedLogProbProblem.ForwardPart.class, part -> selectedLogProbRows(part.of(), false));
        table.on(SelectedLogProbProblem.Totals.class, this::selectedLogProbTotals);
        table.on(SelectedLogProbProblem.Backward.class, this::selectedLogProbGradient);
    }

    private void logSumExp(LogSumExpProblem.Forward problem) {
        RowView x = cpu.view(problem.x());
        Saved saved = saved(problem.lse(), problem.statistics());
        cpu.rows(problem, problem.x(), 1, 0).forEach(tile -> {
            TileSoftmax softmax = TileSoftmax.passing(tile, new Operand(0, x::read), 1);
            for (int row = 0; row < tile.rows(); row++) {
                saved.set(tile.row(row), softmax.row(row));
            }
        });
    }

    private void logSumExpGradient(LogSumExpProblem.Backward problem) {
        LongToDoubleFunction factor = RowFactors.of(problem.gradScale(), cpu);
        gradient(problem, problem.x(), problem.dx(), problem.statistics(), (tile, softmax) -> {
            LaneNumbers inverse = softmax.inverse();
            double[] g = tile.spread(row -> factor.applyAsDouble(tile.row(row)));
            return block -> {
                double[] p = softmax.scaled(block, inverse);
                Lanes.multiply(p, g, block.count());
                return p;
            };
        });
    }

    private void entropy(EntropyProblem.Forward problem) {
        RowView x = cpu.view(problem.x());
        VectorView entropy = cpu.view(problem.entropy());
        Saved saved = saved(problem.lse(), problem.statistics());
        cpu.rows(problem, problem.x(), 1, 1).forEach(tile -> {
            TileSoftmax softmax = TileSoftmax.of(tile, new Operand(0, x::read), 1, 1);
            double[] entropies = softmax.entropies();
            for (int row = 0; row < tile.rows(); row++) {
                entropy.set(tile.row(row), entropies[row]);
                saved.set(tile.row(row), softmax.row(row));
            }
        });
    }

    private void entropyGradient(EntropyProblem.Backward problem) {
        VectorView entropy = cpu.view(problem.entropy());
        LongToDoubleFunction factor = RowFactors.of(problem.gradScale(), cpu);
        gradient(problem, problem.x(), problem.dx(), problem.statistics(), (tile, softmax) -> {
            LaneNumbers inverse = softmax.inverse();
            double[] shift = softmax.shift();
            double[] logDivisor = softmax.spread(RowSoftmax::logDivisor);
            double[] h = tile.spread(row -> entropy.get(tile.row(row)));
            Factors g = new Factors(tile, row -> -factor.applyAsDouble(tile.row(row)));
            return block -> { // -p (log p + h) g
                double[] logs = softmax.distances(block, shift);
                Lanes.subtract(logs, logDivisor, block.count());
                Lanes.add(logs, h, block.count());
                double[] products = softmax.weighted(block, inverse, logs);
                g.multiply(products, block.count());
                return products;
            };
        });
    }

    private void selectedLogProb(SelectedLogProbProblem.Forward problem) {
        selectedLogProbRows(problem, true);
    }

    private void selectedLogProbTotals(SelectedLogProbProblem.Totals problem) {
        new LabelView(problem.labels(), problem.classes(), cpu).count(problem.rows(), row -> 1, problem.result());
    }

    /** @param counts whether these rows are all */
    private void selectedLogProbRows(SelectedLogProbProblem.Forward problem, boolean counts) {
        Rows x = problem.x();
        ResultBuffers result = problem.result();
        ParallelRows rows = cpu.rows(problem, x, 1, 0);
        LabelView labels = new LabelView(problem.labels(), x.classes(), cpu);
        if (counts) {
            labels.count(x.count(), row -> 1, result);
        }
        VectorView logProbs = cpu.view(result.get(ResultPart.LOG_PROBS));
        Saved saved = saved(result.get(ResultPart.LSE), result.get(ResultPart.STATISTICS));
        RowView view = cpu.view(x);
        rows.forEach(tile -> {
            TileLabels of = labels.of(tile);
            Operand logits = new Operand(0, view::read);
            TileSoftmax softmax = of.anyCounts() ? TileSoftmax.passing(tile, logits, 1) : null;
            for (int i = 0; i < tile.rows(); i++) {
                long row = tile.row(i);
                if (of.counts(i)) {
                    logProbs.set(row, softmax.row(i).logP(tile.get(logits, i, of.column(i))));
                    saved.set(row, softmax.row(i));
                } else {
                    logProbs.set(row, labels.isIgnored(row) ? 0 : Double.NaN);
                    saved.setNothing(row);
                }
            }
        });
    }

    private void selectedLogProbGradient(SelectedLogProbProblem.Backward problem) {
        Rows x = problem.x();
        LabelView labels = new LabelView(problem.labels(), x.classes(), cpu);
        LongToDoubleFunction factor = RowFactors.of(problem.gradScale(), cpu);
        Tensor statistics = problem.saved().get(ResultPart.STATISTICS);
        gradient(problem, x, problem.dx(), statistics, (tile, softmax) -> {
            LaneNumbers negative = softmax.scale(row -> -softmax.row(row).inverse());
            double[] g = tile.spread(row -> factor.applyAsDouble(tile.row(row)));
            TileLabels of = labels.of(tile);
            return block -> { // ([j = label] - p) g
                double[] gradient = softmax.scaled(block, negative);
                of.addPeaks(block, gradient, 1);
                Lanes.multiply(gradient, g, block.count());
                of.clearOthers(block, gradient);
                return gradient;
            };
        });
    }

    private Saved saved(Tensor lse, Tensor statistics) {
        long stride = statistics == null ? 0 : RowStatistics.stride(statistics);
        return new Saved(cpu.viewOrNull(lse), cpu.viewOrNull(statistics), stride);
    }

    /** What a forward op leaves of a row; either view may be null. */
    private record Saved(VectorView lse, VectorView statistics, long stride) {
        void set(long row, RowSoftmax softmax) {
            if (lse != null) {
                lse.set(row, softmax.lse());
            }
            if (statistics != null) {
                softmax.save(statistics, row, stride);
            }
        }

        /** Of a row that does not count. */
        void setNothing(long row) {
            lse.set(row, 0);
            RowSoftmax.saveNothing(statistics, row, stride);
        }
    }

    /** How blocks of a tile's gradient are made. */
    private interface Gradient {
        Tile.Terms of(Tile tile, TileSoftmax softmax);
    }

    /** Writes the gradient of rows whose softmax was saved. */
    private void gradient(Problem problem, Rows x, Rows dx, Tensor saved, Gradient gradient) {
        VectorView statistics = cpu.view(saved);
        long stride = RowStatistics.stride(saved);
        RowView from = cpu.view(x);
        RowView to = cpu.view(dx);
        cpu.rows(problem, x, 1, 0).forEach(tile -> {
            Operand logits = new Operand(0, from::read);
            TileSoftmax softmax =
                    TileSoftmax.known(tile, logits, 1, row -> RowSoftmax.saved(statistics, tile.row(row), stride, 1));
            Tile.Terms terms = gradient.of(tile, softmax);
            tile.each(block -> to.write(block, terms.of(block)));
        });
    }
}
