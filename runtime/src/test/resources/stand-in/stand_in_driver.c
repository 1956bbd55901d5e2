/*
 * A stand-in for libcuda.so.1 on machines without a GPU: the functions of the CUDA driver that the
 * runtime calls, on host memory. It is stricter than a driver: it knows every handle and block, and
 * notes what a driver would let pass (a copy from memory that is not pinned, a handle used after it
 * was destroyed). By default work of streams runs as late as any order allows, so that a missing
 * wait shows as wrong numbers.
 *
 * A module's image is one of
 *   - text: the line "einkorn stand-in module", then a line "kernel NAME BYTES..." for each kernel
 *     with the size of each parameter;
 *   - a shared library of this machine that exports, for each kernel,
 *       int einkorn_launch_NAME(const unsigned grid[3], const unsigned block[3], unsigned shared,
 *                               void **params)           0, or a CUresult
 *       const int einkorn_params_NAME[]                  sizes of the parameters, then 0
 *   - a real cubin, whose kernels are known by name only.
 * A kernel of text or cubin runs the function that stand_in_kernel has registered for its name, or
 * does nothing.
 *
 * Faults: stand_in_fail("cuMemAlloc_v2", 2, 2) lets the second call from now on answer 2, once;
 * "run:NAME" fails the run of a kernel instead of the call. The environment variable STAND_IN_FAIL
 * has the same as "FUNCTION:N:RESULT,...". STAND_IN_DEVICES is the number of devices, 1 if unset;
 * STAND_IN_MODE=now runs work at once.
 *
 * With -DSTAND_IN_HEADER=<cuda.h> the compiler checks the signatures against NVIDIA's.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <elf.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#ifdef STAND_IN_HEADER
#include STAND_IN_HEADER
#define ATTRIBUTE CUdevice_attribute
#define FUNCTION_ATTRIBUTE CUfunction_attribute
#define JIT_OPTION CUjit_option
#else
typedef int CUresult;
typedef int CUdevice;
typedef unsigned long long CUdeviceptr;
typedef struct CUctx_st *CUcontext;
typedef struct CUmod_st *CUmodule;
typedef struct CUfunc_st *CUfunction;
typedef struct CUstream_st *CUstream;
typedef struct CUevent_st *CUevent;
#define ATTRIBUTE int
#define FUNCTION_ATTRIBUTE int
#define JIT_OPTION unsigned int
#define cuDeviceTotalMem cuDeviceTotalMem_v2
#define cuDevicePrimaryCtxRelease cuDevicePrimaryCtxRelease_v2
#define cuMemAlloc cuMemAlloc_v2
#define cuMemFree cuMemFree_v2
#define cuMemGetInfo cuMemGetInfo_v2
#define cuMemAllocHost cuMemAllocHost_v2
#define cuMemcpyHtoDAsync cuMemcpyHtoDAsync_v2
#define cuMemcpyDtoHAsync cuMemcpyDtoHAsync_v2
#define cuStreamDestroy cuStreamDestroy_v2
#define cuEventElapsedTime cuEventElapsedTime_v2
#define cuEventDestroy cuEventDestroy_v2
#endif

#include "stand_in_state.h"
#include "stand_in_modules.h"

/* ---- The tests' own functions ---------------------------------------------------------------- */

void stand_in_fail(const char *function, int nth, int result) {
  pthread_mutex_lock(&mutex);
  for (int i = 0; i < MOST_FAULTS; i++) {
    if (faults[i].calls_left <= 0) {
      snprintf(faults[i].function, NAME, "%s", function);
      faults[i].calls_left = nth;
      faults[i].result = result;
      break;
    }
  }
  pthread_mutex_unlock(&mutex);
}

/* Registers what runs a kernel: run({grid 3, block 3, shared}, params) gives 0 or a CUresult. */
void stand_in_kernel(const char *name, int (*run)(const unsigned *, void **)) {
  pthread_mutex_lock(&mutex);
  int slot = -1;
  for (int i = MOST_KERNELS - 1; i >= 0; i--) {
    if (!kernels[i].run || strcmp(kernels[i].name, name) == 0) slot = i;
  }
  for (int i = 0; i < MOST_KERNELS; i++) {
    if (kernels[i].run && strcmp(kernels[i].name, name) == 0) slot = i;
  }
  if (slot >= 0) {
    snprintf(kernels[slot].name, NAME, "%s", name);
    kernels[slot].run = run;
  }
  pthread_mutex_unlock(&mutex);
}

/* How many of a kind ("stream", ..., or "context") are not released. */
long stand_in_live(const char *kind) {
  long count = 0;
  pthread_mutex_lock(&mutex);
  for (struct object *it = live; it; it = it->next) count += !strcmp(kind, KIND_NAMES[it->kind]);
  for (int i = 0; i < MOST_DEVICES; i++) count += !strcmp(kind, "context") * contexts[i].retained;
  pthread_mutex_unlock(&mutex);
  return count;
}

/* How often a function was called since the last reset. */
long stand_in_calls(const char *function) {
  for (int i = 0; i < MOST_KERNELS; i++) {
    if (calls[i].count > 0 && strcmp(calls[i].name, function) == 0) return calls[i].count;
  }
  return 0;
}

long stand_in_launches(void) { return launches; }

/* One line for each use that a driver need not refuse but nobody should rely on. */
const char *stand_in_violations(void) { return violations; }

void stand_in_mode(int as_late_as_possible) { late = as_late_as_possible; }

void stand_in_memory(long bytes) { memory_limit = bytes; }

/* Forgets faults, counts and violations; what is live stays. */
void stand_in_reset(void) {
  pthread_mutex_lock(&mutex);
  memset(faults, 0, sizeof faults);
  memset(kernels, 0, sizeof kernels);
  memset(calls, 0, sizeof calls);
  violations[0] = 0;
  launches = 0;
  late = 1;
  memory_limit = (size_t)1 << 30;
  pthread_mutex_unlock(&mutex);
}

/* ---- The driver's ---------------------------------------------------------------------------- */

CUresult cuInit(unsigned int flags) {
  BEGIN(0)
  const char *count = getenv("STAND_IN_DEVICES"), *mode = getenv("STAND_IN_MODE");
  const char *fail = getenv("STAND_IN_FAIL");
  if (count) devices = atoi(count) < MOST_DEVICES ? atoi(count) : MOST_DEVICES;
  if (mode) late = strcmp(mode, "now") != 0;
  while (fail && *fail && !initialized) {
    char function[NAME];
    int length = 0, nth = 0, code = 0;
    /* The name of a kernel's run has a colon too. */
    int fields = sscanf(fail, "run:%100[^:,]:%d:%d%n", function + 4, &nth, &code, &length);
    if (fields == 3) memcpy(function, "run:", 4);
    else fields = sscanf(fail, "%100[^:,]:%d:%d%n", function, &nth, &code, &length);
    if (fields != 3) break;
    stand_in_fail(function, nth, code);
    fail += length + (fail[length] == ',');
  }
  if (flags != 0) FAIL(INVALID_VALUE);
  if (devices == 0) FAIL(NO_DEVICE);
  initialized = 1;
  END
}

CUresult cuDriverGetVersion(int *version) {
  *version = 13000;
  return OK;
}

CUresult cuGetErrorName(CUresult error, const char **text) {
  static const struct { int code; const char *name; } names[] = {
      {1, "CUDA_ERROR_INVALID_VALUE"},     {2, "CUDA_ERROR_OUT_OF_MEMORY"},
      {100, "CUDA_ERROR_NO_DEVICE"},       {200, "CUDA_ERROR_INVALID_IMAGE"},
      {201, "CUDA_ERROR_INVALID_CONTEXT"}, {209, "CUDA_ERROR_NO_BINARY_FOR_GPU"},
      {400, "CUDA_ERROR_INVALID_HANDLE"},  {500, "CUDA_ERROR_NOT_FOUND"},
      {700, "CUDA_ERROR_ILLEGAL_ADDRESS"}, {701, "CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES"},
      {719, "CUDA_ERROR_LAUNCH_FAILED"},
  };
  *text = NULL;
  for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
    if (names[i].code == (int)error) *text = names[i].name;
  }
  return *text ? OK : INVALID_VALUE;
}

CUresult cuDeviceGetCount(int *count) {
  BEGIN(0)
  *count = devices;
  END
}

CUresult cuDeviceGet(CUdevice *device, int ordinal) {
  BEGIN(0)
  if (ordinal < 0 || ordinal >= devices) FAIL(INVALID_DEVICE);
  *device = ordinal;
  END
}

CUresult cuDeviceGetName(char *name, int length, CUdevice device) {
  BEGIN(0)
  snprintf(name, length, "stand-in %d", device);
  END
}

CUresult cuDeviceTotalMem(size_t *bytes, CUdevice device) {
  BEGIN(0)
  (void)device;
  *bytes = memory_limit;
  END
}

/* An H100's figures. */
CUresult cuDeviceGetAttribute(int *value, ATTRIBUTE attribute, CUdevice device) {
  BEGIN(0)
  (void)device;
  switch ((int)attribute) {
    case 13: *value = 1980000; break;
    case 16: *value = 132; break;
    case 38: *value = 50 << 20; break;
    case 39: *value = 2048; break;
    case 75: *value = 9; break;
    case 76: *value = 0; break;
    case 81: *value = 233472; break;
    case 82: *value = 65536; break;
    case 97: *value = 232448; break;
    default: FAIL(INVALID_VALUE);
  }
  END
}

CUresult cuDevicePrimaryCtxRetain(CUcontext *context, CUdevice device) {
  BEGIN(0)
  if (!initialized) FAIL(NOT_INITIALIZED);
  if (device < 0 || device >= devices) FAIL(INVALID_DEVICE);
  contexts[device].device = device;
  contexts[device].retained++;
  *context = &contexts[device];
  END
}

CUresult cuDevicePrimaryCtxRelease(CUdevice device) {
  BEGIN(0)
  CUcontext context = &contexts[device];
  if (context->retained == 0) FAIL(INVALID_CONTEXT);
  if (--context->retained == 0) {
    /* All that was in it goes, which a working program has released before. */
    for (struct object **it = &live; *it;) {
      if ((*it)->context != context) {
        it = &(*it)->next;
      } else {
        if (context->error == OK) violation("a %s was left to its context", KIND_NAMES[(*it)->kind]);
        if ((*it)->kind == MEMORY) memory_used -= ((struct block *)*it)->bytes;
        *it = (*it)->next;
      }
    }
    context->error = OK;
  }
  END
}

CUresult cuCtxSetCurrent(CUcontext context) {
  BEGIN(0)
  if (context && !context->retained) FAIL(INVALID_CONTEXT);
  current = context;
  END
}

CUresult cuCtxSynchronize(void) {
  BEGIN(1)
  run_all(current);
  result = current->error;
  END
}

CUresult cuMemAlloc(CUdeviceptr *address, size_t bytes) {
  BEGIN(1)
  if (bytes == 0) FAIL(INVALID_VALUE);
  if (memory_used + bytes > memory_limit) FAIL(OUT_OF_MEMORY);
  struct block *block = make(MEMORY, sizeof *block);
  block->address = aligned_alloc(256, (bytes + 255) / 256 * 256);
  block->bytes = bytes;
  memset(block->address, 0xAB, bytes);
  memory_used += bytes;
  *address = (CUdeviceptr)(uintptr_t)block->address;
  END
}

CUresult cuMemFree(CUdeviceptr address) {
  BEGIN(1)
  run_all(current);
  struct block *block = block_of(MEMORY, (void *)(uintptr_t)address, 1);
  if (!block || block->address != (char *)(uintptr_t)address) {
    violation("freed %p, which is no block of memory", (void *)(uintptr_t)address);
    FAIL(INVALID_VALUE);
  }
  memory_used -= block->bytes;
  memset(block->address, 0xCD, block->bytes);
  free(block->address);
  drop(block);
  free(block);
  END
}

CUresult cuMemGetInfo(size_t *free_bytes, size_t *total) {
  BEGIN(1)
  *free_bytes = memory_limit - memory_used;
  *total = memory_limit;
  END
}

CUresult cuMemAllocHost(void **address, size_t bytes) {
  BEGIN(1)
  struct block *block = make(PINNED, sizeof *block);
  block->address = aligned_alloc(4096, (bytes + 4095) / 4096 * 4096);
  block->bytes = bytes;
  *address = block->address;
  END
}

CUresult cuMemFreeHost(void *address) {
  BEGIN(1)
  struct block *block = block_of(PINNED, address, 1);
  if (!block || block->address != address) FAIL(INVALID_VALUE);
  for (struct object *it = live; it; it = it->next) {
    if (it->kind == STREAM && ((CUstream)it)->first) violation("pinned memory freed during work");
  }
  free(block->address);
  drop(block);
  free(block);
  END
}

static CUresult copy(CUstream stream, int kind, void *to, const void *from, size_t bytes) {
  const void *on_device = kind == UPLOAD ? to : from, *on_host = kind == UPLOAD ? from : to;
  if (!is_live(stream, STREAM)) return INVALID_HANDLE;
  if (!block_of(MEMORY, on_device, bytes)) return INVALID_VALUE;
  if (!block_of(PINNED, on_host, bytes)) violation("a copy of memory that is not pinned");
  struct operation *it = enqueue(stream, kind);
  it->to = to;
  it->from = from;
  it->bytes = bytes;
  enqueued(stream);
  return OK;
}

CUresult cuMemcpyHtoDAsync(CUdeviceptr to, const void *from, size_t bytes, CUstream stream) {
  BEGIN(1)
  result = copy(stream, UPLOAD, (void *)(uintptr_t)to, from, bytes);
  END
}

CUresult cuMemcpyDtoHAsync(void *to, CUdeviceptr from, size_t bytes, CUstream stream) {
  BEGIN(1)
  result = copy(stream, DOWNLOAD, to, (void *)(uintptr_t)from, bytes);
  END
}

CUresult cuMemsetD8Async(CUdeviceptr to, unsigned char value, size_t bytes, CUstream stream) {
  BEGIN(1)
  if (!is_live(stream, STREAM)) FAIL(INVALID_HANDLE);
  if (!block_of(MEMORY, (void *)(uintptr_t)to, bytes)) FAIL(INVALID_VALUE);
  struct operation *it = enqueue(stream, FILL);
  it->to = (void *)(uintptr_t)to;
  it->value = value;
  it->bytes = bytes;
  enqueued(stream);
  END
}

CUresult cuStreamCreate(CUstream *stream, unsigned int flags) {
  BEGIN(1)
  if (flags > 1) FAIL(INVALID_VALUE);
  *stream = make(STREAM, sizeof **stream);
  END
}

CUresult cuStreamSynchronize(CUstream stream) {
  BEGIN(1)
  if (!is_live(stream, STREAM)) FAIL(INVALID_HANDLE);
  run_until(stream, NULL);
  result = current->error;
  END
}

CUresult cuStreamDestroy(CUstream stream) {
  BEGIN(1)
  if (!is_live(stream, STREAM)) FAIL(INVALID_HANDLE);
  run_until(stream, NULL);
  drop(stream);
  END
}

CUresult cuStreamWaitEvent(CUstream stream, CUevent event, unsigned int flags) {
  BEGIN(1)
  if (!is_live(stream, STREAM) || !is_live(event, EVENT)) FAIL(INVALID_HANDLE);
  if (flags > 1) FAIL(INVALID_VALUE);
  if (event->ticket) {
    enqueue(stream, WAIT)->ticket = event->ticket;
    enqueued(stream);
  }
  END
}

CUresult cuEventCreate(CUevent *event, unsigned int flags) {
  BEGIN(1)
  *event = make(EVENT, sizeof **event);
  (*event)->timing = !(flags & 2);
  END
}

CUresult cuEventRecord(CUevent event, CUstream stream) {
  BEGIN(1)
  if (!is_live(stream, STREAM) || !is_live(event, EVENT)) FAIL(INVALID_HANDLE);
  /* Waits keep the ticket that they were given; so few are made that none is freed. */
  event->ticket = calloc(1, sizeof *event->ticket);
  event->ticket->stream = stream;
  enqueue(stream, RECORD)->ticket = event->ticket;
  enqueued(stream);
  END
}

CUresult cuEventSynchronize(CUevent event) {
  BEGIN(1)
  if (!is_live(event, EVENT)) FAIL(INVALID_HANDLE);
  if (event->ticket && !event->ticket->done) run_until(event->ticket->stream, event->ticket);
  result = current->error;
  END
}

CUresult cuEventElapsedTime(float *milliseconds, CUevent start, CUevent end) {
  BEGIN(1)
  if (!is_live(start, EVENT) || !is_live(end, EVENT)) FAIL(INVALID_HANDLE);
  if (!start->timing || !end->timing || !start->ticket || !end->ticket) FAIL(INVALID_HANDLE);
  if (!start->ticket->done || !end->ticket->done) FAIL(NOT_READY);
  *milliseconds = (float)(end->ticket->time - start->ticket->time);
  END
}

CUresult cuEventDestroy(CUevent event) {
  BEGIN(1)
  if (!is_live(event, EVENT)) FAIL(INVALID_HANDLE);
  drop(event);
  free(event);
  END
}

CUresult cuModuleLoadDataEx(CUmodule *module, const void *image, unsigned int count,
                            JIT_OPTION *options, void **values) {
  BEGIN(1)
  static const char text[] = "einkorn stand-in module\n";
  const Elf64_Ehdr *elf = image;
  struct CUmod_st *made = make(MODULE, sizeof *made);
  if (memcmp(image, text, sizeof text - 1) == 0) result = read_text(made, image);
  else if (memcmp(image, ELFMAG, SELFMAG) != 0) result = INVALID_IMAGE;
  else if (elf->e_machine == 190) result = read_cubin(made, image);
  else result = read_library(made, image);
  if (result != OK) {
    drop(made);
    for (unsigned i = 0; i + 1 < count; i++) {
      if (options[i] == 5 && options[i + 1] == 6) {
        snprintf(values[i], (size_t)values[i + 1], "stand-in: this is no image");
      }
    }
  } else {
    *module = made;
  }
  END
}

CUresult cuModuleUnload(CUmodule module) {
  BEGIN(1)
  if (!is_live(module, MODULE)) FAIL(INVALID_HANDLE);
  for (struct object *it = live; it; it = it->next) {
    for (struct operation *o = it->kind == STREAM ? ((CUstream)it)->first : NULL; o; o = o->next) {
      if (o->kind == LAUNCH && o->function->module == module) violation("unloaded during work");
    }
  }
  drop(module);
  END
}

CUresult cuModuleGetFunction(CUfunction *function, CUmodule module, const char *name) {
  BEGIN(1)
  if (!is_live(module, MODULE)) FAIL(INVALID_HANDLE);
  *function = NULL;
  for (struct CUfunc_st *it = module->functions; it; it = it->next) {
    if (strcmp(it->name, name) == 0) *function = it;
  }
  if (!*function && module->library) {
    char symbol[NAME + 32];
    snprintf(symbol, sizeof symbol, "einkorn_launch_%s", name);
    void *launch = dlsym(module->library, symbol);
    snprintf(symbol, sizeof symbol, "einkorn_params_%s", name);
    const int *sizes = dlsym(module->library, symbol);
    if (launch && sizes) {
      *function = add_function(module, name, strlen(name));
      memcpy(&(*function)->launch, &launch, sizeof launch);
      (*function)->sizes_known = 1;
      while ((*function)->count < MOST_PARAMS && sizes[(*function)->count]) {
        (*function)->sizes[(*function)->count] = sizes[(*function)->count];
        (*function)->count++;
      }
    }
  }
  if (!*function) FAIL(NOT_FOUND);
  END
}

CUresult cuFuncSetAttribute(CUfunction function, FUNCTION_ATTRIBUTE attribute, int value) {
  BEGIN(1)
  if (attribute != 8 || value > 232448) FAIL(INVALID_VALUE);
  function->dynamic_shared = value;
  END
}

CUresult cuFuncGetAttribute(int *value, FUNCTION_ATTRIBUTE attribute, CUfunction function) {
  BEGIN(1)
  switch ((int)attribute) {
    case 0: *value = 1024; break;
    case 1: *value = 0; break;
    case 3: *value = 0; break;
    case 4: *value = 32; break;
    case 8: *value = function->dynamic_shared; break;
    default: FAIL(INVALID_VALUE);
  }
  END
}

CUresult cuFuncGetParamInfo(CUfunction function, size_t index, size_t *offset, size_t *size) {
  BEGIN(1)
  if (!function->sizes_known) FAIL(NOT_SUPPORTED);
  if (index >= (size_t)function->count) FAIL(INVALID_VALUE);
  *offset = 8 * index;
  *size = function->sizes[index];
  END
}

CUresult cuOccupancyMaxActiveBlocksPerMultiprocessor(int *blocks, CUfunction function, int threads,
                                                     size_t dynamic_shared) {
  BEGIN(1)
  if (!is_live(function->module, MODULE)) FAIL(INVALID_HANDLE);
  *blocks = 2048 / threads;
  if (dynamic_shared && (int)(233472 / dynamic_shared) < *blocks) *blocks = 233472 / dynamic_shared;
  END
}

CUresult cuLaunchKernel(CUfunction function, unsigned int grid_x, unsigned int grid_y,
                        unsigned int grid_z, unsigned int block_x, unsigned int block_y,
                        unsigned int block_z, unsigned int shared, CUstream stream, void **params,
                        void **extra) {
  BEGIN(1)
  if (!is_live(stream, STREAM) || !is_live(function->module, MODULE) || extra) {
    FAIL(INVALID_HANDLE);
  }
  if (block_x * block_y * block_z > 1024 || !grid_x || !grid_y || !grid_z) FAIL(INVALID_VALUE);
  if ((int)shared > function->dynamic_shared) FAIL(INVALID_VALUE);
  struct operation *it = enqueue(stream, LAUNCH);
  it->function = function;
  memcpy(it->grid, (unsigned[]){grid_x, grid_y, grid_z}, sizeof it->grid);
  memcpy(it->block, (unsigned[]){block_x, block_y, block_z}, sizeof it->block);
  it->shared = shared;
  /* Values are copied at the call, as a driver does. */
  for (int i = 0; i < function->count; i++) memcpy(it->params[i], params[i], function->sizes[i]);
  enqueued(stream);
  END
}
