/** Tests of CUDA: with the real NVRTC where it is found, and with a stand-in for the driver. */
@NullMarked
package dev.einkorn.runtime.cuda;

import org.jspecify.annotations.NullMarked;
