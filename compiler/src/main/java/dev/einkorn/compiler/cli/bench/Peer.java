package dev.einkorn.compiler.cli.bench;

import dev.einkorn.runtime.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * Another library that computes some of the workloads. Found by {@link ServiceLoader}; {@code
 * samples/benchmarks/peers} has some.
 */
public interface Peer {
  /** The name, for instance {@code openblas}. */
  String name();

  /**
   * Makes a problem ready: data copied to where the library wants it, in the same storage order,
   * outputs allocated where the library allows it.
   *
   * @param threads that the library may use
   * @return empty if the library has no call for this workload
   */
  Optional<Task> prepare(Problem problem, int threads);

  /** A problem that is ready to run, again and again. */
  interface Task extends AutoCloseable {
    /** Computes once. */
    void run();

    /** The output of the last run, copied, row-major. */
    Tensor result();

    /** Frees what the task holds. */
    @Override
    void close();
  }

  /** The libraries on the class path, in the order of their names. */
  static List<Peer> installed() {
    return ServiceLoader.load(Peer.class, Peer.class.getClassLoader()).stream()
        .map(ServiceLoader.Provider::get)
        .sorted(java.util.Comparator.comparing(Peer::name))
        .toList();
  }
}
