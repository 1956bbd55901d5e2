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
}

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
