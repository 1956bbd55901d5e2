/** What a compiled kernel and its caller need at run time: tensors, files, the kernel interface. */
module dev.einkorn.runtime {
  requires static jdk.incubator.vector;
  requires static org.jspecify;

  exports dev.einkorn.runtime;
  exports dev.einkorn.runtime.cuda;
  exports dev.einkorn.runtime.simd;
}
