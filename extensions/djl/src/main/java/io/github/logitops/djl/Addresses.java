package io.github.logitops.djl;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.util.NativeResource;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;

/** Where memory lies. */
final class Addresses {
    private static final String LIBRARY = "ai.djl.pytorch.jni.PyTorchLibrary";

    private Addresses() {}

    /** Of a direct buffer. */
    static long of(ByteBuffer memory) {
        return Pointer.nativeValue(Native.getDirectBufferPointer(memory));
    }

    /**
     * Of an array of PyTorch's, on the host or a GPU. {@code NDArray.toByteBuffer} copies from a GPU before it asks for a buffer. The
     * native method behind it does not: it answers with one that begins at the tensor's address, wherever that is. Nobody must read
     * that buffer, but its address is what is looked for.
     */
    static long of(NDArray array) {
        try {
            Class<?> library = Class.forName(LIBRARY, true, array.getClass().getClassLoader());
            Field instance = library.getDeclaredField("LIB");
            Method buffer = library.getDeclaredMethod("torchDirectByteBuffer", long.class);
            instance.setAccessible(true);
            buffer.setAccessible(true);
            return of((ByteBuffer) buffer.invoke(instance.get(null), ((NativeResource<?>) array).getHandle()));
        } catch (InvocationTargetException e) {
            throw new IllegalArgumentException(
                    "wrap: the engine refuses: reason=" + e.getCause().getMessage() + ", shape=" + array.getShape()
                            + ", device=" + array.getDevice(),
                    e.getCause());
        } catch (ReflectiveOperationException | RuntimeException e) {
            throw new UnsupportedOperationException(
                    "wrap: the engine does not say where arrays lie: engine="
                            + array.getManager().getEngine().getEngineName() + ", djl=" + Engine.getDjlVersion(),
                    e);
        }
    }
}
