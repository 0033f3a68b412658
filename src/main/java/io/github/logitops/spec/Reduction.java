package io.github.logitops.spec;

/** How the losses of the rows become the loss. */
public enum Reduction {
    /** They stay apart: the loss has the shape of the labels. */
    NONE,
    /** Their sum; 0 of no rows. */
    SUM,
    /**
     * Their sum over the number of counted rows, or over the sum of the counted labels' class weights. A row is counted
     * unless its label is ignored or out of range; where targets are probabilities, all are, by number. {@link EmptyMean}
     * says what it is where nothing counts.
     */
    MEAN
}
