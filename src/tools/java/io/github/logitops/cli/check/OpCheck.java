package io.github.logitops.cli.check;

import io.github.logitops.spec.Op;
import java.util.List;

/**
 * One op's part of {@code logitops check}. Ops that are checked alike share a class, whose {@code ALL} a new one is added to.
 * Outputs start poisoned ({@link Trial#output}) and are judged in full; over all cases an op must launch each of its kernels.
 */
interface OpCheck {
    /** Which op. */
    Op op();

    /** What to try on a case, each on a {@link Trial} of its own. */
    List<Attempt> attempts(Case what);

    /** Runs the op on a trial's data and hands what it gives to the judge, beside the exact results. */
    @FunctionalInterface
    interface Attempt {
        void run(Trial trial);
    }
}
