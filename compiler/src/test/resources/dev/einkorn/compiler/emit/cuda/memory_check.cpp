// What g++ calls at every access to memory when it is told -fsanitize=thread: instead of the
// sanitizer's own library, a check that accesses stay inside buffers and that no two threads of a
// block use a word of shared memory between two barriers if one of them writes it.
#include <link.h>
#include <stdio.h>
#include <string.h>

extern "C" {
int cuda_running();
bool cuda_on_stack(const char* address);
void cuda_fail(const char* text);
extern char cuda_dynamic[] __attribute__((weak));
extern char __start_cuda_shared[] __attribute__((weak));
extern char __stop_cuda_shared[] __attribute__((weak));
}

namespace {

const int MOST_RANGES = 4096;
const size_t MOST_WORDS = 1 << 22;

struct Range {
  const char* from;
  const char* to;
};
Range buffers[MOST_RANGES];
int buffer_count;
Range own[16];
int own_count;

// For each word of shared memory who has used it since a barrier: a thread's number plus one, or
// MANY readers, and after which barrier that was.
const int MANY = 1 << 20;
struct Users {
  int writer;
  int reader;
  unsigned written;
  unsigned read;
};
Users users[MOST_WORDS];
unsigned barriers = 1;

int find_own(dl_phdr_info* info, size_t, void*) {
  const char* here = (const char*) &find_own;
  bool mine = false;
  for (int pass = 0; pass < 2; pass++) {
    for (int n = 0; n < info->dlpi_phnum; n++) {
      if (info->dlpi_phdr[n].p_type == PT_LOAD) {
        const char* from = (const char*) info->dlpi_addr + info->dlpi_phdr[n].p_vaddr;
        const char* to = from + info->dlpi_phdr[n].p_memsz;
        mine |= here >= from && here < to;
        if (pass == 1 && mine && own_count < 16) {
          own[own_count++] = {from, to};
        }
      }
    }
    if (!mine) {
      return 0;
    }
  }
  return 1;
}

bool in_own(const char* address) {
  if (own_count == 0) {
    dl_iterate_phdr(find_own, 0);
  }
  for (int n = 0; n < own_count; n++) {
    if (address >= own[n].from && address < own[n].to) {
      return true;
    }
  }
  return false;
}

// How much dynamic shared memory the launch has asked for.
size_t dynamic_bytes = 166912;
const size_t MOST_DYNAMIC = 166912;

void shared(size_t offset, size_t size, bool write) {
  int thread = cuda_running() + 1;
  for (size_t word = offset / 4; word <= (offset + size - 1) / 4; word++) {
    if (word >= MOST_WORDS) {
      cuda_fail("more shared memory than the check has room for");
      return;
    }
    Users& use = users[word];
    int writer = use.written == barriers ? use.writer : 0;
    int reader = use.read == barriers ? use.reader : 0;
    bool race = writer != 0 && writer != thread;
    if (write) {
      race |= reader != 0 && reader != thread;
      use.writer = thread;
      use.written = barriers;
    } else {
      use.reader = reader == 0 || reader == thread ? thread : MANY;
      use.read = barriers;
    }
    if (race) {
      char text[160];
      snprintf(
          text, sizeof text,
          "race: shared word %zu is %s, and another thread has used it since the last barrier",
          word, write ? "written" : "read");
      cuda_fail(text);
    }
  }
}

void access(const void* pointer, size_t size, bool write) {
  const char* address = (const char*) pointer;
  if (__start_cuda_shared && address >= __start_cuda_shared && address < __stop_cuda_shared) {
    if (address >= cuda_dynamic + dynamic_bytes && address < cuda_dynamic + MOST_DYNAMIC) {
      cuda_fail("uses more shared memory than the launch has asked for");
    }
    shared(address - __start_cuda_shared, size, write);
    return;
  }
  if (cuda_on_stack(address) || in_own(address)) {
    return;
  }
  for (int n = 0; n < buffer_count; n++) {
    if (address >= buffers[n].from && address + size <= buffers[n].to) {
      if ((size_t) address % size != 0) {
        cuda_fail("misaligned access");
      }
      return;
    }
  }
  char text[80];
  snprintf(text, sizeof text, "out of bounds: %s %zu bytes", write ? "writes" : "reads", size);
  cuda_fail(text);
}

}  // namespace

extern "C" {

/** Forgets all buffers. */
void cuda_check_clear() { buffer_count = 0; }

/** Kernels may use these bytes. */
void cuda_check_buffer(const char* from, size_t bytes) {
  if (buffer_count < MOST_RANGES) {
    buffers[buffer_count++] = {from, from + bytes};
  }
}

void cuda_check_epoch() { barriers++; }

/** The next launch has so much dynamic shared memory. */
void cuda_check_dynamic(size_t bytes) { dynamic_bytes = bytes; }

void cuda_check_access(const void* address, size_t bytes, bool write) {
  access(address, bytes, write);
}

void cuda_check_block(int) { cuda_check_epoch(); }

void __tsan_init() {}
void __tsan_func_entry(void*) {}
void __tsan_func_exit() {}
#define ACCESS(size)                                                         \
  void __tsan_read##size(void* a) { access(a, size, false); }                \
  void __tsan_write##size(void* a) { access(a, size, true); }                \
  void __tsan_unaligned_read##size(void* a) { access(a, size, false); }      \
  void __tsan_unaligned_write##size(void* a) { access(a, size, true); }
ACCESS(1)
ACCESS(2)
ACCESS(4)
ACCESS(8)
ACCESS(16)
void __tsan_read_range(void* a, size_t size) { access(a, size, false); }
void __tsan_write_range(void* a, size_t size) { access(a, size, true); }
void __tsan_vptr_update(void*, void*) {}
void __tsan_vptr_read(void*) {}
}
