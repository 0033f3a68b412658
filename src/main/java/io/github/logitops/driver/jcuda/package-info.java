/** The CUDA device, by way of JCuda: the only package that refers to JCuda. It is loaded when CUDA is first looked for. */
package io.github.logitops.driver.jcuda;
