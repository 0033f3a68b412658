package io.github.logitops.cli.check;

/** Where the rows of a case lie in memory: between them, the kinds decide which kernel runs and how it can go wrong. */
enum Placement {
    /** One after the other, from an aligned address on. */
    DENSE,
    /** Aligned to one element only, with padding between rows. */
    SHIFTED,
    /** As DENSE, with the output over an input. */
    IN_PLACE,
    /** Side by side: the axis is not the innermost one, and rows are padded. */
    COLUMNS
}
