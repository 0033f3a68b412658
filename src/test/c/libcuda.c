// A libcuda.so.1 without a GPU: enough of the CUDA driver API for JCudaDriver to run on, through the real JCuda.
//
// Device memory is host memory, work is done when it is queued, kernels are only written down. What is checked: the
// context is current, handles are alive, copies stay inside allocations, and kernels are given no memory that was freed.
// Each allocation ends where a page that cannot be accessed begins, and cannot be accessed itself once it is freed, nor is
// its address used again: whoever touches it late, crashes. A stream that is captured records launches, and a replay writes
// them down and checks them again; what would break a capture does, with CUDA's error.
//
// LOGITOPS_STUB_LOG     file that calls and their arguments are appended to; a launch with its kernel's arguments,
//                       whose types are the letters after the last '_' of its name: p(ointer) i(nt32) l(ong)
//                       d(ouble), fields of a struct unless the PTX declares several parameters; the release of
//                       a context with the number of things not given back
// LOGITOPS_STUB_DEVICE  "<devices> <major> <minor> [<name>]", else one device of compute capability 9.0
// LOGITOPS_STUB_CLUSTER blocks of a cluster that the device takes, else 16
//
// The calls cuInit(flags != 0), which fail on a real driver, are for tests and do not count as calls:
//   cuInit(n << 16 | code)  the n-th call from now on returns this code and does nothing
//   cuInit(1)               999 if that call has come, else 0

// clang-format off: a call that fits is one line.

#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { SUCCESS, INVALID_VALUE, OUT_OF_MEMORY, NO_DEVICE = 100, INVALID_CONTEXT = 201, INVALID_PTX = 218,
       INVALID_HANDLE = 400, NOT_FOUND = 500, ILLEGAL_ADDRESS = 700, CAPTURE_UNSUPPORTED = 900,
       CAPTURE_INVALIDATED = 901, CAPTURE_ISOLATION = 905, CAPTURED_EVENT = 907, INVALID_CLUSTER_SIZE = 912,
       UNKNOWN = 999 };
typedef enum { GONE, DEVICE_MEMORY, HOST_MEMORY, STREAM, EVENT, MODULE, FUNCTION, GRAPH, GRAPH_EXEC } Kind;
#define WORDS 512 // that CUDA passes to a kernel at most
typedef struct Record { // of a launch
    struct Record *next;
    char name[100];
    int words; // of its arguments that are addresses
    uintptr_t addresses[WORDS];
} Record;
typedef enum { NOT_CAPTURED, CAPTURED, BROKEN } Capture;
typedef struct Thing {
    struct Thing *next;
    Kind kind;
    size_t bytes;
    char *memory; // for memory, what its handle is; otherwise the Thing itself is
    char name[100];
    char *ptx;       // of a module
    int parameters;  // of a function; 0 if it takes a struct
    uint64_t wide;   // which of them, bit by bit, have 64 bits
    int words;       // of 8 bytes, of the struct that a function takes
    unsigned cluster, mostCluster; // blocks that a function's clusters have, and may have
    Capture capture; // of a stream, and of an event that was recorded there
    pthread_t by;    // which thread captures the stream
    Record *records; // of a stream that is captured, and of a graph
} Thing;

#define GIB ((size_t) 1 << 30)
#define ARENA_BYTES (GIB << 10)
#define PAGE ((size_t) 4096)
#define SHARED_BYTES 232448 // that a block can have
#define OWN_SHARED_BYTES 768 // of every kernel
#define PORTABLE_CLUSTER 8

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static Thing *things;
static char *arena, *arenaEnd, *arenaFree; // all memory there ever was lies in one piece
static int retained, calls, failAt, failCode;
static int devices = 1, major = 9, minor = 0;
static unsigned deviceCluster = 16;
static char deviceName[80] = "Stub";
static FILE *logFile;
static char primary; // its address is the context's handle
static __thread void *stack[16];
static __thread int depth;

static void *current(void) { return depth ? stack[depth - 1] : NULL; }

__attribute__((constructor)) static void configure(void) {
    const char *path = getenv("LOGITOPS_STUB_LOG"), *device = getenv("LOGITOPS_STUB_DEVICE");
    const char *cluster = getenv("LOGITOPS_STUB_CLUSTER");
    if (cluster) deviceCluster = (unsigned) atoi(cluster);
    if (path) logFile = fopen(path, "a");
    if (device) sscanf(device, "%d %d %d %79[^\n]", &devices, &major, &minor, deviceName);
    arena = arenaFree = mmap(NULL, ARENA_BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (arena == MAP_FAILED) abort();
    arenaEnd = arena + ARENA_BYTES;
}

static void note(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    if (logFile) vfprintf(logFile, format, arguments);
    va_end(arguments);
}

// Every call is ENTER(...) ... LEAVE(code).
#define ENTER(...)             \
    pthread_mutex_lock(&lock); \
    note(__VA_ARGS__);         \
    if (++calls == failAt) LEAVE(failCode)
#define LEAVE(code) return leave(code)
#define REQUIRE(condition, code) if (!(condition)) LEAVE(code)
// The same, for calls that need the context to be current.
#define ENTER_CURRENT(...) \
    ENTER(__VA_ARGS__);    \
    REQUIRE(retained > 0 && current() == &primary, INVALID_CONTEXT)

static int leave(int code) {
    note(code ? " -> %d\n" : "\n", code);
    if (logFile) fflush(logFile);
    pthread_mutex_unlock(&lock);
    return code;
}

static void *handleOf(Thing *thing) { return thing->memory ? (void *) thing->memory : thing; }

static char *firstPage(const char *memory) { return (char *) ((uintptr_t) memory & ~(PAGE - 1)); }

static char *newMemory(size_t bytes) {
    size_t padded = (bytes + 255) / 256 * 256, pages = (padded + PAGE - 1) / PAGE * PAGE;
    if (pages + PAGE > (size_t) (arenaEnd - arenaFree) || mprotect(arenaFree, pages, PROT_READ | PROT_WRITE)) abort();
    char *memory = arenaFree + pages - padded;
    arenaFree += pages + PAGE;
    return memory;
}

static void freeMemory(const Thing *gone) {
    char *start = firstPage(gone->memory);
    size_t bytes = (size_t) (gone->memory - start) + (gone->bytes + 255) / 256 * 256;
    if (madvise(start, bytes, MADV_DONTNEED) || mprotect(start, bytes, PROT_NONE)) abort();
}

static void *make(Kind kind, size_t bytes, const char *name) {
    Thing *thing = calloc(1, sizeof *thing);
    thing->kind = kind;
    thing->bytes = bytes;
    snprintf(thing->name, sizeof thing->name, "%s", name);
    if (kind <= HOST_MEMORY) thing->memory = newMemory(bytes);
    thing->next = things;
    things = thing;
    return handleOf(thing);
}

static Thing **find(Kind kind, const void *handle) {
    Thing **each = &things;
    while (*each && ((*each)->kind != kind || handle != handleOf(*each))) each = &(*each)->next;
    return each;
}

static int alive(Kind kind, const void *handle) {
    int defaultStream = kind == STREAM && !handle;
    return defaultStream || *find(kind, handle) ? SUCCESS : kind <= HOST_MEMORY ? INVALID_VALUE : INVALID_HANDLE;
}

// Whether this thread captures a stream; then that is broken by what a capture does not allow.
static int breakCaptures(void) {
    int broken = 0;
    for (Thing *each = things; each; each = each->next)
        if (each->kind == STREAM && each->capture && pthread_equal(each->by, pthread_self()))
            each->capture = BROKEN, broken = 1;
    return broken;
}

static Capture captureOf(const void *stream) { return stream ? ((const Thing *) stream)->capture : NOT_CAPTURED; }

static int drop(Kind kind, const void *handle) {
    Thing **at = find(kind, handle), *gone = *at;
    if (!gone) return alive(kind, handle);
    *at = gone->next;
    gone->kind = GONE;
    if (gone->memory) freeMemory(gone);
    free(gone->ptx);
    if (kind != FUNCTION) free(gone); // which late launches may still ask for
    return SUCCESS;
}

static Thing *memoryAt(uintptr_t address, size_t bytes) {
    for (Thing *each = things; each; each = each->next)
        if (each->memory && address >= (uintptr_t) each->memory &&
            address + bytes <= (uintptr_t) each->memory + each->bytes) return each;
    return NULL;
}

int cuInit(unsigned flags) {
    if (flags == 1) return failAt > 0 && calls >= failAt ? UNKNOWN : SUCCESS;
    if (flags) {
        calls = 0, failAt = (int) (flags >> 16), failCode = (int) (flags & 0xFFFF);
        return SUCCESS;
    }
    ENTER("cuInit");
    LEAVE(devices ? SUCCESS : NO_DEVICE);
}

int cuDriverGetVersion(int *version) { ENTER("cuDriverGetVersion"); *version = 12060; LEAVE(SUCCESS); }
int cuDeviceGetCount(int *count) { ENTER("cuDeviceGetCount"); *count = devices; LEAVE(SUCCESS); }
int cuDeviceGet(int *device, int ordinal) { ENTER("cuDeviceGet %d", ordinal); *device = ordinal; LEAVE(SUCCESS); }
int cuDeviceGetName(char *name, int length, int device) {
    ENTER("cuDeviceGetName %d", device);
    snprintf(name, (size_t) length, "%s %d", deviceName, device);
    LEAVE(SUCCESS);
}
int cuDeviceTotalMem_v2(size_t *bytes, int device) {
    ENTER("cuDeviceTotalMem %d", device);
    *bytes = GIB;
    LEAVE(SUCCESS);
}
int cuDeviceGetAttribute(int *value, int attribute, int device) {
    ENTER("cuDeviceGetAttribute %d %d", attribute, device);
    REQUIRE(attribute == 75 || attribute == 76 || attribute == 97, INVALID_VALUE);
    *value = attribute == 75 ? major : attribute == 76 ? minor : SHARED_BYTES;
    LEAVE(SUCCESS);
}

int cuDevicePrimaryCtxRetain(void **context, int device) {
    ENTER("cuDevicePrimaryCtxRetain %d", device);
    retained++;
    *context = &primary;
    LEAVE(SUCCESS);
}
int cuDevicePrimaryCtxRelease_v2(int device) {
    ENTER("cuDevicePrimaryCtxRelease %d", device);
    REQUIRE(retained > 0, INVALID_CONTEXT);
    int held = 0;
    for (Thing *each = things; each; each = each->next) held += each->kind != FUNCTION;
    note(" holding %d", held);
    if (--retained == 0)
        while (things) drop(things->kind, handleOf(things)); // everything lives in the context and ends with it
    LEAVE(SUCCESS);
}
int cuCtxGetCurrent(void **context) { ENTER("cuCtxGetCurrent"); *context = current(); LEAVE(SUCCESS); }
int cuCtxPushCurrent_v2(void *context) {
    ENTER("cuCtxPushCurrent");
    REQUIRE(depth < 16, INVALID_CONTEXT);
    stack[depth++] = context;
    LEAVE(SUCCESS);
}
int cuCtxPopCurrent_v2(void **context) {
    ENTER("cuCtxPopCurrent");
    REQUIRE(depth > 0, INVALID_CONTEXT);
    *context = stack[--depth];
    LEAVE(SUCCESS);
}

int cuMemAlloc_v2(void **address, size_t bytes) {
    ENTER_CURRENT("cuMemAlloc %zu", bytes);
    REQUIRE(bytes > 0, INVALID_VALUE);
    REQUIRE(bytes <= GIB, OUT_OF_MEMORY);
    REQUIRE(!breakCaptures(), CAPTURE_UNSUPPORTED);
    *address = make(DEVICE_MEMORY, bytes, "");
    LEAVE(SUCCESS);
}
int cuMemFree_v2(void *address) { ENTER_CURRENT("cuMemFree"); LEAVE(drop(DEVICE_MEMORY, address)); }
int cuMemAllocHost_v2(void **address, size_t bytes) {
    ENTER_CURRENT("cuMemAllocHost %zu", bytes);
    *address = make(HOST_MEMORY, bytes, "");
    LEAVE(SUCCESS);
}
int cuMemFreeHost(void *address) { ENTER_CURRENT("cuMemFreeHost"); LEAVE(drop(HOST_MEMORY, address)); }
static int copy(void *to, const void *from, uintptr_t device, size_t bytes, void *stream) {
    REQUIRE(memoryAt(device, bytes), INVALID_VALUE);
    REQUIRE(!alive(STREAM, stream), INVALID_HANDLE);
    memcpy(to, from, bytes);
    LEAVE(SUCCESS);
}
int cuMemcpyHtoDAsync_v2(void *to, const void *from, size_t bytes, void *stream) {
    ENTER_CURRENT("cuMemcpyHtoDAsync %zu", bytes);
    return copy(to, from, (uintptr_t) to, bytes, stream);
}
int cuMemcpyDtoHAsync_v2(void *to, const void *from, size_t bytes, void *stream) {
    ENTER_CURRENT("cuMemcpyDtoHAsync %zu", bytes);
    return copy(to, from, (uintptr_t) from, bytes, stream);
}
int cuMemcpyDtoDAsync_v2(void *to, const void *from, size_t bytes, void *stream) {
    ENTER_CURRENT("cuMemcpyDtoDAsync %zu", bytes);
    REQUIRE(memoryAt((uintptr_t) from, bytes), INVALID_VALUE);
    return copy(to, from, (uintptr_t) to, bytes, stream);
}
int cuMemsetD8Async(void *to, unsigned char value, size_t bytes, void *stream) {
    ENTER_CURRENT("cuMemsetD8Async %u %zu", value, bytes);
    REQUIRE(memoryAt((uintptr_t) to, bytes), INVALID_VALUE);
    REQUIRE(!alive(STREAM, stream), INVALID_HANDLE);
    memset(to, value, bytes);
    LEAVE(SUCCESS);
}
int cuPointerGetAttribute(void *value, int attribute, uintptr_t address) {
    ENTER_CURRENT("cuPointerGetAttribute %d", attribute);
    Thing *memory = memoryAt(address, 1);
    REQUIRE(memory && (attribute == 3 || attribute == 11 || attribute == 12), INVALID_VALUE);
    *(uint64_t *) value = attribute == 3 ? address : attribute == 11 ? (uintptr_t) memory->memory : memory->bytes;
    LEAVE(SUCCESS);
}
int cuMemGetAddressRange_v2(void **start, size_t *bytes, uintptr_t address) {
    ENTER_CURRENT("cuMemGetAddressRange");
    Thing *memory = memoryAt(address, 1);
    REQUIRE(memory && memory->kind == DEVICE_MEMORY, NOT_FOUND);
    *start = memory->memory;
    *bytes = memory->bytes;
    LEAVE(SUCCESS);
}

int cuStreamCreate(void **stream, unsigned flags) {
    ENTER_CURRENT("cuStreamCreate %u", flags);
    *stream = make(STREAM, 0, "");
    LEAVE(SUCCESS);
}
int cuStreamDestroy_v2(void *stream) { ENTER_CURRENT("cuStreamDestroy"); LEAVE(drop(STREAM, stream)); }
int cuStreamSynchronize(void *stream) {
    ENTER_CURRENT("cuStreamSynchronize");
    REQUIRE(!alive(STREAM, stream), INVALID_HANDLE);
    REQUIRE(!captureOf(stream) || !breakCaptures(), CAPTURE_UNSUPPORTED);
    LEAVE(SUCCESS);
}
int cuEventCreate(void **event, unsigned flags) {
    ENTER_CURRENT("cuEventCreate %u", flags);
    *event = make(EVENT, 0, "");
    LEAVE(SUCCESS);
}
int cuEventDestroy_v2(void *event) { ENTER_CURRENT("cuEventDestroy"); LEAVE(drop(EVENT, event)); }
int cuEventRecord(Thing *event, void *stream) {
    ENTER_CURRENT("cuEventRecord");
    REQUIRE(!alive(EVENT, event) && !alive(STREAM, stream), INVALID_HANDLE);
    event->capture = captureOf(stream);
    LEAVE(SUCCESS);
}
static int eventDone(const Thing *event) {
    REQUIRE(!alive(EVENT, event), INVALID_HANDLE);
    LEAVE(event->capture ? CAPTURED_EVENT : SUCCESS);
}
int cuEventQuery(Thing *event) { ENTER_CURRENT("cuEventQuery"); return eventDone(event); }
int cuEventSynchronize(Thing *event) { ENTER_CURRENT("cuEventSynchronize"); return eventDone(event); }

int cuEventElapsedTime(float *millis, void *start, void *end) {
    ENTER_CURRENT("cuEventElapsedTime");
    *millis = 2.5f;
    LEAVE(alive(EVENT, start) || alive(EVENT, end) ? INVALID_HANDLE : SUCCESS);
}

int cuStreamGetCtx(void *stream, void **context) {
    ENTER_CURRENT("cuStreamGetCtx");
    *context = &primary;
    LEAVE(alive(STREAM, stream));
}
int cuStreamWaitEvent(void *stream, Thing *event, unsigned flags) {
    ENTER_CURRENT("cuStreamWaitEvent %u", flags);
    REQUIRE(!alive(EVENT, event) && !alive(STREAM, stream), INVALID_HANDLE);
    REQUIRE(!captureOf(stream) || event->capture || !breakCaptures(), CAPTURE_ISOLATION);
    LEAVE(SUCCESS);
}

int cuStreamBeginCapture_v2(Thing *stream, int mode) {
    ENTER_CURRENT("cuStreamBeginCapture %d", mode);
    REQUIRE(stream && !alive(STREAM, stream), INVALID_HANDLE);
    REQUIRE(!stream->capture, CAPTURE_UNSUPPORTED);
    stream->capture = CAPTURED, stream->by = pthread_self();
    LEAVE(SUCCESS);
}
int cuStreamIsCapturing(void *stream, int *status) {
    ENTER_CURRENT("cuStreamIsCapturing");
    REQUIRE(!alive(STREAM, stream), INVALID_HANDLE);
    *status = captureOf(stream);
    LEAVE(SUCCESS);
}
int cuStreamEndCapture(Thing *stream, void **graph) {
    ENTER_CURRENT("cuStreamEndCapture");
    REQUIRE(!alive(STREAM, stream), INVALID_HANDLE);
    Capture ended = stream->capture;
    Record *records = stream->records;
    stream->capture = NOT_CAPTURED, stream->records = NULL;
    REQUIRE(ended == CAPTURED, CAPTURE_INVALIDATED);
    *graph = make(GRAPH, 0, "");
    ((Thing *) *graph)->records = records;
    LEAVE(SUCCESS);
}
int cuGraphInstantiateWithFlags(void **exec, Thing *graph, unsigned long long flags) {
    ENTER_CURRENT("cuGraphInstantiate %llu", flags);
    REQUIRE(!alive(GRAPH, graph), INVALID_VALUE);
    *exec = make(GRAPH_EXEC, 0, "");
    ((Thing *) *exec)->records = graph->records;
    LEAVE(SUCCESS);
}
int cuGraphDestroy(void *graph) { ENTER_CURRENT("cuGraphDestroy"); LEAVE(drop(GRAPH, graph)); }
int cuGraphExecDestroy(void *exec) { ENTER_CURRENT("cuGraphExecDestroy"); LEAVE(drop(GRAPH_EXEC, exec)); }
static int allAlive(const Record *launch) {
    for (int i = 0; i < launch->words; i++)
        if (!memoryAt(launch->addresses[i], 1)) return 0;
    return 1;
}
int cuGraphLaunch(Thing *exec, void *stream) {
    ENTER_CURRENT("cuGraphLaunch");
    REQUIRE(!alive(GRAPH_EXEC, exec) && !alive(STREAM, stream), INVALID_VALUE);
    for (const Record *each = exec->records; each; each = each->next) {
        note(" %s", each->name);
        REQUIRE(allAlive(each), ILLEGAL_ADDRESS);
    }
    LEAVE(SUCCESS);
}

// What the PTX says of a kernel's clusters and parameters, if it has the kernel.
static void readHead(Thing *function, const char *ptx) {
    char head[120];
    snprintf(head, sizeof head, ".entry %s(", function->name);
    const char *each = strstr(ptx, head), *end = each ? strchr(each, ')') : NULL;
    const char *cluster = end ? strstr(end, ".reqnctapercluster ") : NULL, *body = end ? strchr(end, '{') : NULL;
    function->cluster = 1, function->mostCluster = PORTABLE_CLUSTER;
    if (cluster && cluster < body) sscanf(cluster, ".reqnctapercluster %u", &function->cluster);
    while (each && (each = strstr(each + 1, ".param ")) && each < end) {
        int bytes = 0;
        if (sscanf(each, ".param .align %*d .b8 %*[^[][%d]", &bytes) == 1) {
            function->words = bytes / 8;
            return;
        }
        if (!strncmp(each, ".param .u64", 11)) function->wide |= (uint64_t) 1 << function->parameters;
        function->parameters++;
    }
}

int cuModuleLoadDataEx(void **module, const char *image, unsigned count, const int *options, void **values) {
    ENTER_CURRENT("cuModuleLoadDataEx %zu", strlen(image));
    REQUIRE(!breakCaptures(), CAPTURE_UNSUPPORTED);
    if (strncmp(image, ".version", 8)) {
        for (unsigned i = 0; i + 1 < count; i++) // CU_JIT_ERROR_LOG_BUFFER, then its size
            if (options[i] == 5) snprintf(values[i], (size_t) values[i + 1], "ptxas fatal\n  line 1: '%.20s'\n", image);
        LEAVE(INVALID_PTX);
    }
    *module = make(MODULE, 0, "");
    ((Thing *) *module)->ptx = strdup(image);
    LEAVE(SUCCESS);
}
int cuModuleUnload(void *module) { ENTER_CURRENT("cuModuleUnload"); LEAVE(drop(MODULE, module)); }
int cuModuleGetFunction(void **function, void *module, const char *name) {
    ENTER_CURRENT("cuModuleGetFunction %s", name);
    REQUIRE(!alive(MODULE, module), INVALID_HANDLE);
    REQUIRE(strncmp(name, "missing", 7), NOT_FOUND);
    *function = make(FUNCTION, 0, name);
    readHead(*function, ((Thing *) module)->ptx);
    LEAVE(SUCCESS);
}
int cuFuncGetAttribute(int *value, int attribute, Thing *function) {
    ENTER_CURRENT("cuFuncGetAttribute %d %s", attribute, function->name);
    REQUIRE(attribute == 1, INVALID_VALUE);
    *value = OWN_SHARED_BYTES;
    LEAVE(SUCCESS);
}
int cuFuncSetAttribute(Thing *function, int attribute, int value) {
    ENTER_CURRENT("cuFuncSetAttribute %d %d %s", attribute, value, function->name);
    REQUIRE(attribute == 8 ? value <= SHARED_BYTES - OWN_SHARED_BYTES : attribute == 14, INVALID_VALUE);
    if (attribute == 14) function->mostCluster = value ? deviceCluster : PORTABLE_CLUSTER;
    LEAVE(SUCCESS);
}
// Counts as an address if it is one of memory that there ever was.
static void addWord(Record *launch, const void *word) {
    uintptr_t address = *(const uintptr_t *) word;
    int isMemory = address >= (uintptr_t) arena && address < (uintptr_t) arenaFree;
    if (isMemory && launch->words < WORDS) launch->addresses[launch->words++] = address;
}
static void noteArguments(const Thing *function, void **parameters) {
    const char *types = strrchr(function->name, '_') + 1;
    size_t offset = 0; // in the struct
    for (size_t i = 0; logFile && types[i]; i++) {
        size_t bytes = types[i] == 'i' ? 4 : 8;
        offset = (offset + bytes - 1) / bytes * bytes;
        const void *at = function->parameters ? parameters[i] : (char *) parameters[0] + offset;
        if (types[i] == 'i') note(" %d", *(const int32_t *) at);
        else if (types[i] == 'd') note(" %a", *(const double *) at);
        else note(types[i] == 'p' ? " 0x%lx" : " %ld", *(const int64_t *) at);
        offset += bytes;
    }
}
int cuLaunchKernel(Thing *function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
                   unsigned shared, void *stream, void **parameters, void **extra) {
    ENTER_CURRENT("cuLaunchKernel");
    REQUIRE(function->kind == FUNCTION, INVALID_HANDLE);
    note(" %s %u %u %u %u %u %u %u%s", function->name, gx, gy, gz, bx, by, bz, shared, extra ? " extra" : "");
    REQUIRE(!alive(STREAM, stream), INVALID_HANDLE);
    REQUIRE(gx % function->cluster == 0, INVALID_VALUE);
    REQUIRE(function->cluster <= deviceCluster && function->cluster <= function->mostCluster, INVALID_CLUSTER_SIZE);
    Record launch; // large: not to be cleared for every launch
    launch.next = NULL, launch.words = 0;
    for (int i = 0; i < function->parameters; i++)
        if (function->wide >> i & 1) addWord(&launch, parameters[i]);
    for (int i = 0; i < function->words; i++) addWord(&launch, (uintptr_t *) parameters[0] + i);
    int valid = allAlive(&launch);
    if (captureOf(stream)) {
        note(" recorded");
        snprintf(launch.name, sizeof launch.name, "%s", function->name);
        Record **last = &((Thing *) stream)->records;
        while (*last) last = &(*last)->next;
        *last = malloc(sizeof launch);
        **last = launch;
    }
    REQUIRE(valid, ILLEGAL_ADDRESS);
    noteArguments(function, parameters);
    REQUIRE(bx <= 1024, INVALID_VALUE);
    LEAVE(SUCCESS);
}
