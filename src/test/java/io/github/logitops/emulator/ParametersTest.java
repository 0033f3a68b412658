package io.github.logitops.emulator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.logitops.driver.KernelArguments;
import io.github.logitops.driver.Launch;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Kernels get from their parameters what a launch passed, and are reported if they read anything but its fields. */
class ParametersTest {
    private static final String HEAD = ".version 6.3\n.target sm_75\n.address_size 64\n.visible .entry test(";
    private static final String BODY =
            ")\n{\n.reg .b16 %rs<5>;\n.reg .b32 %r<5>;\n.reg .f64 %fd<3>;\n.reg .b64 %rd<5>;\n";
    private static final String STRUCT = ".param .align 8 .b8 test_param_0[32]";

    /**
     * What nvcc 13.0 makes of a kernel with one parameter, {@code struct { float *y; const float *x; int n; int twice; double
     * factor; struct { int64_t row, col; } strides; int last; }}: {@code y[i] = (x[i * row + col] * factor + last) * (twice ? 2 : 1)}.
     */
    private static final String SCALE = """
            .version 6.3
            .target sm_75
            .address_size 64
            .visible .entry test(
            	.param .align 8 .b8 test_param_0[56]
            )
            {
            	.reg .pred 	%p<3>;
            	.reg .b16 	%rs<9>;
            	.reg .f32 	%f<3>;
            	.reg .b32 	%r<7>;
            	.reg .f64 	%fd<8>;
            	.reg .b64 	%rd<14>;
            	ld.param.v2.u32 	{%r5, %r6}, [test_param_0+16];
            	ld.param.u32 	%r4, [test_param_0+48];
            	ld.param.u64 	%rd4, [test_param_0+40];
            	ld.param.u64 	%rd3, [test_param_0+32];
            	ld.param.f64 	%fd1, [test_param_0+24];
            	ld.param.u64 	%rd2, [test_param_0+8];
            	ld.param.u64 	%rd1, [test_param_0];
            	mov.u32 	%r1, %tid.x;
            	setp.ge.s32 	%p1, %r1, %r5;
            	@%p1 bra 	$L__BB0_2;
            	cvta.to.global.u64 	%rd5, %rd2;
            	cvta.to.global.u64 	%rd6, %rd1;
            	cvt.s64.s32 	%rd7, %r1;
            	mul.lo.s64 	%rd8, %rd3, %rd7;
            	add.s64 	%rd9, %rd8, %rd4;
            	shl.b64 	%rd10, %rd9, 2;
            	add.s64 	%rd11, %rd5, %rd10;
            	ld.global.f32 	%f1, [%rd11];
            	cvt.f64.f32 	%fd2, %f1;
            	mul.rn.f64 	%fd3, %fd1, %fd2;
            	cvt.rn.f64.s32 	%fd4, %r4;
            	add.rn.f64 	%fd5, %fd3, %fd4;
            	setp.eq.s32 	%p2, %r6, 0;
            	add.rn.f64 	%fd6, %fd5, %fd5;
            	selp.f64 	%fd7, %fd5, %fd6, %p2;
            	cvt.rn.f32.f64 	%f2, %fd7;
            	mul.wide.s32 	%rd12, %r1, 4;
            	add.s64 	%rd13, %rd6, %rd12;
            	st.global.f32 	[%rd13], %f2;
            $L__BB0_2:
            	ret;
            }
            """;

    private final PtxEmulatorDriver driver = new PtxEmulatorDriver(75);
    private final long out = driver.allocate(32);

    @AfterEach
    void close() {
        driver.close();
    }

    @Test
    void aKernelOfNvccReadsItsStruct() {
        long x = driver.allocate(32);
        ByteBuffer values = ByteBuffer.allocate(32).order(ByteOrder.nativeOrder());
        values.asFloatBuffer().put(new float[] {0, 1, 2, 3, 4, 5, 6, 7});
        driver.copyToDevice(x, values, 0);
        KernelArguments arguments =
                new KernelArguments().pointer(out).pointer(x).int32(3).int32(1);
        arguments.float64(0.5).int64(2).int64(3).int32(-10);
        launch(SCALE, 4, arguments);
        float[] y = new float[3];
        result(12).asFloatBuffer().get(y);
        assertArrayEquals(new float[] {-17, -15, -13}, y);
    }

    @Test
    void aStructAndSeveralParametersAreTheSameToTheCode() {
        KernelArguments arguments =
                new KernelArguments().int32(-7).pointer(out).int32(5).int32(6).float64(0.5);
        String several = ".param .u32 a, .param .u64 b, .param .u32 c, .param .u32 d, .param .f64 e";
        String struct = STRUCT + BODY + """
                ld.param.s32 %rd1, [test_param_0];
                ld.param.b64 %rd2, [test_param_0+8];
                ld.param.v2.u32 {%r3, %r4}, [test_param_0+16];
                ld.param.f64 %fd1, [test_param_0+24];
                """;
        String values = several + BODY + """
                ld.param.s32 %rd1, [a];
                ld.param.u64 %rd2, [b];
                ld.param.u32 %r3, [c];
                ld.param.u32 %r4, [d];
                ld.param.f64 %fd1, [e];
                """;
        for (String each : new String[] {struct, values}) {
            String store = "st.global.u64 [%rd2], %rd1;\nst.global.u32 [%rd2+8], %r3;\nst.global.u32 [%rd2+12], %r4;\n"
                    + "st.global.f64 [%rd2+16], %fd1;\nret;\n}\n";
            launch(HEAD + each + store, 1, arguments);
            ByteBuffer result = result(24);
            assertEquals(-7, result.getLong(0));
            assertEquals(5, result.getInt(8));
            assertEquals(6, result.getInt(12));
            assertEquals(0.5, result.getDouble(16));
        }
    }

    @Test
    void loadsAreExtendedAsTheirTypeSays() {
        KernelArguments arguments =
                new KernelArguments().pointer(out).int32(-7).int32(-8).int64(-9).int64(4);
        launch(HEAD + STRUCT.replace("32", "40") + BODY + """
                ld.param.u64 %rd1, [test_param_0];
                ld.param.u32 %rd2, [test_param_0+8];
                ld.param.v2.u64 {%rd3, %rd4}, [test_param_0+16];
                st.global.u64 [%rd1], %rd2;
                st.global.u64 [%rd1+8], %rd3;
                st.global.u64 [%rd1+16], %rd4;
                ret;
                }
                """, 1, arguments.int64(0));
        ByteBuffer result = result(24);
        assertEquals(0xFFFF_FFF9L, result.getLong(0));
        assertEquals(-9, result.getLong(8));
        assertEquals(4, result.getLong(16));
    }

    @Test
    void aStructOfAnotherSizeIsReported() {
        assertReported("wrong size of arguments: expected=32, actual=24", "", fields(3));
        assertReported(
                "wrong size of arguments: expected=32, actual=40", "", fields(4).int32(0));
        String several = ".param .u64 a, .param .u32 b";
        String message = "emulator: wrong size of arguments: expected=16, actual=8, kernel=test, file=m.sm_75.ptx";
        assertEquals(message, messageOf(HEAD + several + BODY + "ret;\n}\n", fields(1)));
    }

    /** The fields are a pointer at 0, an INT64 at 8, an INT32 at 16 and a FLOAT64 at 24. */
    @Test
    void whatIsNoWholeFieldOfItsTypeIsReported() {
        KernelArguments fields = fields(2).int32(3).float64(4);
        assertMisread(fields, "ld.param.u32 %r1, [test_param_0+8];", "offset=8, expected=.u32, actual=INT64 at 8");
        assertMisread(fields, "ld.param.u32 %r1, [test_param_0+12];", "offset=12, expected=.u32, actual=INT64 at 8");
        assertMisread(fields, "ld.param.u64 %rd1, [test_param_0+16];", "offset=16, expected=.u64, actual=INT32 at 16");
        assertMisread(fields, "ld.param.f32 %r1, [test_param_0+16];", "offset=16, expected=.f32, actual=INT32 at 16");
        assertMisread(fields, "ld.param.u8 %rs1, [test_param_0+16];", "offset=16, expected=.u8, actual=INT32 at 16");
        assertMisread(
                fields, "ld.param.u64 %rd1, [test_param_0+24];", "offset=24, expected=.u64, actual=FLOAT64 at 24");
        assertMisread(fields, "ld.param.f64 %fd1, [test_param_0+8];", "offset=8, expected=.f64, actual=INT64 at 8");
        assertMisread(fields, "ld.param.f64 %fd1, [test_param_0];", "offset=0, expected=.f64, actual=POINTER at 0");
    }

    /** As where a struct within the struct ends with padding, and is copied with it; or a bool is a word in Java. */
    @Test
    void paddingIsReported() {
        KernelArguments fields = fields(2).int32(3).float64(4);
        assertMisread(fields, "ld.param.u32 %r1, [test_param_0+20];", "offset=20, expected=.u32, actual=padding");
        assertMisread(
                fields, "ld.param.v2.u32 {%r1, %r2}, [test_param_0+16];", "offset=20, expected=.u32, actual=padding");
        String bytes = "ld.param.v4.u8 {%rs1, %rs2, %rs3, %rs4}, [test_param_0+20];";
        assertMisread(fields, bytes, "offset=20, expected=.u8, actual=padding");
        String last = "ld.param.u32 %r1, [test_param_0+28];";
        assertMisread(fields(3).int32(4), last, "offset=28, expected=.u32, actual=padding");
    }

    /** One INT64 in Java is no two INT32 of the kernel, nor the other way round. */
    @Test
    void twoFieldsForOneAreReported() {
        String two = "ld.param.v2.u32 {%r1, %r2}, [test_param_0+16];";
        assertMisread(fields(4), two, "offset=16, expected=.u32, actual=INT64 at 16");
        KernelArguments pair = fields(2).int32(3).int32(4).int64(5);
        assertMisread(pair, "ld.param.u64 %rd1, [test_param_0+16];", "offset=16, expected=.u64, actual=INT32 at 16");
    }

    @Test
    void loadsFromBeyondTheStructAreFoundAtLoad() {
        String line =
                "emulator: cannot read PTX: file=m.sm_75.ptx, line=10, unexpected=;, expected=another address before it";
        assertEquals(line, messageOf(struct("ld.param.u64 %rd1, [test_param_0+32];"), fields(4)));
        String half = "ld.param.u64 %rd1, [test_param_0+28];";
        assertUnknown("ld.param.u64", "%rd1, [test_param_0+28]", half);
        String vector = "ld.param.v2.u64 {%rd1, %rd2}, [test_param_0+24];";
        assertUnknown("ld.param.v2.u64", "{%rd1, %rd2}, [test_param_0+24]", vector);
        String odd = "ld.param.v2.u32 {%r1, %r2, %r3}, [test_param_0];";
        assertUnknown("ld.param.v2.u32", "{%r1, %r2, %r3}, [test_param_0]", odd);
    }

    /** A launch passes one struct: what came behind it would get nothing. */
    @Test
    void aStructIsTheOnlyParameter() {
        assertEquals(
                "emulator: cannot read PTX: file=m.sm_75.ptx, line=5, unexpected={, "
                        + "expected=no parameter beside a struct before it",
                messageOf(
                        HEAD + STRUCT + ", .param .u32 more" + BODY + "ret;\n}\n",
                        fields(4).int32(1)));
    }

    private void assertUnknown(String opcode, String operands, String load) {
        assertEquals(
                "emulator: unknown instruction: opcode=" + opcode + ", file=m.sm_75.ptx, line=10, instruction=" + opcode
                        + " " + operands,
                messageOf(struct(load), fields(4)));
    }

    private void assertMisread(KernelArguments arguments, String load, String detail) {
        assertReported("wrong type of argument: " + detail, load, arguments);
    }

    private void assertReported(String check, String body, KernelArguments arguments) {
        assertEquals("emulator: " + check + ", kernel=test, file=m.sm_75.ptx", messageOf(struct(body), arguments));
    }

    private static String struct(String body) {
        return HEAD + STRUCT + BODY + body + "\nret;\n}\n";
    }

    /** A pointer and INT64s: so many fields in all. */
    private static KernelArguments fields(int count) {
        KernelArguments fields = new KernelArguments().pointer(0);
        for (int i = 1; i < count; i++) {
            fields.int64(i);
        }
        return fields;
    }

    private String messageOf(String ptx, KernelArguments arguments) {
        return assertThrows(EmulatorException.class, () -> launch(ptx, 1, arguments))
                .getMessage();
    }

    private void launch(String ptx, int threads, KernelArguments arguments) {
        long function = driver.function(driver.loadModule("m", ptx.getBytes(StandardCharsets.UTF_8)), "test");
        driver.launch(new Launch(function, "test", 1, threads, arguments), 0);
        driver.synchronize(0);
    }

    private ByteBuffer result(int bytes) {
        ByteBuffer result = ByteBuffer.allocate(bytes).order(ByteOrder.nativeOrder());
        driver.copyToHost(result, out, 0);
        driver.synchronize(0);
        return result;
    }
}
