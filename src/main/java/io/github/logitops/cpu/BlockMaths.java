package io.github.logitops.cpu;

import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ways to compute a block that this virtual machine has: the plain one, and the one by the Vector API, if it was started with
 * {@code --add-modules jdk.incubator.vector}. That one is found by its name, since nothing here may need it.
 */
final class BlockMaths {
    private static final Logger LOG = LoggerFactory.getLogger(BlockMaths.class);
    private static final String VECTOR_API = "jdk.incubator.vector";
    private static final String VECTOR_MATH = "io.github.logitops.cpu.VectorBlockMath";

    /** Below so many doubles at once nothing is gained, and fused multiplications may be missing. */
    private static final int FEWEST = 4;

    private static final BlockMath PLAIN = new PlainBlockMath();
    private static final Optional<BlockMath> VECTOR = findVector();

    private BlockMaths() {}

    /** Loops that compilers vectorise. */
    static BlockMath plain() {
        return PLAIN;
    }

    /** The fastest one there is. */
    static BlockMath best() {
        return VECTOR.orElse(PLAIN);
    }

    private static Optional<BlockMath> findVector() {
        Optional<Module> api = ModuleLayer.boot().findModule(VECTOR_API);
        if (api.isEmpty()) {
            return Optional.empty();
        }
        try {
            BlockMaths.class.getModule().addReads(api.get());
            BlockMath found = (BlockMath)
                    Class.forName(VECTOR_MATH).getDeclaredConstructor().newInstance();
            return Optional.of(found).filter(math -> math.atOnce() >= FEWEST);
        } catch (ReflectiveOperationException | LinkageError e) {
            LOG.warn("cpu: the Vector API is there but cannot be used: cause={}", e.toString());
            return Optional.empty();
        }
    }
}
