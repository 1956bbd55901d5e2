/**
 * Checks and times Einkorn on an NVIDIA GPU. In: a machine with a driver and NVRTC, as it is. Out:
 * a table for people and JSON lines, with cuBLAS and PyTorch beside us where they are found.
 *
 * {@snippet lang=text :
 * gemm_nn_4096   2.81 ms   48921 GFLOP/s   0.93 x cuBLAS   1.02 x torch   3 % of copying
 * }
 */
@NullMarked
package dev.einkorn.samples.gpu;

import org.jspecify.annotations.NullMarked;
