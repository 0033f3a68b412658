/** The CUDA device, by way of JCuda: the only package that knows JCuda. Machines without CUDA load none of it. */
package io.github.logitops.driver.jcuda;
