package io.github.logitops.device;

/**
 * A launch that walks rows, on the way.
 *
 * @param kernel the entry for them
 * @param geometry blocks and threads; no blocks where there are no rows
 * @param parameters the struct, which begins with the rows' Shape: what an op adds goes behind it
 */
record RowLaunch(Kernel kernel, LaunchPlanner.Geometry geometry, Parameters parameters) {}
