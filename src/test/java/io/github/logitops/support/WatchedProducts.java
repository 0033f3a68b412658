package io.github.logitops.support;

import io.github.logitops.driver.MatrixProduct;
import io.github.logitops.driver.MatrixProducts;
import java.util.function.LongConsumer;

/**
 * Products of a {@link WatchedDriver}, which multiplies nothing.
 *
 * @param onMultiply is told the stream of each
 */
record WatchedProducts(LongConsumer onMultiply) implements MatrixProducts {
    @Override
    public long workspaceBytes() {
        return 64;
    }

    @Override
    public void multiply(MatrixProduct product, long workspace, long stream) {
        onMultiply.accept(stream);
    }
}
