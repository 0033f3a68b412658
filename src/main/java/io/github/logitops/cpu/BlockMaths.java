package io.github.logitops.cpu;

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
    private static final Choice BEST = choose();

    /** @param reason why it is this one; null: nothing is faster */
    private record Choice(BlockMath math, String reason) {
        static Choice plainSince(String reason) {
            return new Choice(PLAIN, reason);
        }
    }

    private BlockMaths() {}

    /** Loops that compilers vectorise. */
    static BlockMath plain() {
        return PLAIN;
    }

    /** The fastest one there is. */
    static BlockMath best() {
        return BEST.math();
    }

    /** Its name, and why it is the plain one if it is, for reports. */
    static String description() {
        return BEST.math().name() + (BEST.reason() == null ? "" : " (Vector API: no: " + BEST.reason() + ")");
    }

    private static Choice choose() {
        Module api = ModuleLayer.boot().findModule(VECTOR_API).orElse(null);
        if (api == null) {
            return Choice.plainSince("--add-modules " + VECTOR_API + " is not given");
        }
        String compiler = System.getProperty("java.vm.info", "");
        if (compiler.startsWith("interpreted") || compiler.contains("client")) {
            return Choice.plainSince("its vectors would be objects: compiler=" + compiler);
        }
        try {
            BlockMaths.class.getModule().addReads(api);
            BlockMath found = (BlockMath)
                    Class.forName(VECTOR_MATH).getDeclaredConstructor().newInstance();
            return found.atOnce() < FEWEST
                    ? Choice.plainSince("doubles at once=" + found.atOnce() + ", needed=" + FEWEST)
                    : new Choice(found, null);
        } catch (ReflectiveOperationException | LinkageError e) {
            LOG.warn("cpu: the Vector API is there but cannot be used: cause={}", e.toString());
            return Choice.plainSince(e.toString());
        }
    }
}
