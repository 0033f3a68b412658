package io.github.logitops;

import java.util.OptionalLong;

/**
 * Which labels are in range.
 *
 * @param classes those from 0 to below this
 * @param ignoreIndex and this, which says to leave a row out
 */
record LabelRange(long classes, OptionalLong ignoreIndex) {
    /** Looks at labels that are on the host, before anything runs. */
    void require(String op, HostLabels labels) {
        for (int row = 0; row < labels.length(); row++) {
            long label = labels.at().applyAsLong(row);
            boolean ignored = ignoreIndex.isPresent() && ignoreIndex.getAsLong() == label;
            if ((label < 0 || label >= classes) && !ignored) {
                throw outOfRange(op, row, label);
            }
        }
    }

    /** What is thrown of a label that is not. */
    IllegalArgumentException outOfRange(String op, long row, long label) {
        return new IllegalArgumentException(op + ": label out of range: row=" + row + ", label=" + label + ", " + this);
    }

    @Override
    public String toString() {
        String ignored = ignoreIndex.isPresent() ? Long.toString(ignoreIndex.getAsLong()) : "none";
        return "classes=" + classes + ", ignoreIndex=" + ignored;
    }
}
