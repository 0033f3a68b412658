// A cuBLAS without a GPU: what JCublas needs to make a handle, to ask for the version, and for products of matrices in the memory that
// libcuda.c makes. VERSION is which.

#include <stddef.h>

static int live;

int cublasCreate_v2(void **handle) {
    live++;
    *handle = &live;
    return 0;
}

int cublasGetVersion_v2(void *handle, int *version) {
    *version = VERSION;
    return handle == &live && live == 1 ? 0 : 1;
}

int cublasDestroy_v2(void *handle) {
    live--;
    return handle == &live ? 0 : 1;
}

// Products, of matrices by columns. Before each, the stream and after that the workspace must be set, as a handle forgets the second
// with the first.
static const void *workspace;

int cublasSetMathMode(void *handle, int mode) { return handle == &live && mode == 16 ? 0 : 7; }

int cublasSetStream_v2(void *handle, const void *stream) {
    workspace = 0;
    return handle == &live && stream ? 0 : 7;
}

int cublasSetWorkspace_v2(void *handle, const void *address, size_t bytes) {
    workspace = address;
    return handle == &live && address && bytes == 32 << 20 ? 0 : 7;
}

enum { F32, F64, COMPUTE_32F = 68, COMPUTE_64F = 70 };

static double get(const void *matrix, int type, long at) {
    return type == F64 ? ((const double *) matrix)[at] : ((const float *) matrix)[at];
}

int cublasGemmEx(void *handle, int transposeA, int transposeB, int m, int n, int k, const void *alpha, const void *a, int typeA,
                 int strideA, const void *b, int typeB, int strideB, const void *beta, void *c, int typeC, int strideC, int compute,
                 int algorithm) {
    int doubles = typeC == F64;
    if (handle != &live || !workspace || algorithm != -1 || compute != (doubles ? COMPUTE_64F : COMPUTE_32F)) return 7;
    for (int row = 0; row < m; row++) {
        for (int column = 0; column < n; column++) {
            double sum = 0;
            for (int i = 0; i < k; i++) {
                sum += get(a, typeA, transposeA ? i + (long) row * strideA : row + (long) i * strideA) *
                       get(b, typeB, transposeB ? column + (long) i * strideB : i + (long) column * strideB);
            }
            long at = row + (long) column * strideC;
            double old = get(beta, doubles ? F64 : F32, 0);
            sum = sum * get(alpha, doubles ? F64 : F32, 0) + (old == 0 ? 0 : old * get(c, typeC, at));
            if (doubles) ((double *) c)[at] = sum;
            else ((float *) c)[at] = (float) sum;
        }
    }
    return 0;
}
