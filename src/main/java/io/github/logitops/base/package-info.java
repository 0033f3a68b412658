/**
 * What all packages stand on: the answer to a null argument, and closing several things.
 */
package io.github.logitops.base;
