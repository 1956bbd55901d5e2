// Runs the blocks of a launch one after the other and the threads of a block as fibers. A warp runs
// as far as it can before the next one does, in one of three orders: what depends on the order is a
// race. What a GPU would hang on is reported.
#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

struct cuda_dim {
  unsigned x, y, z;
};

extern "C" {
cuda_dim threadIdx, blockIdx, blockDim, gridDim;
// Called where memory_check.cpp is linked in.
void cuda_check_block(int threads) __attribute__((weak));
void cuda_check_epoch() __attribute__((weak));
void cuda_check_access(const void* address, size_t bytes, bool write) __attribute__((weak));
extern char __start_cuda_shared[] __attribute__((weak));
extern char __stop_cuda_shared[] __attribute__((weak));
}

namespace {

enum State { READY, AT_BARRIER, AT_WARP, DONE };
const int MOST = 1024;
const size_t STACK = 128 << 10;

struct Fiber {
  State state;
  bool begun;
  int line;
  unsigned mask;
  unsigned long long value;
  int from;
  unsigned long long received;
  cuda_dim index;
  jmp_buf here;
};

// A copy that a thread has sent on its way, in its n-th group.
struct Copy {
  char* to;
  const char* from;
  int bytes;
  bool inside;
  int group;
};
const int MOST_COPIES = 512;
struct Copies {
  Copy all[MOST_COPIES];
  int count;
  int group;
};

Fiber fibers[MOST];
Copies* copies;
// What lanes show each other: two places for each thread, in turn.
const int SHOWN = 64;
alignas(16) char shown[2][MOST * SHOWN];
int shown_at[MOST];
char* stacks;
jmp_buf scheduler;
ucontext_t unused;
int running;
int threads;
void (*entry)(void**);
void** arguments;
char message[512];
bool failed;
// A function that the running fiber wants the caller of the launch to compute.
double (*functions)(int, double, double);
bool asked;
int function;
double first, second, result;

void fiber_main() {
  for (;;) {
    entry(arguments);
    fibers[running].state = DONE;
    if (_setjmp(fibers[running].here) == 0) {
      _longjmp(scheduler, 1);
    }
  }
}

void pause_fiber() {
  if (_setjmp(fibers[running].here) == 0) {
    _longjmp(scheduler, 1);
  }
}

void fail(const char* text) {
  if (!failed) {
    failed = true;
    snprintf(
        message, sizeof message, "block (%u,%u) %s", blockIdx.x, blockIdx.y, text);
  }
}

void fail_thread(int n, const char* text, int line) {
  char all[400];
  snprintf(
      all, sizeof all, "thread (%u,%u): %s, line %d", fibers[n].index.x, fibers[n].index.y, text,
      line);
  fail(all);
}

void run_fiber(int n) {
  running = n;
  threadIdx = fibers[n].index;
  do {
    asked = false;
    if (_setjmp(scheduler) == 0) {
      if (!fibers[n].begun) {
        fibers[n].begun = true;
        ucontext_t context;
        getcontext(&context);
        context.uc_stack.ss_sp = stacks + (size_t) n * STACK;
        context.uc_stack.ss_size = STACK;
        context.uc_link = &unused;
        makecontext(&context, fiber_main, 0);
        setcontext(&context);
      } else {
        _longjmp(fibers[n].here, 1);
      }
    }
    if (asked) {
      result = functions(function, first, second);
    }
  } while (asked);
}

unsigned random_state;
unsigned random_number(unsigned below) {
  random_state = random_state * 1664525u + 1013904223u;
  return (random_state >> 8) % below;
}

void make_order(int* order, int count, int kind) {
  for (int n = 0; n < count; n++) {
    order[n] = kind == 1 ? count - 1 - n : n;
  }
  for (int n = count - 1; kind == 2 && n > 0; n--) {
    int other = (int) random_number(n + 1);
    int kept = order[n];
    order[n] = order[other];
    order[other] = kept;
  }
}

// Wakes the lanes of a warp that have all come to the same exchange.
bool release_warp(int from, int to) {
  for (int n = from; n < to; n++) {
    if (fibers[n].state != AT_WARP) {
      continue;
    }
    unsigned mask = fibers[n].mask;
    bool complete = true;
    for (int other = from; other < to; other++) {
      if ((mask >> (other - from) & 1) == 0) {
        continue;
      }
      if (fibers[other].state == DONE) {
        fail_thread(other, "returned while its warp exchanges values", fibers[n].line);
        return false;
      }
      complete &= fibers[other].state == AT_WARP && fibers[other].mask == mask;
    }
    if (complete) {
      for (int other = from; other < to; other++) {
        if (mask >> (other - from) & 1) {
          if (fibers[other].line != fibers[n].line) {
            fail_thread(other, "exchanges values at another line than its warp", fibers[other].line);
            return false;
          }
          fibers[other].state = READY;
          int source = from + fibers[other].from;
          if (source >= to || (mask >> fibers[other].from & 1) == 0) {
            fail_thread(other, "reads a lane that does not take part", fibers[other].line);
          } else {
            fibers[other].received = fibers[source].value;
          }
        }
      }
      return true;
    }
  }
  return false;
}

void run_warp(int from, int to, int kind) {
  for (bool progress = true; progress && !failed;) {
    progress = false;
    int order[32];
    make_order(order, to - from, kind);
    for (int n = 0; n < to - from && !failed; n++) {
      int fiber = from + order[n];
      if (fibers[fiber].state == READY) {
        run_fiber(fiber);
        progress = true;
      }
    }
    progress |= !failed && release_warp(from, to);
  }
}

void run_block(int kind) {
  if (__start_cuda_shared) {
    memset(__start_cuda_shared, 0xff, __stop_cuda_shared - __start_cuda_shared);
  }
  if (cuda_check_block) {
    cuda_check_block(threads);
  }
  for (int n = 0; n < threads; n++) {
    fibers[n].state = READY;
    fibers[n].index = {n % blockDim.x, n / blockDim.x, 0};
    copies[n].count = 0;
    copies[n].group = 0;
    shown_at[n] = 0;
  }
  int warps = (threads + 31) / 32;
  while (!failed) {
    int order[MOST / 32];
    make_order(order, warps, kind);
    for (int w = 0; w < warps && !failed; w++) {
      int from = order[w] * 32;
      run_warp(from, from + 32 < threads ? from + 32 : threads, kind);
    }
    int done = 0;
    int waiting = 0;
    int line = -1;
    for (int n = 0; n < threads && !failed; n++) {
      if (fibers[n].state == DONE) {
        done++;
      } else if (fibers[n].state == AT_BARRIER) {
        waiting++;
        if (line >= 0 && line != fibers[n].line) {
          fail_thread(n, "waits at another barrier than others", fibers[n].line);
        }
        line = fibers[n].line;
      } else {
        fail_thread(n, "waits for ever for its warp", fibers[n].line);
      }
    }
    if (failed || done == threads) {
      return;
    }
    if (done > 0) {
      for (int n = 0; n < threads; n++) {
        if (fibers[n].state == DONE) {
          fail_thread(n, "returned while other threads wait at __syncthreads", line);
          return;
        }
      }
    }
    for (int n = 0; n < threads; n++) {
      fibers[n].state = READY;
    }
    if (cuda_check_epoch) {
      cuda_check_epoch();
    }
  }
}

}  // namespace

extern "C" {

void cuda_syncthreads(int line) {
  fibers[running].state = AT_BARRIER;
  fibers[running].line = line;
  pause_fiber();
}

unsigned long long cuda_shuffle(unsigned mask, unsigned long long value, int from, int line) {
  Fiber& fiber = fibers[running];
  int warp = running / 32 * 32;
  int count = threads - warp < 32 ? threads - warp : 32;
  fiber.state = AT_WARP;
  fiber.mask = count == 32 ? mask : mask & ((1u << count) - 1);
  fiber.line = line;
  fiber.value = value;
  fiber.from = from & 31;
  if ((fiber.mask >> (running - warp) & 1) == 0) {
    fail_thread(running, "is not in its own mask", line);
  }
  pause_fiber();
  return fiber.received;
}

void cuda_syncwarp(unsigned mask, int line) {
  cuda_shuffle(mask, 0, running % 32, line);
}

void cuda_check_aligned(const void* address, int bytes) {
  if ((unsigned long long) address % bytes != 0) {
    fail_thread(running, "misaligned address", 0);
  }
}

// Until the thread has waited there is nothing sensible in the place that is copied to.
void cuda_copy_async(void* to, const void* from, int bytes, bool inside) {
  cuda_check_aligned(to, bytes);
  Copies& own = copies[running];
  if (own.count == MOST_COPIES) {
    fail_thread(running, "more copies are on their way than the test can note", 0);
    return;
  }
  if (inside) {
    cuda_check_aligned(from, bytes);
    if (cuda_check_access) {
      cuda_check_access(from, bytes, false);
    }
  }
  if (cuda_check_access) {
    cuda_check_access(to, bytes, true);
  }
  memset(to, 0xff, bytes);
  own.all[own.count++] = {(char*) to, (const char*) from, bytes, inside, own.group};
}

void cuda_copy_async_commit() { copies[running].group++; }

void cuda_copy_async_wait(int pending) {
  Copies& own = copies[running];
  int kept = 0;
  for (int n = 0; n < own.count; n++) {
    Copy& copy = own.all[n];
    if (copy.group >= own.group - pending) {
      own.all[kept++] = copy;
      continue;
    }
    if (cuda_check_access) {
      cuda_check_access(copy.to, copy.bytes, true);
    }
    if (copy.inside) {
      memcpy(copy.to, copy.from, copy.bytes);
    } else {
      memset(copy.to, 0, copy.bytes);
    }
  }
  own.count = kept;
}

const void* cuda_show(const void* own, int bytes, int line) {
  if (bytes > SHOWN) {
    fail_thread(running, "shows too much", line);
    return own;
  }
  if (threads % 32 != 0) {
    fail_thread(running, "works with its warp, which is not whole", line);
  }
  int at = shown_at[running];
  shown_at[running] = 1 - at;
  memcpy(shown[at] + running * SHOWN, own, bytes);
  cuda_shuffle(0xffffffffu, 0, running % 32, line);
  return shown[at] + running / 32 * 32 * SHOWN;
}

unsigned long long cuda_compare_and_swap(
    unsigned long long* place, unsigned long long expected, unsigned long long value) {
  unsigned long long old = *place;
  if (old == expected) {
    *place = value;
  }
  return old;
}

double cuda_function(int number, double x, double y) {
  if (functions) {
    // Not on this small stack, which the JVM does not know.
    asked = true;
    function = number;
    first = x;
    second = y;
    pause_fiber();
    return result;
  }
  switch (number) {
    case 0: return exp(x);
    case 1: return expm1(x);
    case 2: return log(x);
    case 3: return log1p(x);
    case 4: return sin(x);
    case 5: return cos(x);
    case 6: return tan(x);
    case 7: return asin(x);
    case 8: return acos(x);
    case 9: return atan(x);
    case 10: return sinh(x);
    case 11: return cosh(x);
    case 12: return tanh(x);
    case 13: return erf(x);
    case 14: return atan2(x, y);
    case 15: return hypot(x, y);
    default: return pow(x, y);
  }
}

// The number of the fiber that runs, and the stack that it runs on; for memory_check.cpp.
int cuda_running() { return running; }
bool cuda_on_stack(const char* address) {
  return stacks && address >= stacks && address < stacks + MOST * STACK;
}
void cuda_fail(const char* text) { fail_thread(running, text, 0); }

/** Functions of the caller's for those of double; null for the C library's. */
void cuda_use_functions(double (*given)(int, double, double)) { functions = given; }

/**
 * Runs a launch.
 *
 * @param kernel an entry made by CUDA_ENTRY
 * @param order 0 forward, 1 backward, 2 random
 * @return what went wrong, or null
 */
const char* cuda_launch(
    void (*kernel)(void**), void** given, unsigned grid_x, unsigned grid_y, unsigned block_x,
    unsigned block_y, int order, unsigned seed) {
  if (!stacks) {
    stacks = (char*) mmap(
        0, MOST * STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    copies = (Copies*) mmap(
        0, MOST * sizeof(Copies), PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  }
  entry = kernel;
  arguments = given;
  gridDim = {grid_x, grid_y, 1};
  blockDim = {block_x, block_y, 1};
  threads = (int) (block_x * block_y);
  random_state = seed;
  failed = false;
  unsigned long long blocks = (unsigned long long) grid_x * grid_y;
  for (unsigned long long n = 0; n < blocks && !failed; n++) {
    unsigned long long block = order == 1 ? blocks - 1 - n : n;
    blockIdx = {(unsigned) (block % grid_x), (unsigned) (block / grid_x), 0};
    run_block(order);
  }
  if (failed) {
    // Fibers that were left in the middle begin anew.
    for (int n = 0; n < MOST; n++) {
      fibers[n].begun = false;
    }
    return message;
  }
  return 0;
}
}
