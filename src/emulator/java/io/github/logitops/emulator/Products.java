package io.github.logitops.emulator;

import io.github.logitops.driver.MatrixProduct;
import io.github.logitops.driver.MatrixProduct.Matrix;
import io.github.logitops.driver.MatrixProduct.Type;
import io.github.logitops.driver.MatrixProducts;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;

/**
 * The library of matrix products of an emulated device: the definition, in plain loops. It spoils its workspace, so that nothing else can
 * lie there.
 */
final class Products implements MatrixProducts {
    private static final int WORKSPACE_BYTES = 64;

    private final GlobalMemory memory;
    private final Queues queues;

    Products(GlobalMemory memory, Queues queues) {
        this.memory = memory;
        this.queues = queues;
    }

    @Override
    public long workspaceBytes() {
        return WORKSPACE_BYTES;
    }

    @Override
    public void multiply(MatrixProduct product, long workspace, long stream) {
        queues.add(
                stream,
                () -> PtxEmulatorDriver.onHost(() -> {
                    memory.copyIn(workspace, ByteBuffer.allocate(WORKSPACE_BYTES));
                    multiply(product);
                }));
    }

    private void multiply(MatrixProduct product) {
        Content a = product.transposeA()
                ? new Content(product.a(), product.k(), product.m())
                : new Content(product.a(), product.m(), product.k());
        Content b = product.transposeB()
                ? new Content(product.b(), product.n(), product.k())
                : new Content(product.b(), product.k(), product.n());
        Content c = new Content(product.c(), product.accumulate() ? product.m() : 0, product.n());
        for (int row = 0; row < product.m(); row++) {
            for (int column = 0; column < product.n(); column++) {
                double sum = product.accumulate() ? c.get(row, column) : 0;
                for (int i = 0; i < product.k(); i++) {
                    double left = product.transposeA() ? a.get(i, row) : a.get(row, i);
                    double right = product.transposeB() ? b.get(column, i) : b.get(i, column);
                    double next = sum + left * right;
                    sum = product.c().type() == Type.F64 ? next : (float) next;
                }
                c.set(row, column, sum);
            }
            c.writeRow(row);
        }
    }

    /** What a matrix holds. */
    private final class Content {
        private final Matrix matrix;
        private final Map<Integer, ByteBuffer> rows = new HashMap<>();
        private final int columns;
        private final int size; // of an element

        /** Reads so many rows, and none of the padding between them. */
        Content(Matrix matrix, int rows, int columns) {
            this.matrix = matrix;
            this.columns = columns;
            size = matrix.type() == Type.F64 ? 8 : matrix.type() == Type.F32 ? 4 : 2;
            for (int row = 0; row < rows; row++) {
                memory.copyOut(address(row), this.rows.computeIfAbsent(row, this::newRow));
            }
        }

        private ByteBuffer newRow(int row) {
            return ByteBuffer.allocate(columns * size).order(ByteOrder.nativeOrder());
        }

        private long address(int row) {
            return matrix.address() + row * matrix.rowStride() * size;
        }

        double get(int row, int column) {
            ByteBuffer bytes = rows.get(row);
            int at = column * size;
            return switch (matrix.type()) {
                case F64 -> bytes.getDouble(at);
                case F32 -> bytes.getFloat(at);
                case F16 -> Numbers.fromHalf(bytes.getShort(at) & 0xFFFF);
                case BF16 -> Numbers.fromBfloat16(bytes.getShort(at) & 0xFFFF);
            };
        }

        void set(int row, int column, double value) {
            ByteBuffer bytes = rows.computeIfAbsent(row, this::newRow);
            int at = column * size;
            switch (matrix.type()) {
                case F64 -> bytes.putDouble(at, value);
                case F32 -> bytes.putFloat(at, (float) value);
                case F16 -> bytes.putShort(at, (short) Numbers.toHalf((float) value));
                case BF16 -> bytes.putShort(at, (short) Numbers.toBfloat16((float) value));
            }
        }

        /** Writes what was set of a row. */
        void writeRow(int row) {
            memory.copyIn(address(row), rows.get(row));
        }
    }
}
