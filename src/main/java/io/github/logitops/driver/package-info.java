/**
 * The mechanics of a device in CUDA's vocabulary: the low seam. Start at {@link io.github.logitops.driver.Driver}.
 */
package io.github.logitops.driver;
