package io.github.logitops.spec;

import java.io.Serializable;

/**
 * How far a student's distribution Q is from a teacher's P. With M = beta P + (1 - beta) Q,
 *
 * <pre>
 * beta = 0         KL(P || Q)
 * 0 &lt; beta &lt; 1     beta KL(P || M) + (1 - beta) KL(Q || M), the generalised Jensen-Shannon divergence
 * beta = 1         KL(Q || P)
 * </pre>
 *
 * The ends are conventions, not limits: the divergence between them goes to 0 there.
 *
 * @param beta in [0, 1]
 */
public record Divergence(double beta) implements Serializable {
    /** KL(P || Q): the student covers all that the teacher does. */
    public static final Divergence KL = new Divergence(0);

    /** KL(Q || P): the student keeps to what the teacher does. Infinite where it does not and the teacher gives 0. */
    public static final Divergence REVERSE_KL = new Divergence(1);

    public Divergence {
        if (!(beta >= 0 && beta <= 1)) {
            throw new IllegalArgumentException(Op.DISTILLATION.callName() + ": beta must be in [0, 1]: beta=" + beta);
        }
    }

    /** The generalised Jensen-Shannon divergence; symmetric at 0.5. */
    public static Divergence jensenShannon(double beta) {
        if (!(beta > 0 && beta < 1)) {
            throw new IllegalArgumentException(Op.DISTILLATION.callName()
                    + ": beta must be between 0 and 1, whose ends are KL and REVERSE_KL: beta=" + beta);
        }
        return new Divergence(beta);
    }

    /** What KL(P || M) counts: beta between the ends, 1 for {@link #KL}, 0 for {@link #REVERSE_KL}. */
    public double weightOfP() {
        return beta == 0 ? 1 : beta == 1 ? 0 : beta;
    }

    /** What KL(Q || M) counts: 1 - beta between the ends, 0 for {@link #KL}, 1 for {@link #REVERSE_KL}. */
    public double weightOfQ() {
        return beta == 0 ? 0 : beta == 1 ? 1 : 1 - beta;
    }
}
