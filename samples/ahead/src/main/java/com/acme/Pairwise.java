package com.acme;

import dev.einkorn.runtime.Tensor;
import dev.einkorn.runtime.annotation.Extents;
import dev.einkorn.runtime.annotation.Output;
import dev.einkorn.runtime.annotation.Shape;
import dev.einkorn.runtime.annotation.TensorKernel;
import dev.einkorn.runtime.annotation.TensorKernels;

/** Kernels that javac writes: see {@code target/generated-sources/annotations}. */
@TensorKernels
public interface Pairwise {
  /** The dot product of each column of A with the one of B; their product is never stored. */
  @TensorKernel("c[k] = A[i,k] * B[i,k]")
  Tensor columnDots(Tensor A, Tensor B);

  /** Sums over products of all pairs of rows, at each of the places d. */
  @TensorKernel("E[n,k,d] = A[n,h,d] * B[k,h,d]")
  @Extents("n=64,k=64,h=32,d=256")
  void pairwise(Tensor A, Tensor B, @Output Tensor E);

  /** A program in a file, whose intermediates of size i*j*k never exist. */
  @TensorKernel(file = "composed.ein")
  @Extents("i=400,j=400")
  Tensor composed(Tensor B, Tensor A, Tensor Y, Tensor Z);

  /** Plain arrays and numbers: y = a A x. */
  @TensorKernel("y[i] = a * A[i,k] * x[k]")
  double[] scaledProduct(double a, @Shape("i,k") double[] A, @Shape("k") double[] x);

  /** The kernels. */
  static Pairwise create() {
    return new PairwiseKernels();
  }
}
