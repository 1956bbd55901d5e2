package dev.einkorn.compiler.cli.bench;

/** Where results go as they come. */
interface Report {
  /** Says what the machine can do. */
  void ceilings(Ceilings ceilings, String loops);

  /** Adds a result. */
  void add(Result result);

  /** Adds a workload that could not be run. */
  void failed(Workload workload, int threads, String message);

  /** Everything has been run. */
  void finish();
}
