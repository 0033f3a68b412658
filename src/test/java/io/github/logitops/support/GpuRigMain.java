package io.github.logitops.support;

/** What tests on a GPU do about sessions: asks for a GPU, then opens and closes some. GpuRigTest starts it, on the stub. */
final class GpuRigMain {
    private GpuRigMain() {}

    public static void main(String[] arguments) {
        GpuRig.requireGpu();
        for (int i = 0; i < 3; i++) {
            new GpuRig().open().close();
        }
    }
}
