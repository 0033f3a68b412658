// A cuBLAS without a GPU: what JCublas needs to make a handle and to ask for the version. VERSION is which.

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
