/**
 * CUDA without any native code of our own: NVRTC and the driver, called by {@code
 * java.lang.foreign}.
 *
 * <p>In: CUDA C, and {@link dev.einkorn.runtime.Tensor}s of the host. Out: machine code with a
 * report of the registers and memory it takes, and results computed by a GPU. {@link
 * dev.einkorn.runtime.cuda.CudaLibraries} says what this machine has; {@link
 * dev.einkorn.runtime.cuda.Nvrtc} compiles, also where there is no GPU; {@link
 * dev.einkorn.runtime.cuda.CudaDriver} opens a {@link dev.einkorn.runtime.cuda.CudaDevice}, on
 * which {@link dev.einkorn.runtime.cuda.DeviceTensor}s stay from call to call.
 *
 * <p>All work of a device runs in the background, in streams; tensors carry its order. Whatever the
 * driver makes is released when its owner is closed, at the latest with the device, and as a net by
 * the collector. Nothing is printed, and every failure of the driver is a {@link
 * dev.einkorn.runtime.cuda.CudaException}.
 *
 * {@snippet :
 * CudaLibraries libraries = CudaLibraries.find();
 * Nvrtc nvrtc = Nvrtc.load(libraries).orElseThrow();
 * CudaDriver driver = CudaDriver.load(libraries).orElseThrow();
 * try (CudaDevice device = driver.open(0)) {
 *   Architecture target = nvrtc.architectureFor(device.properties().architecture());
 *   Cubin cubin = CubinCache.ofUser(nvrtc).compile(KernelSource.of("twice.cu", text), target);
 *   CudaFunction twice = device.load(cubin).function("twice");
 *   DeviceTensor x = device.upload(Tensor.of(new float[] {1, 2, 3}, 3));
 *   twice.launch(device.stream(), Launch.of(1, 32), new KernelArguments().tensor(x).i32(3));
 *   System.out.println(x.download());
 * }
 * }
 *
 * prints
 *
 * <pre>{@code
 * f32[3]
 * [2.0, 4.0, 6.0]
 * }</pre>
 */
@NullMarked
package dev.einkorn.runtime.cuda;

import org.jspecify.annotations.NullMarked;
