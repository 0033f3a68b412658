/**
 * What elements of each dtype look like in host memory: conversions and runs of them.
 */
package io.github.logitops.element;
