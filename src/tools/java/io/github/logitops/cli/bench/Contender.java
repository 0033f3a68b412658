package io.github.logitops.cli.bench;

/**
 * Something to measure.
 *
 * @param provider whose it is
 * @param op its name
 * @param bytes what it must at least read and write
 * @param ceiling the ceiling with the same traffic
 * @param call queues it once, on the buffers of this number
 */
record Contender(String provider, String op, long bytes, String ceiling, Call call) {
    @FunctionalInterface
    interface Call {
        void on(int set);
    }
}
