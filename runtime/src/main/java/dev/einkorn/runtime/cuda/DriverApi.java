package dev.einkorn.runtime.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;

import dev.einkorn.runtime.cuda.NativeFunction.Shape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.util.List;
import java.util.Optional;

/**
 * The functions of the CUDA driver that are used here, under the names the library exports: the
 * header's {@code cuMemAlloc} is a macro for {@code cuMemAlloc_v2}, and the plain name is another,
 * older function.
 *
 * <p>In the shapes, handles (context, module, function, stream, event) and pointers of the host are
 * P; device addresses and sizes are L; devices, attributes, flags and results are I.
 */
final class DriverApi {
  final NativeFunction init;
  final NativeFunction driverGetVersion;
  final NativeFunction getErrorName;
  final NativeFunction deviceGetCount;
  final NativeFunction deviceGet;
  final NativeFunction deviceGetName;
  final NativeFunction deviceTotalMem;
  final NativeFunction deviceGetAttribute;
  final NativeFunction primaryCtxRetain;
  final NativeFunction primaryCtxRelease;
  final NativeFunction ctxSetCurrent;
  final NativeFunction ctxSynchronize;
  final NativeFunction memAlloc;
  final NativeFunction memFree;
  final NativeFunction memGetInfo;
  final NativeFunction memAllocHost;
  final NativeFunction memFreeHost;
  final NativeFunction memcpyHtoDAsync;
  final NativeFunction memcpyDtoHAsync;
  final NativeFunction memsetD8Async;
  final NativeFunction streamCreate;
  final NativeFunction streamSynchronize;
  final NativeFunction streamWaitEvent;
  final NativeFunction streamDestroy;
  final NativeFunction eventCreate;
  final NativeFunction eventRecord;
  final NativeFunction eventSynchronize;
  final NativeFunction eventElapsedTime;
  final NativeFunction eventDestroy;
  final NativeFunction moduleLoadDataEx;
  final NativeFunction moduleUnload;
  final NativeFunction moduleGetFunction;
  final NativeFunction funcSetAttribute;
  final NativeFunction funcGetAttribute;
  final NativeFunction occupancy;
  final NativeFunction launchKernel;

  /** From CUDA 12.4 on. */
  final Optional<NativeFunction> funcGetParamInfo;

  private final SymbolLookup symbols;
  private final String location;

  DriverApi(SymbolLookup symbols, String location) {
    this.symbols = symbols;
    this.location = location;
    init = bind(Shape.I, "cuInit");
    driverGetVersion = bind(Shape.P, "cuDriverGetVersion");
    getErrorName = bind(Shape.IP, "cuGetErrorName");
    deviceGetCount = bind(Shape.P, "cuDeviceGetCount");
    deviceGet = bind(Shape.PI, "cuDeviceGet");
    deviceGetName = bind(Shape.PII, "cuDeviceGetName");
    deviceTotalMem = bind(Shape.PI, "cuDeviceTotalMem_v2");
    deviceGetAttribute = bind(Shape.PII, "cuDeviceGetAttribute");
    primaryCtxRetain = bind(Shape.PI, "cuDevicePrimaryCtxRetain");
    primaryCtxRelease = bind(Shape.I, "cuDevicePrimaryCtxRelease_v2");
    ctxSetCurrent = bind(Shape.P, "cuCtxSetCurrent");
    ctxSynchronize = bind(Shape.NONE, "cuCtxSynchronize");
    memAlloc = bind(Shape.PL, "cuMemAlloc_v2");
    memFree = bind(Shape.L, "cuMemFree_v2");
    memGetInfo = bind(Shape.PP, "cuMemGetInfo_v2");
    memAllocHost = bind(Shape.PL, "cuMemAllocHost_v2");
    memFreeHost = bind(Shape.P, "cuMemFreeHost");
    memcpyHtoDAsync = bind(Shape.LPLP, "cuMemcpyHtoDAsync_v2");
    memcpyDtoHAsync = bind(Shape.PLLP, "cuMemcpyDtoHAsync_v2");
    memsetD8Async = bind(Shape.LBLP, "cuMemsetD8Async");
    streamCreate = bind(Shape.PI, "cuStreamCreate");
    streamSynchronize = bind(Shape.P, "cuStreamSynchronize");
    streamWaitEvent = bind(Shape.PPI, "cuStreamWaitEvent");
    streamDestroy = bind(Shape.P, "cuStreamDestroy_v2");
    eventCreate = bind(Shape.PI, "cuEventCreate");
    eventRecord = bind(Shape.PP, "cuEventRecord");
    eventSynchronize = bind(Shape.P, "cuEventSynchronize");
    // The second version is of CUDA 12.8; both take the same.
    eventElapsedTime = bind(Shape.PPP, "cuEventElapsedTime_v2", "cuEventElapsedTime");
    eventDestroy = bind(Shape.P, "cuEventDestroy_v2");
    moduleLoadDataEx = bind(Shape.PPIPP, "cuModuleLoadDataEx");
    moduleUnload = bind(Shape.P, "cuModuleUnload");
    moduleGetFunction = bind(Shape.PPP, "cuModuleGetFunction");
    funcSetAttribute = bind(Shape.PII, "cuFuncSetAttribute");
    funcGetAttribute = bind(Shape.PIP, "cuFuncGetAttribute");
    occupancy = bind(Shape.PPIL, "cuOccupancyMaxActiveBlocksPerMultiprocessor");
    launchKernel = bind(Shape.LAUNCH, "cuLaunchKernel");
    funcGetParamInfo =
        symbols
            .find("cuFuncGetParamInfo")
            .map(address -> new NativeFunction("cuFuncGetParamInfo", Shape.PLPP, address));
  }

  /** All that was bound, for a check against NVIDIA's header. */
  List<NativeFunction> functions() {
    return List.of(
        init,
        driverGetVersion,
        getErrorName,
        deviceGetCount,
        deviceGet,
        deviceGetName,
        deviceTotalMem,
        deviceGetAttribute,
        primaryCtxRetain,
        primaryCtxRelease,
        ctxSetCurrent,
        ctxSynchronize,
        memAlloc,
        memFree,
        memGetInfo,
        memAllocHost,
        memFreeHost,
        memcpyHtoDAsync,
        memcpyDtoHAsync,
        memsetD8Async,
        streamCreate,
        streamSynchronize,
        streamWaitEvent,
        streamDestroy,
        eventCreate,
        eventRecord,
        eventSynchronize,
        eventElapsedTime,
        eventDestroy,
        moduleLoadDataEx,
        moduleUnload,
        moduleGetFunction,
        funcSetAttribute,
        funcGetAttribute,
        occupancy,
        launchKernel);
  }

  /** Checks a result of a call that needs no context. */
  void check(NativeFunction function, int result) {
    if (result != 0) {
      throw new CudaException(CudaResult.of(this, result), function.name(), "");
    }
  }

  /** The driver's own name of a result, such as {@code CUDA_ERROR_OUT_OF_MEMORY}. */
  @SuppressWarnings("restricted") // The text ends with a zero; names are short.
  Optional<String> errorName(int result) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocate(ADDRESS);
      if (getErrorName.call(result, name) != 0) {
        return Optional.empty();
      }
      MemorySegment text = name.get(ADDRESS, 0);
      return text.equals(MemorySegment.NULL)
          ? Optional.empty()
          : Optional.of(text.reinterpret(256).getString(0));
    }
  }

  private NativeFunction bind(Shape shape, String... names) {
    for (String name : names) {
      Optional<MemorySegment> address = symbols.find(name);
      if (address.isPresent()) {
        return new NativeFunction(name, shape, address.get());
      }
    }
    throw new IllegalStateException(
        "%s has no %s: the driver is too old, or is none".formatted(location, names[0]));
  }
}
