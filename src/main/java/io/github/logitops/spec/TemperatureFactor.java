package io.github.logitops.spec;

/**
 * What a divergence at temperature T is multiplied by. Its gradient shrinks as 1/T^2; Hinton's T^2 undoes that, so that the
 * weight beside a hard-label loss means the same at every temperature. Some train with it, others without.
 */
public enum TemperatureFactor {
    /** 1. */
    ONE,
    /** T^2. */
    SQUARED;

    /** The factor at this temperature. */
    public double at(double temperature) {
        return this == SQUARED ? temperature * temperature : 1;
    }
}
