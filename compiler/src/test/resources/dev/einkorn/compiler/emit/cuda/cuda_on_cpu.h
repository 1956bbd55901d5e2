// CUDA C++ on a CPU, for tests: what a generated kernel needs, so that g++ compiles the text that
// NVRTC compiles. Each CUDA thread is a fiber (cuda_on_cpu.cpp), so barriers and shuffles are real.
#pragma once

#include <math.h>
#include <stddef.h>
#include <string.h>

#define CUDA_ON_CPU 1
#define __global__
#define __device__
#define __forceinline__ inline __attribute__((always_inline))
#define __launch_bounds__(...)
#define __align__(n) __attribute__((aligned(n)))
// All shared variables lie in one section, which is filled with ones (NaN) before each block.
#define __shared__ static __attribute__((section("cuda_shared"), aligned(16)))

struct cuda_dim {
  unsigned x, y, z;
};
struct __align__(16) float4 {
  float x, y, z, w;
};
struct __align__(8) float2 {
  float x, y;
};
struct __align__(16) double2 {
  double x, y;
};

extern "C" {
// The thread that runs.
extern cuda_dim threadIdx, blockIdx, blockDim, gridDim;

void cuda_syncthreads(int line);
void cuda_syncwarp(unsigned mask, int line);
unsigned long long cuda_shuffle(unsigned mask, unsigned long long value, int from, int line);
unsigned long long cuda_compare_and_swap(
    unsigned long long* place, unsigned long long expected, unsigned long long value);
double cuda_function(int function, double x, double y);

// Asynchronous copies of the running thread: what is on its way has arrived when it has waited.
void cuda_copy_async(void* to, const void* from, int bytes, bool inside);
void cuda_copy_async_commit();
void cuda_copy_async_wait(int pending);
// Shows all lanes of a warp what each of them brings: an array of 32 times CUDA_SHOWN bytes.
const void* cuda_show(const void* own, int bytes, int line);
void cuda_check_aligned(const void* address, int bytes);
}
#define CUDA_SHOWN 64
// Dynamic shared memory of whatever kernel runs: as much as a block may have since sm_80.
extern "C" {
__attribute__((section("cuda_shared"), aligned(16))) unsigned char cuda_dynamic[166912];
}
#define DYNAMIC_SHARED(name) unsigned char* const name = cuda_dynamic

#define __syncthreads() cuda_syncthreads(__LINE__)
#define __syncwarp() cuda_syncwarp(0xffffffffu, __LINE__)
#define __shfl_xor_sync(mask, value, lanes) cuda_shuffle_xor(mask, value, lanes, __LINE__)
#define __shfl_sync(mask, value, lane) cuda_shuffle_from(mask, value, lane, __LINE__)

#define CUDA_UNCHECKED __attribute__((no_sanitize("thread")))

inline CUDA_UNCHECKED int cuda_lane() {
  return (int) ((threadIdx.y * blockDim.x + threadIdx.x) % 32);
}

template <typename T>
CUDA_UNCHECKED T cuda_shuffle_from(unsigned mask, T value, int lane, int line) {
  unsigned long long bits = 0;
  memcpy(&bits, &value, sizeof value);
  bits = cuda_shuffle(mask, bits, lane, line);
  memcpy(&value, &bits, sizeof value);
  return value;
}

template <typename T>
CUDA_UNCHECKED T cuda_shuffle_xor(unsigned mask, T value, int lanes, int line) {
  return cuda_shuffle_from(mask, value, cuda_lane() ^ lanes, line);
}

inline CUDA_UNCHECKED unsigned long long atomicCAS(
    unsigned long long* place, unsigned long long expected, unsigned long long value) {
  return cuda_compare_and_swap(place, expected, value);
}

inline CUDA_UNCHECKED float __int_as_float(int bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}
inline CUDA_UNCHECKED int __float_as_int(float value) {
  int bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}
inline CUDA_UNCHECKED unsigned __float_as_uint(float value) {
  unsigned bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}
inline CUDA_UNCHECKED float __uint_as_float(unsigned bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}
inline CUDA_UNCHECKED double __longlong_as_double(long long bits) {
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}
inline CUDA_UNCHECKED float4 make_float4(float x, float y, float z, float w) {
  return float4{x, y, z, w};
}
inline float rsqrtf(float x) { return 1.0f / sqrtf(x); }

template <typename T>
inline CUDA_UNCHECKED void copy_async(T* to, const T* from, bool inside) {
  cuda_copy_async(to, from, (int) sizeof(T), inside);
}
template <typename T>
inline CUDA_UNCHECKED void copy_async_16(T* to, const T* from, bool inside) {
  cuda_copy_async(to, from, 16, inside);
}
inline CUDA_UNCHECKED void copy_async_commit() { cuda_copy_async_commit(); }
template <int PENDING>
inline CUDA_UNCHECKED void copy_async_wait() {
  cuda_copy_async_wait(PENDING);
}

// Not CUDA_UNCHECKED: what a lane receives is checked as if it had read it.
template <typename Word>
inline void cuda_read_row(Word* to, const void* row, int from, int step, int count) {
  for (int n = 0; n < count; n++) {
    to[n] = ((const Word*) row)[from + n * step];
  }
}
inline void read_matrices(unsigned (&to)[4], const void* row) {
  cuda_check_aligned(row, 16);
  const char* all = (const char*) cuda_show(&row, sizeof row, __LINE__);
  const void* rows[4];
  for (int n = 0; n < 4; n++) {
    memcpy(&rows[n], all + (n * 8 + cuda_lane() / 4) * CUDA_SHOWN, sizeof rows[n]);
  }
  for (int n = 0; n < 4; n++) {
    cuda_read_row(&to[n], rows[n], cuda_lane() % 4, 1, 1);
  }
}
inline void read_matrices_turned(unsigned (&to)[4], const void* row) {
  cuda_check_aligned(row, 16);
  const char* all = (const char*) cuda_show(&row, sizeof row, __LINE__);
  const void* rows[8];
  for (int n = 0; n < 8; n++) {
    memcpy(
        &rows[n], all + (n / 2 * 8 + cuda_lane() % 4 * 2 + n % 2) * CUDA_SHOWN, sizeof rows[n]);
  }
  for (int n = 0; n < 4; n++) {
    unsigned short both[2];
    cuda_read_row(&both[0], rows[2 * n], cuda_lane() / 4, 1, 1);
    cuda_read_row(&both[1], rows[2 * n + 1], cuda_lane() / 4, 1, 1);
    to[n] = both[0] | (unsigned) both[1] << 16;
  }
}

// Rounds to the nearest of 11 significant bits, ties away from zero.
inline CUDA_UNCHECKED unsigned to_tf32(unsigned bits) {
  return (bits & 0x7f800000u) == 0x7f800000u ? bits : (bits + 0x1000u) & 0xffffe000u;
}
// Rounds to the nearest of 8 significant bits, ties to even.
inline CUDA_UNCHECKED unsigned cuda_bf16(float value) {
  const unsigned bits = __float_as_uint(value);
  return value != value ? 0x7fffu : (bits + 0x7fffu + (bits >> 16 & 1u)) >> 16;
}
inline CUDA_UNCHECKED unsigned to_bf16(float first, float second) {
  return cuda_bf16(first) | cuda_bf16(second) << 16;
}

// The products of a matrix product are exact; what they add up to is rounded once. The tensor core's
// own order and rounding are not known, so results agree with it within an error bound only.
struct cuda_matrices {
  unsigned left[4];
  unsigned right[2];
};
inline CUDA_UNCHECKED float cuda_tf32(unsigned bits) {
  // A tensor core does not see the last bits.
  return __uint_as_float(bits & 0xffffe000u);
}
inline CUDA_UNCHECKED float cuda_half_of(unsigned both, int half) {
  return __uint_as_float(half == 0 ? both << 16 : both & 0xffff0000u);
}
inline CUDA_UNCHECKED void multiply_tf32(
    float (&sums)[4], const unsigned (&left)[4], const unsigned (&right)[2]) {
  cuda_matrices own;
  memcpy(own.left, left, sizeof left);
  memcpy(own.right, right, sizeof right);
  const char* all = (const char*) cuda_show(&own, sizeof own, __LINE__);
  for (int n = 0; n < 4; n++) {
    const int row = cuda_lane() / 4;
    const int column = cuda_lane() % 4 * 2 + n % 2;
    double sum = sums[n];
    for (int deep = 0; deep < 8; deep++) {
      const cuda_matrices* a = (const cuda_matrices*) (all + (row * 4 + deep % 4) * CUDA_SHOWN);
      const cuda_matrices* b = (const cuda_matrices*) (all + (column * 4 + deep % 4) * CUDA_SHOWN);
      sum += (double) cuda_tf32(a->left[n / 2 + deep / 4 * 2]) * cuda_tf32(b->right[deep / 4]);
    }
    sums[n] = (float) sum;
  }
}
inline CUDA_UNCHECKED void multiply_bf16(
    float (&sums)[4], const unsigned (&left)[4], const unsigned (&right)[2]) {
  cuda_matrices own;
  memcpy(own.left, left, sizeof left);
  memcpy(own.right, right, sizeof right);
  const char* all = (const char*) cuda_show(&own, sizeof own, __LINE__);
  for (int n = 0; n < 4; n++) {
    const int row = cuda_lane() / 4;
    const int column = cuda_lane() % 4 * 2 + n % 2;
    double sum = sums[n];
    for (int deep = 0; deep < 16; deep++) {
      const int lane = deep % 8 / 2;
      const cuda_matrices* a = (const cuda_matrices*) (all + (row * 4 + lane) * CUDA_SHOWN);
      const cuda_matrices* b = (const cuda_matrices*) (all + (column * 4 + lane) * CUDA_SHOWN);
      sum += (double) cuda_half_of(a->left[n / 2 + deep / 8 * 2], deep % 2)
          * cuda_half_of(b->right[deep / 8], deep % 2);
    }
    sums[n] = (float) sum;
  }
}

// Functions of double that the language defines by Java's: a test may bring them along, so that
// results agree to the last bit. The numbers are those of CpuDevice.
#define exp(x) cuda_function(0, x, 0)
#define expm1(x) cuda_function(1, x, 0)
#define log(x) cuda_function(2, x, 0)
#define log1p(x) cuda_function(3, x, 0)
#define sin(x) cuda_function(4, x, 0)
#define cos(x) cuda_function(5, x, 0)
#define tan(x) cuda_function(6, x, 0)
#define asin(x) cuda_function(7, x, 0)
#define acos(x) cuda_function(8, x, 0)
#define atan(x) cuda_function(9, x, 0)
#define sinh(x) cuda_function(10, x, 0)
#define cosh(x) cuda_function(11, x, 0)
#define tanh(x) cuda_function(12, x, 0)
#define erf(x) cuda_function(13, x, 0)
#define atan2(y, x) cuda_function(14, y, x)
#define hypot(x, y) cuda_function(15, x, y)
#define pow(x, y) cuda_function(16, x, y)

// A kernel's entry for the scheduler: it takes the addresses of the arguments, as cuLaunchKernel.
template <int... N>
struct cuda_numbers {};
template <int N, int... M>
struct cuda_count : cuda_count<N - 1, N - 1, M...> {};
template <int... M>
struct cuda_count<0, M...> {
  typedef cuda_numbers<M...> type;
};
template <typename... A, int... N>
CUDA_UNCHECKED void cuda_call(void (*kernel)(A...), void** arguments, cuda_numbers<N...>) {
  kernel(*(A*) arguments[N]...);
}
template <typename... A>
CUDA_UNCHECKED void cuda_call(void (*kernel)(A...), void** arguments) {
  cuda_call(kernel, arguments, typename cuda_count<sizeof...(A)>::type());
}
#define CUDA_ENTRY(name, kernel) \
  extern "C" CUDA_UNCHECKED void name(void** arguments) { cuda_call(kernel, arguments); }
