/** What a compiled kernel and its caller need at run time: tensors, files, the kernel interface. */
module dev.einkorn.runtime {
  requires static jdk.incubator.vector;
  requires static java.management;
  requires static jdk.management;
  requires static org.jspecify;

  exports dev.einkorn.runtime;
  exports dev.einkorn.runtime.cuda;
  exports dev.einkorn.runtime.annotation;
  exports dev.einkorn.runtime.kernel;
  exports dev.einkorn.runtime.simd;
  exports dev.einkorn.runtime.tier;
}
