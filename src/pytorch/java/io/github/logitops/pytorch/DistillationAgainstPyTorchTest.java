package io.github.logitops.pytorch;

import io.github.logitops.DistillationResult;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Tensor;
import io.github.logitops.pytorch.TorchExpression.Outcome;
import io.github.logitops.reference.DistillationReference;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.DistillationOptions;
import io.github.logitops.spec.Divergence;
import io.github.logitops.spec.Reduction;
import io.github.logitops.spec.TemperatureFactor;
import io.github.logitops.support.Bench;
import io.github.logitops.support.CpuRig;
import io.github.logitops.support.DeviceRows;
import io.github.logitops.support.Geometry;
import java.util.Arrays;

/** Distillation against PyTorch's {@code kl_div} and {@code cross_entropy_loss} and its autograd. */
class DistillationAgainstPyTorchTest {
    private static final int CASES = 50;

    /** A drawn batch. */
    private record Sample(
            DType dtype,
            Geometry geometry,
            double[][] student,
            double[][] teacher,
            long[] labels,
            DistillationOptions options,
            double[] gradScale) {

        static Sample of(Draw draw) {
            Geometry geometry = draw.geometry();
            DistillationOptions options = DistillationOptions.defaults()
                    .withDivergence(draw.pick(
                            Divergence.KL,
                            Divergence.REVERSE_KL,
                            Divergence.jensenShannon(0.5),
                            Divergence.jensenShannon(0.1)))
                    .withTemperature(draw.pick(1.0, 2.0, 0.7, 5.0), draw.pick(TemperatureFactor.values()))
                    .withHardWeight(draw.pick(0.0, 0.0, 0.5, 1.0))
                    .withReduction(draw.pick(Reduction.values()));
            return new Sample(
                    draw.dtype(),
                    geometry,
                    draw.logits(geometry),
                    draw.logits(geometry),
                    draw.labels(geometry),
                    options,
                    draw.perRow(geometry));
        }

        boolean reduced() {
            return options.reduction() != Reduction.NONE;
        }

        private String logProbs(String logits) {
            double temperature = options.temperature();
            return "torch.log_softmax(torch.div(%s, %s), %d)".formatted(logits, temperature, geometry.axis());
        }

        /** Of each row: in PyTorch's {@code kl_div} the second argument is the one that expectations are taken of. */
        private String divergence(String from, String of) {
            return "torch.sum(torch.kl_div(%s, %s, 0, log_target=True), [%d])".formatted(of, from, geometry.axis());
        }

        private String divergence() {
            String p = logProbs("teacher");
            String q = logProbs("x");
            double beta = options.divergence().beta();
            if (beta == 0) {
                return divergence(p, q);
            }
            if (beta == 1) {
                return divergence(q, p);
            }
            String m = "torch.logaddexp(torch.add(%s, %s), torch.add(%s, %s))"
                    .formatted(p, Math.log(beta), q, Math.log1p(-beta));
            return "torch.add(torch.mul(%s, %s), torch.mul(%s, %s))"
                    .formatted(divergence(p, m), beta, divergence(q, m), 1 - beta);
        }

        Outcome torch() {
            boolean alone = geometry.shape().rank() == 1;
            String logits = alone ? "x" : "torch.movedim(x, " + geometry.axis() + ", 1)";
            String hard = "torch.cross_entropy_loss(%s, y, None, 0, -100, 0.)".formatted(logits);
            String loss = "torch.add(torch.mul(%s, %s), torch.mul(%s, %s))"
                    .formatted(hard, options.hardWeight(), divergence(), options.softWeight());
            loss = switch (options.reduction()) {
                case NONE -> loss;
                case SUM -> "torch.sum(" + loss + ")";
                case MEAN -> "torch.mean(" + loss + ")";
            };
            return TorchExpression.of(dtype)
                    .with("x", geometry.shape(), Draw.flat(geometry, student))
                    .with("teacher", geometry.shape(), Draw.flat(geometry, teacher))
                    .labels("y", geometry.rowShape(), labels)
                    .evaluate(loss, reduced() ? new double[] {gradScale[0]} : gradScale);
        }

        @Override
        public String toString() {
            return geometry + " " + options;
        }

        /** PyTorch rounds tempered logits, and the logarithm of a mixture. */
        double share(int row) {
            double strided = Math.max(Agreement.share(geometry), Agreement.shareOfLoss(geometry));
            return strided * Agreement.rounding(max(student[row]), max(teacher[row]));
        }

        private double max(double[] logits) {
            return Arrays.stream(logits).map(Math::abs).max().orElseThrow() / options.temperature();
        }
    }

    @EachPyTorchDType
    void distillation(DType dtype) {
        Draw draw = new Draw(dtype);
        try (Agreement agreement = new Agreement(dtype)) {
            for (int i = 0; i < CASES; i++) {
                compare(Sample.of(draw), agreement);
            }
        }
    }

    private static void compare(Sample sample, Agreement agreement) {
        Geometry geometry = sample.geometry();
        double[] scales = sample.gradScale().clone();
        if (sample.reduced()) {
            Arrays.fill(scales, sample.gradScale()[0]);
        }
        DistillationReference sizes =
                DistillationReference.of(sample.student(), sample.teacher(), sample.labels(), sample.options(), scales);
        Outcome torch = sample.torch();
        try (Bench bench = new Bench(new CpuRig())) {
            DeviceRows student = bench.rows(sample.dtype(), geometry, sample.student());
            Tensor teacher =
                    bench.rows(sample.dtype(), geometry, sample.teacher()).tensor();
            Tensor y = bench.labels(DType.I64, geometry.rowShape(), sample.labels());
            GradScale scale = sample.reduced()
                    ? GradScale.of(sample.gradScale()[0])
                    : GradScale.perRow(bench.vector(sample.dtype(), geometry.rowShape(), sample.gradScale()));
            var op = bench.ops().distillation(sample.options(), geometry.specAxis());
            try (DistillationResult result = op.newResult(sample.dtype(), geometry.shape(), bench.stream())) {
                op.forwardBackward(student.tensor(), teacher, y, scale, student.tensor(), result, bench.stream());
                double[] ours = sample.reduced()
                        ? new double[] {result.await()}
                        : result.rowLosses().downloadDoubles(bench.stream());
                checkLoss(sample, agreement, sizes, torch.value(), ours);
                checkGradient(sample, agreement, sizes, Draw.rows(geometry, torch.gradient()), student.read());
            }
        }
    }

    private static void checkLoss(
            Sample sample, Agreement agreement, DistillationReference sizes, double[] torch, double[] ours) {
        double share = 1;
        double[] scales = new double[ours.length];
        for (int n = 0; n < sample.labels().length; n++) {
            share = Math.max(share, sample.share(n));
            scales[sample.reduced() ? 0 : n] = sample.reduced() ? sizes.lossScale() : sizes.rows()[n].lossScale();
        }
        agreement.check("distillation, loss", share, scales, torch, ours, sample);
    }

    private static void checkGradient(
            Sample sample, Agreement agreement, DistillationReference sizes, double[][] torch, double[][] ours) {
        for (int n = 0; n < ours.length; n++) {
            double[] scales = sizes.rows()[n].gradientScale();
            agreement.check("distillation, gradient", sample.share(n), scales, torch[n], ours[n], sample);
        }
    }
}
