package dev.einkorn.samples.benchmarks;

import dev.einkorn.runtime.Tensor;
import dev.einkorn.runtime.annotation.Extents;
import dev.einkorn.runtime.annotation.Output;
import dev.einkorn.runtime.annotation.TensorKernel;
import dev.einkorn.runtime.annotation.TensorKernels;

/** The founding questions, with kernels written at build time. */
@TensorKernels
interface Questions {
  String COLUMN_DOTS = "c[k] = A[i,k] * B[i,k]";

  String COMPOSED =
      "C[i,j,k] = B[i] * A[j,k]; C2[i,j,k] = Y[j] * Z[i,k];"
          + " E[k] = (C[i,j,k] + C2[i,j,k]) * (C[i,k,j] + C2[i,k,j])";

  String PAIRWISE = "E[n,k,d] = A[n,h,d] * B[k,h,d]";

  @TensorKernel(COLUMN_DOTS)
  @Extents("i=2000,k=2000")
  void columnDots(Tensor A, Tensor B, @Output Tensor c);

  @TensorKernel(COMPOSED)
  @Extents("i=400,j=408")
  void composed(Tensor B, Tensor A, Tensor Y, Tensor Z, @Output Tensor E);

  @TensorKernel(PAIRWISE)
  @Extents("n=64,k=64,h=32,d=256")
  void pairwise(Tensor A, Tensor B, @Output Tensor E);
}
