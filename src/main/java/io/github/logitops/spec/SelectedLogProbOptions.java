package io.github.logitops.spec;

import io.github.logitops.base.Arguments;
import java.io.Serializable;
import java.util.OptionalLong;

/**
 * What a selected log-probability leaves out. Immutable; start from {@link #defaults()}.
 *
 * @param ignoreIndex rows with this label have log-probability 0 and gradient 0; may lie outside [0, classes)
 */
public record SelectedLogProbOptions(OptionalLong ignoreIndex) implements Serializable {
    private static final String OP = Op.SELECTED_LOG_PROB.callName();
    private static final SelectedLogProbOptions DEFAULTS = new SelectedLogProbOptions(OptionalLong.of(-100));

    public SelectedLogProbOptions {
        Arguments.notNull(OP, "ignoreIndex", ignoreIndex);
    }

    /** Label -100 is ignored, as in {@link CrossEntropyOptions#defaults()}. */
    public static SelectedLogProbOptions defaults() {
        return DEFAULTS;
    }

    /** These options with another ignored label. */
    public SelectedLogProbOptions withIgnoreIndex(long newIgnoreIndex) {
        return new SelectedLogProbOptions(OptionalLong.of(newIgnoreIndex));
    }

    /** These options with no label ignored. */
    public SelectedLogProbOptions withoutIgnoreIndex() {
        return new SelectedLogProbOptions(OptionalLong.empty());
    }

    private Object writeReplace() {
        return Serialized.of(this);
    }
}
