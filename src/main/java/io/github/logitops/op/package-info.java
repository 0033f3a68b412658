/**
 * Ops as problems: records that exist only if they are valid, and the {@link io.github.logitops.op.Executor} that carries them out. Here is
 * the high seam, where ops have their meaning and no mechanics.
 */
package io.github.logitops.op;
