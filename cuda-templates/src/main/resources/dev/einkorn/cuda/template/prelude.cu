// Small device functions that generated kernels call. A kernel's source holds the parts that it
// uses: each begins at a line "//~ name" and may name others that it needs after a colon. Inline
// PTX stands here only, each piece with a twin for compilers that are not NVIDIA's.

//~ f32_constants
// NVRTC has no header that names them.
#define F32_INFINITY __int_as_float(0x7f800000)
#define F32_NAN __int_as_float(0x7fc00000)

//~ f64_constants
#define F64_INFINITY __longlong_as_double(0x7ff0000000000000LL)
#define F64_NAN __longlong_as_double(0x7ff8000000000000LL)

//~ wrap
// Integer arithmetic that wraps; signed overflow is undefined in C++.
__device__ __forceinline__ int wrap_add(int a, int b) { return (int) ((unsigned) a + (unsigned) b); }
__device__ __forceinline__ int wrap_sub(int a, int b) { return (int) ((unsigned) a - (unsigned) b); }
__device__ __forceinline__ int wrap_mul(int a, int b) { return (int) ((unsigned) a * (unsigned) b); }
__device__ __forceinline__ long long wrap_add(long long a, long long b) {
  return (long long) ((unsigned long long) a + (unsigned long long) b);
}
__device__ __forceinline__ long long wrap_sub(long long a, long long b) {
  return (long long) ((unsigned long long) a - (unsigned long long) b);
}
__device__ __forceinline__ long long wrap_mul(long long a, long long b) {
  return (long long) ((unsigned long long) a * (unsigned long long) b);
}
__device__ __forceinline__ int wrap_neg(int a) { return wrap_sub(0, a); }
__device__ __forceinline__ long long wrap_neg(long long a) { return wrap_sub(0LL, a); }

//~ fail
// Notes the first failure of a call: code, place, and two numbers for the message.
__device__ void fail(
    unsigned long long* failure, unsigned long long code, int site, long long a, long long b) {
  if (atomicCAS(failure, 0ULL, code) == 0ULL) {
    failure[1] = (unsigned long long) site;
    failure[2] = (unsigned long long) a;
    failure[3] = (unsigned long long) b;
  }
}

//~ floor_div_int: fail
// Division rounded down; by zero it fails, and the smallest number by -1 wraps.
__device__ __forceinline__ int floor_div(int a, int b, unsigned long long* failure) {
  if (b == 0) {
    fail(failure, 1, 0, a, 0);
    return 0;
  }
  if (b == -1) {
    return (int) (0u - (unsigned) a);
  }
  const int quotient = a / b;
  return (a % b != 0 && (a < 0) != (b < 0)) ? quotient - 1 : quotient;
}
__device__ __forceinline__ long long floor_div(
    long long a, long long b, unsigned long long* failure) {
  if (b == 0) {
    fail(failure, 1, 0, a, 0);
    return 0;
  }
  if (b == -1) {
    return (long long) (0ULL - (unsigned long long) a);
  }
  const long long quotient = a / b;
  return (a % b != 0 && (a < 0) != (b < 0)) ? quotient - 1 : quotient;
}

//~ floor_mod_int: fail
// The remainder of floor_div: it has the sign of b.
__device__ __forceinline__ int floor_mod(int a, int b, unsigned long long* failure) {
  if (b == 0) {
    fail(failure, 1, 0, a, 0);
    return 0;
  }
  if (b == -1) {
    return 0;
  }
  const int remainder = a % b;
  return (remainder != 0 && (remainder < 0) != (b < 0)) ? remainder + b : remainder;
}
__device__ __forceinline__ long long floor_mod(
    long long a, long long b, unsigned long long* failure) {
  if (b == 0) {
    fail(failure, 1, 0, a, 0);
    return 0;
  }
  if (b == -1) {
    return 0;
  }
  const long long remainder = a % b;
  return (remainder != 0 && (remainder < 0) != (b < 0)) ? remainder + b : remainder;
}

//~ power_int: fail
// Wraps; a negative exponent fails.
__device__ __forceinline__ long long power(
    long long x, long long y, unsigned long long* failure) {
  if (y < 0) {
    fail(failure, 2, 0, x, y);
    return 0;
  }
  unsigned long long result = 1;
  unsigned long long square = (unsigned long long) x;
  for (unsigned long long rest = (unsigned long long) y; rest != 0; rest >>= 1) {
    if ((rest & 1) != 0) {
      result *= square;
    }
    square *= square;
  }
  return (long long) result;
}
__device__ __forceinline__ int power(int x, int y, unsigned long long* failure) {
  return (int) power((long long) x, (long long) y, failure);
}

//~ floor_div_f32
// The greatest whole number not above a / b, as numpy computes it.
__device__ float floor_div(float a, float b) {
  const float remainder = fmodf(a, b);
  if (b == 0.0f) {
    return a / b;
  }
  float quotient = (a - remainder) / b;
  if (remainder != 0.0f && (b < 0.0f) != (remainder < 0.0f)) {
    quotient -= 1.0f;
  }
  if (quotient == 0.0f) {
    return copysignf(0.0f, a / b);
  }
  const float whole = floorf(quotient);
  return quotient - whole > 0.5f ? whole + 1.0f : whole;
}

//~ floor_div_f64
// The greatest whole number not above a / b, as numpy computes it.
__device__ double floor_div(double a, double b) {
  const double remainder = fmod(a, b);
  if (b == 0.0) {
    return a / b;
  }
  double quotient = (a - remainder) / b;
  if (remainder != 0.0 && (b < 0.0) != (remainder < 0.0)) {
    quotient -= 1.0;
  }
  if (quotient == 0.0) {
    return copysign(0.0, a / b);
  }
  const double whole = floor(quotient);
  return quotient - whole > 0.5 ? whole + 1.0 : whole;
}

//~ floor_mod_f32
// The remainder of floor_div: it has the sign of b.
__device__ float floor_mod(float a, float b) {
  const float remainder = fmodf(a, b);
  if (remainder == 0.0f) {
    return copysignf(0.0f, b);
  }
  return (b < 0.0f) != (remainder < 0.0f) ? remainder + b : remainder;
}

//~ floor_mod_f64
// The remainder of floor_div: it has the sign of b.
__device__ double floor_mod(double a, double b) {
  const double remainder = fmod(a, b);
  if (remainder == 0.0) {
    return copysign(0.0, b);
  }
  return (b < 0.0) != (remainder < 0.0) ? remainder + b : remainder;
}

//~ power_f32: f32_constants
// Unlike in C, 1 and -1 have no power that is infinite or no number.
__device__ float power(float x, float y) {
  return fabsf(x) == 1.0f && !(y - y == 0.0f) ? F32_NAN : powf(x, y);
}

//~ power_f64: f64_constants
// Unlike in C, 1 and -1 have no power that is infinite or no number.
__device__ double power(double x, double y) {
  return fabs(x) == 1.0 && !(y - y == 0.0) ? F64_NAN : pow(x, y);
}

//~ square
template <typename T>
__device__ __forceinline__ T square(T x) {
  return x * x;
}

//~ greatest
// The greater value: NaN if either is, and -0 is smaller than 0.
__device__ __forceinline__ float greatest(float a, float b) {
  return a > b || a != a ? a : a == 0.0f && b == 0.0f ? a + b : b;
}
__device__ __forceinline__ double greatest(double a, double b) {
  return a > b || a != a ? a : a == 0.0 && b == 0.0 ? a + b : b;
}
__device__ __forceinline__ int greatest(int a, int b) { return a > b ? a : b; }
__device__ __forceinline__ long long greatest(long long a, long long b) { return a > b ? a : b; }

//~ least
// The smaller value: NaN if either is, and -0 is smaller than 0.
__device__ __forceinline__ float least(float a, float b) {
  return a < b || a != a ? a : a == 0.0f && b == 0.0f ? -(-a - b) : b;
}
__device__ __forceinline__ double least(double a, double b) {
  return a < b || a != a ? a : a == 0.0 && b == 0.0 ? -(-a - b) : b;
}
__device__ __forceinline__ int least(int a, int b) { return a < b ? a : b; }
__device__ __forceinline__ long long least(long long a, long long b) { return a < b ? a : b; }

//~ nearest
// A position that may lie beyond the end, or else the last one.
template <typename Index>
__device__ __forceinline__ Index nearest(Index position, Index extent) {
  return position < extent ? position : extent - 1;
}

//~ sign
__device__ __forceinline__ float sign(float x) {
  return x != x ? x : (x > 0.0f ? 1.0f : 0.0f) - (x < 0.0f ? 1.0f : 0.0f);
}
__device__ __forceinline__ double sign(double x) {
  return x != x ? x : (x > 0.0 ? 1.0 : 0.0) - (x < 0.0 ? 1.0 : 0.0);
}
__device__ __forceinline__ int sign(int x) { return (x > 0) - (x < 0); }
__device__ __forceinline__ long long sign(long long x) { return (x > 0) - (x < 0); }

//~ magnitude: wrap
// The absolute value; that of the smallest integer is itself.
__device__ __forceinline__ float magnitude(float x) { return fabsf(x); }
__device__ __forceinline__ double magnitude(double x) { return fabs(x); }
__device__ __forceinline__ int magnitude(int x) { return x < 0 ? wrap_neg(x) : x; }
__device__ __forceinline__ long long magnitude(long long x) { return x < 0 ? wrap_neg(x) : x; }

//~ relu
// x if positive, else 0; NaN stays NaN.
template <typename T>
__device__ __forceinline__ T relu(T x) {
  return x > T(0) || x != x ? x : T(0);
}

//~ sigmoid
// Without overflow or loss of relative accuracy for either sign.
__device__ __forceinline__ float sigmoid(float x) {
  if (x >= 0.0f) {
    return 1.0f / (1.0f + expf(-x));
  }
  const float e = expf(x);
  return e / (1.0f + e);
}
__device__ __forceinline__ double sigmoid(double x) {
  if (x >= 0.0) {
    return 1.0 / (1.0 + exp(-x));
  }
  const double e = exp(x);
  return e / (1.0 + e);
}

//~ to_int
// Toward zero; what does not fit becomes the nearest number that does, and NaN becomes 0.
template <typename T>
__device__ __forceinline__ int to_int(T x) {
  if (x != x) {
    return 0;
  }
  return x >= T(2147483648.0) ? 2147483647 : x <= T(-2147483648.0) ? -2147483647 - 1 : (int) x;
}

//~ to_long
// Toward zero; what does not fit becomes the nearest number that does, and NaN becomes 0.
template <typename T>
__device__ __forceinline__ long long to_long(T x) {
  if (x != x) {
    return 0;
  }
  return x >= T(9223372036854775808.0) ? 9223372036854775807LL
      : x <= T(-9223372036854775808.0) ? -9223372036854775807LL - 1
                                       : (long long) x;
}

//~ gather: fail
// A position that was computed, checked against the extent of its axis.
template <typename Index>
__device__ __forceinline__ Index gather(
    long long position, Index extent, unsigned long long* failure, int site) {
  if (position < 0 || position >= extent) {
    fail(failure, 3, site, position, extent);
    return 0;
  }
  return (Index) position;
}

//~ clamp: fail
// The nearest position of the axis.
template <typename Index>
__device__ __forceinline__ Index clamp(
    Index position, Index extent, unsigned long long* failure, int site) {
  if (extent == 0) {
    fail(failure, 3, site, position, extent);
    return 0;
  }
  return position < 0 ? 0 : position < extent ? position : extent - 1;
}

//~ wrap_around: fail
// The position on the axis repeated without end.
template <typename Index>
__device__ __forceinline__ Index wrap_around(
    Index position, Index extent, unsigned long long* failure, int site) {
  if (extent == 0) {
    fail(failure, 3, site, position, extent);
    return 0;
  }
  const Index remainder = position % extent;
  return remainder < 0 ? remainder + extent : remainder;
}

//~ mirror: fail
// The position on the axis reflected at its ends, which are not repeated.
template <typename Index>
__device__ __forceinline__ Index mirror(
    Index position, Index extent, unsigned long long* failure, int site) {
  if (extent == 0) {
    fail(failure, 3, site, position, extent);
    return 0;
  }
  if (extent == 1) {
    return 0;
  }
  const long long period = 2 * ((long long) extent - 1);
  long long folded = (long long) position % period;
  folded = folded < 0 ? folded + period : folded;
  return (Index) (folded < extent ? folded : period - folded);
}

//~ read_if
// An element whose position was checked: of an empty tensor there is none to read.
template <typename T, typename Index>
__device__ __forceinline__ T read_if(bool present, const T* __restrict__ data, Index position) {
  return present ? data[position] : T(0);
}

//~ floor_quotient
// Division of positions rounded down; the divisor is positive.
template <typename Index>
__device__ __forceinline__ Index floor_quotient(Index a, Index b) {
  const Index quotient = a / b;
  return a % b < 0 ? quotient - 1 : quotient;
}

//~ Sum
// What combines two parts of a sum; integers wrap.
struct Sum {
  static __device__ __forceinline__ float of(float a, float b) { return a + b; }
  static __device__ __forceinline__ double of(double a, double b) { return a + b; }
  static __device__ __forceinline__ int of(int a, int b) {
    return (int) ((unsigned) a + (unsigned) b);
  }
  static __device__ __forceinline__ long long of(long long a, long long b) {
    return (long long) ((unsigned long long) a + (unsigned long long) b);
  }
};

//~ Product
// What combines two parts of a product; integers wrap.
struct Product {
  static __device__ __forceinline__ float of(float a, float b) { return a * b; }
  static __device__ __forceinline__ double of(double a, double b) { return a * b; }
  static __device__ __forceinline__ int of(int a, int b) {
    return (int) ((unsigned) a * (unsigned) b);
  }
  static __device__ __forceinline__ long long of(long long a, long long b) {
    return (long long) ((unsigned long long) a * (unsigned long long) b);
  }
};

//~ Greatest: greatest
struct Greatest {
  template <typename T>
  static __device__ __forceinline__ T of(T a, T b) {
    return greatest(a, b);
  }
};

//~ Least: least
struct Least {
  template <typename T>
  static __device__ __forceinline__ T of(T a, T b) {
    return least(a, b);
  }
};

//~ Any
struct Any {
  static __device__ __forceinline__ int of(int a, int b) { return a | b; }
};

//~ All
struct All {
  static __device__ __forceinline__ int of(int a, int b) { return a & b; }
};

//~ fold_x
// One value of the threads that follow each other along x, LANES of them, a power of two: the same
// bits in every one of them. Warps exchange by shuffles; several warps by shared memory.
template <typename Fold, int LANES, typename T>
__device__ __forceinline__ T fold_x(T value, T* scratch) {
#pragma unroll
  for (int distance = (LANES < 32 ? LANES : 32) / 2; distance > 0; distance /= 2) {
    value = Fold::of(value, __shfl_xor_sync(0xffffffffu, value, distance));
  }
  if (LANES <= 32) {
    return value;
  }
  const int thread = threadIdx.y * blockDim.x + threadIdx.x;
  const int first = thread / LANES * (LANES / 32);
  __syncthreads();
  if (thread % 32 == 0) {
    scratch[thread / 32] = value;
  }
  __syncthreads();
  value = scratch[first];
#pragma unroll
  for (int warp = 1; warp < LANES / 32; warp++) {
    value = Fold::of(value, scratch[first + warp]);
  }
  return value;
}

//~ fold_y
// One value of the threads with the same x, LANES of them along y: the same bits in every one.
template <typename Fold, int LANES, typename T>
__device__ __forceinline__ T fold_y(T value, T* scratch) {
  __syncthreads();
  scratch[threadIdx.y * blockDim.x + threadIdx.x] = value;
  __syncthreads();
  value = scratch[threadIdx.x];
#pragma unroll
  for (int lane = 1; lane < LANES; lane++) {
    value = Fold::of(value, scratch[lane * blockDim.x + threadIdx.x]);
  }
  return value;
}

//~ neighbours
// Elements side by side, read or written at once: their address is a multiple of their size.
template <int COUNT, typename T>
struct __align__(COUNT * sizeof(T)) Neighbours {
  T values[COUNT];
};
template <int COUNT, typename T>
__device__ __forceinline__ void read_neighbours(T* to, const T* from) {
  const Neighbours<COUNT, T> all = *(const Neighbours<COUNT, T>*) from;
#pragma unroll
  for (int n = 0; n < COUNT; n++) {
    to[n] = all.values[n];
  }
}
template <int COUNT, typename T>
__device__ __forceinline__ void write_neighbours(T* to, const T* from) {
  Neighbours<COUNT, T> all;
#pragma unroll
  for (int n = 0; n < COUNT; n++) {
    all.values[n] = from[n];
  }
  *(Neighbours<COUNT, T>*) to = all;
}

//~ is_aligned
// Whether an address is a multiple of a number of bytes.
__device__ __forceinline__ bool is_aligned(const void* address, int bytes) {
  return (unsigned long long) address % bytes == 0;
}

//~ dynamic_shared
// Shared memory whose size the launch says.
#ifndef CUDA_ON_CPU
#define DYNAMIC_SHARED(name) extern __shared__ __align__(16) unsigned char name[]
#endif

//~ copy_async
// Copies from global to shared memory that go on while the thread does something else. What arrives
// can be read by the thread after copy_async_wait, by others after a barrier behind that. Without
// `inside` zeros arrive, and nothing is read.
#ifndef CUDA_ON_CPU
template <typename T>
__device__ __forceinline__ void copy_async(T* to, const T* from, bool inside) {
  static_assert(sizeof(T) == 4 || sizeof(T) == 8, "4 or 8 bytes");
  asm volatile("cp.async.ca.shared.global [%0], [%1], %2, %3;" ::"r"(
                   (unsigned) __cvta_generic_to_shared(to)),
               "l"(from), "n"((int) sizeof(T)), "r"(inside ? (int) sizeof(T) : 0)
               : "memory");
}
// 16 bytes; both addresses are multiples of 16.
template <typename T>
__device__ __forceinline__ void copy_async_16(T* to, const T* from, bool inside) {
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(
                   (unsigned) __cvta_generic_to_shared(to)),
               "l"(from), "r"(inside ? 16 : 0)
               : "memory");
}
// Makes one group of the copies since the last one.
__device__ __forceinline__ void copy_async_commit() {
  asm volatile("cp.async.commit_group;" ::: "memory");
}
// Waits until no more than the last PENDING groups are on their way.
template <int PENDING>
__device__ __forceinline__ void copy_async_wait() {
  asm volatile("cp.async.wait_group %0;" ::"n"(PENDING) : "memory");
}
#endif

//~ read_matrices
// Four matrices of 8 x 8 elements of 2 bytes, or of 8 x 4 of 4 bytes, from shared memory: lane n says
// where row n % 8 of matrix n / 8 begins, 16 bytes. It receives of each matrix word n % 4 of row n / 4.
#ifndef CUDA_ON_CPU
__device__ __forceinline__ void read_matrices(unsigned (&to)[4], const void* row) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3])
               : "r"((unsigned) __cvta_generic_to_shared(row))
               : "memory");
}
// The same of the transposed matrices, of 2-byte elements.
__device__ __forceinline__ void read_matrices_turned(unsigned (&to)[4], const void* row) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3])
               : "r"((unsigned) __cvta_generic_to_shared(row))
               : "memory");
}
#endif

//~ to_tf32
// The nearest number of 11 significant bits, away from zero where two are as near.
#ifndef CUDA_ON_CPU
__device__ __forceinline__ unsigned to_tf32(unsigned bits) {
  unsigned rounded;
  asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(rounded) : "f"(__uint_as_float(bits)));
  return rounded;
}
#endif

//~ to_bf16
// Two numbers, each rounded to the nearest of 8 significant bits, ties to even; the first one lies
// in the lower half.
#ifndef CUDA_ON_CPU
__device__ __forceinline__ unsigned to_bf16(float first, float second) {
  unsigned both;
  asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(both) : "f"(second), "f"(first));
  return both;
}
#endif

//~ multiply_tf32
// Adds the product of a 16 x 8 and an 8 x 8 matrix of tf32, spread over a warp. With n / 4 as g and
// n % 4 as t, lane n has of the left one (g, t), (g + 8, t), (g, t + 4), (g + 8, t + 4), of the right
// one (t, g), (t + 4, g), of the sums (g, 2t), (g, 2t + 1), (g + 8, 2t), (g + 8, 2t + 1).
#ifndef CUDA_ON_CPU
__device__ __forceinline__ void multiply_tf32(
    float (&sums)[4], const unsigned (&left)[4], const unsigned (&right)[2]) {
  asm volatile(
      "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, "
      "{%8, %9}, {%0, %1, %2, %3};"
      : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
      : "r"(left[0]), "r"(left[1]), "r"(left[2]), "r"(left[3]), "r"(right[0]), "r"(right[1]));
}
#endif

//~ multiply_bf16
// Adds the product of a 16 x 16 and a 16 x 8 matrix of bf16, spread over a warp. With n / 4 as g and
// n % 4 as t, lane n has of the left one, two side by side, (g, 2t), (g + 8, 2t), (g, 2t + 8),
// (g + 8, 2t + 8), of the right one, two below each other, (2t, g), (2t + 8, g), of the sums
// (g, 2t), (g, 2t + 1), (g + 8, 2t), (g + 8, 2t + 1).
#ifndef CUDA_ON_CPU
__device__ __forceinline__ void multiply_bf16(
    float (&sums)[4], const unsigned (&left)[4], const unsigned (&right)[2]) {
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, "
      "{%8, %9}, {%0, %1, %2, %3};"
      : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
      : "r"(left[0]), "r"(left[1]), "r"(left[2]), "r"(left[3]), "r"(right[0]), "r"(right[1]));
}
#endif

//~ fragments_tf32: read_matrices, to_tf32
// A lane's part of 16 rows of 8 positions along the sum, for multiply_tf32; `from` is where they
// begin in shared memory. Rows lie side by side along the sum, `stride` apart.
__device__ __forceinline__ void left_along(
    unsigned (&to)[4], const float* from, int stride, int lane) {
  read_matrices(to, from + lane % 16 * stride + lane / 16 * 4);
#pragma unroll
  for (int n = 0; n < 4; n++) {
    to[n] = to_tf32(to[n]);
  }
}
// The same where positions of the sum are `stride` apart, and rows side by side.
__device__ __forceinline__ void left_across(
    unsigned (&to)[4], const float* from, int stride, int lane) {
  const float* const first = from + lane % 4 * stride + lane / 4;
#pragma unroll
  for (int n = 0; n < 4; n++) {
    to[n] = to_tf32(__float_as_uint(first[n / 2 * 4 * stride + n % 2 * 8]));
  }
}
// A lane's part of 16 columns: of the first 8, and of the others.
__device__ __forceinline__ void right_along(
    unsigned (&to)[2][2], const float* from, int stride, int lane) {
  unsigned all[4];
  read_matrices(all, from + (lane % 8 + lane / 16 * 8) * stride + lane / 8 % 2 * 4);
#pragma unroll
  for (int n = 0; n < 4; n++) {
    to[n / 2][n % 2] = to_tf32(all[n]);
  }
}
__device__ __forceinline__ void right_across(
    unsigned (&to)[2][2], const float* from, int stride, int lane) {
  const float* const first = from + lane % 4 * stride + lane / 4;
#pragma unroll
  for (int n = 0; n < 4; n++) {
    to[n / 2][n % 2] = to_tf32(__float_as_uint(first[n % 2 * 4 * stride + n / 2 * 8]));
  }
}

//~ fragments_bf16: read_matrices
// A lane's part of 16 rows of 16 positions along the sum, for multiply_bf16; `from` is where they
// begin in shared memory. Rows lie side by side along the sum, `stride` apart.
__device__ __forceinline__ void left_along(
    unsigned (&to)[4], const unsigned short* from, int stride, int lane) {
  read_matrices(to, from + lane % 16 * stride + lane / 16 * 8);
}
// The same where positions of the sum are `stride` apart, and rows side by side.
__device__ __forceinline__ void left_across(
    unsigned (&to)[4], const unsigned short* from, int stride, int lane) {
  read_matrices_turned(to, from + (lane % 8 + lane / 16 * 8) * stride + lane / 8 % 2 * 8);
}
// A lane's part of 16 columns: of the first 8, and of the others.
__device__ __forceinline__ void right_along(
    unsigned (&to)[2][2], const unsigned short* from, int stride, int lane) {
  unsigned all[4];
  read_matrices(all, from + (lane % 8 + lane / 16 * 8) * stride + lane / 8 % 2 * 8);
#pragma unroll
  for (int n = 0; n < 4; n++) {
    to[n / 2][n % 2] = all[n];
  }
}
__device__ __forceinline__ void right_across(
    unsigned (&to)[2][2], const unsigned short* from, int stride, int lane) {
  unsigned all[4];
  read_matrices_turned(all, from + lane % 16 * stride + lane / 16 * 8);
#pragma unroll
  for (int n = 0; n < 4; n++) {
    to[n / 2][n % 2] = all[n];
  }
}

//~ store_f32: neighbours
// Four values of a panel; tf32 is rounded when it is read again.
__device__ __forceinline__ void store_four(float* to, const float* from) {
  write_neighbours<4>(to, from);
}

//~ store_bf16: neighbours, to_bf16
// Four values of a panel, rounded.
__device__ __forceinline__ void store_four(unsigned short* to, const float* from) {
  const unsigned rounded[2] = {to_bf16(from[0], from[1]), to_bf16(from[2], from[3])};
  write_neighbours<2>((unsigned*) to, rounded);
}
