// What the stand-in driver loads: a launch function and the sizes of the parameters of each kernel.
#pragma once

#include <stdio.h>

#include "cuda_on_cpu.h"

extern "C" const char* cuda_launch(
    void (*kernel)(void**), void** given, unsigned grid_x, unsigned grid_y, unsigned block_x,
    unsigned block_y, int order, unsigned seed);

template <typename K>
struct cuda_parameters;
template <typename... A>
struct cuda_parameters<void (*)(A...)> {
  int sizes[sizeof...(A) + 1] = {(int) sizeof(A)..., 0};
};

// 719 is CUDA_ERROR_LAUNCH_FAILED.
#define CUDA_MODULE_ENTRY(kernel)                                                      \
  CUDA_ENTRY(cuda_entry_##kernel, kernel)                                              \
  extern "C" int einkorn_launch_##kernel(                                              \
      const unsigned* grid, const unsigned* block, unsigned, void** arguments) {       \
    const char* problem = cuda_launch(                                                 \
        cuda_entry_##kernel, arguments, grid[0], grid[1], block[0], block[1], 2, 17);  \
    if (problem) fprintf(stderr, #kernel ": %s\n", problem);                           \
    return problem ? 719 : 0;                                                          \
  }                                                                                    \
  extern "C" {                                                                         \
  extern const cuda_parameters<decltype(&kernel)> einkorn_params_##kernel;             \
  const cuda_parameters<decltype(&kernel)> einkorn_params_##kernel = {};               \
  }
