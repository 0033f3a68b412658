package io.github.logitops.cli;

/** A model of the next byte, as who writes with it sees it. */
interface ByteModel {
    /** The bytes that it sees. */
    int context();

    /** The logits of the byte at index {@code end} of a text, from those before it. */
    void logits(byte[] text, int end, float[] logits);
}
