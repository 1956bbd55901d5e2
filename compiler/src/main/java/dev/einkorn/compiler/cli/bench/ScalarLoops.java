package dev.einkorn.compiler.cli.bench;

/** Ceilings without the vector module: what C2 makes of plain loops, an estimate from below. */
final class ScalarLoops implements CeilingLoops {
  private static final int LANES = 512;

  @Override
  public String description() {
    return "plain loops (an estimate from below: the module jdk.incubator.vector is off)";
  }

  @Override
  public double multiplyAddFloats(long steps) {
    float[] sums = new float[LANES];
    float factor = steps < 0 ? 2f : 0.999f;
    float term = steps < 0 ? 2f : 0.001f;
    for (long step = 0; step < steps; step++) {
      for (int n = 0; n < LANES; n++) {
        sums[n] = Math.fma(sums[n], factor, term);
      }
    }
    return sums[0] < 0 ? Double.NaN : 2.0 * LANES * steps;
  }

  @Override
  public double multiplyAddDoubles(long steps) {
    double[] sums = new double[LANES];
    double factor = steps < 0 ? 2 : 0.999;
    double term = steps < 0 ? 2 : 0.001;
    for (long step = 0; step < steps; step++) {
      for (int n = 0; n < LANES; n++) {
        sums[n] = Math.fma(sums[n], factor, term);
      }
    }
    return sums[0] < 0 ? Double.NaN : 2.0 * LANES * steps;
  }

  @Override
  public float read(float[] from) {
    float a = 0;
    float b = 0;
    float c = 0;
    float d = 0;
    float e = 0;
    float f = 0;
    float g = 0;
    float h = 0;
    for (int n = 0; n + 7 < from.length; n += 8) {
      a += from[n];
      b += from[n + 1];
      c += from[n + 2];
      d += from[n + 3];
      e += from[n + 4];
      f += from[n + 5];
      g += from[n + 6];
      h += from[n + 7];
    }
    return a + b + c + d + e + f + g + h;
  }

  @Override
  public void copy(float[] array) {
    System.arraycopy(array, 0, array, array.length / 2, array.length / 2);
  }
}
