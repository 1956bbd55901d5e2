package dev.einkorn.compiler.examples;

import org.junit.jupiter.api.Test;

/** Stencils, cellular automata and particles. Step sizes are powers of two, so nothing rounds. */
class PhysicsTest {
  private final Draw draw = new Draw();

  private static double zeroOutside(double[][] field, int x, int y) {
    boolean inside = x >= 0 && x < field.length && y >= 0 && y < field[0].length;
    return inside ? field[x][y] : 0;
  }

  @Test
  void finite_difference_in_one_line() {
    double[] i = draw.vector(9);
    double[] expected = new double[8];
    for (int x = 0; x < 8; x++) {
      expected[x] = i[x + 1] - i[x];
    }
    Example.of("D[x] = I[x+1] - I[x] where x < extent(I, 0) - 1").with("I", i).gives(expected);
  }

  @Test
  void heat_equation_1d_with_cold_ends() {
    double[] u = draw.vector(9);
    double[] expected = new double[9];
    for (int x = 0; x < 9; x++) {
      double left = x > 0 ? u[x - 1] : 0;
      double right = x < 8 ? u[x + 1] : 0;
      expected[x] = u[x] + 0.25 * (left - 2 * u[x] + right);
    }
    Example.of("V[x] = U[x] + 0.25*(zero(U[x-1]) - 2*U[x] + zero(U[x+1]))")
        .with("U", u)
        .gives(expected);
  }

  @Test
  void heat_equation_2d_with_insulated_edges() {
    double[][] u = draw.matrix(5, 6);
    double[][] expected = new double[5][6];
    for (int x = 0; x < 5; x++) {
      for (int y = 0; y < 6; y++) {
        double sum =
            u[x == 0 ? 1 : x - 1][y]
                + u[x == 4 ? 3 : x + 1][y]
                + u[x][y == 0 ? 1 : y - 1]
                + u[x][y == 5 ? 4 : y + 1];
        expected[x][y] = u[x][y] + 0.125 * (sum - 4 * u[x][y]);
      }
    }
    Example.of(
            "V[x,y] = U[x,y] + 0.125*(mirror(U[x-1,y]) + mirror(U[x+1,y])"
                + " + mirror(U[x,y-1]) + mirror(U[x,y+1]) - 4*U[x,y])")
        .with("U", u)
        .gives(expected);
  }

  @Test
  void wave_equation_with_two_time_levels() {
    double[] now = draw.vector(10);
    double[] before = draw.vector(10);
    double[] expected = new double[10];
    for (int x = 0; x < 10; x++) {
      double bend = now[(x + 9) % 10] - 2 * now[x] + now[(x + 1) % 10];
      expected[x] = 2 * now[x] - before[x] + 0.5 * bend;
    }
    Example.of("N[x] = 2*U[x] - P[x] + 0.5*(wrap(U[x-1]) - 2*U[x] + wrap(U[x+1]))")
        .with("U", now)
        .with("P", before)
        .gives(expected);
  }

  @Test
  void upwind_advection_with_wrap() {
    double[] u = draw.vector(8);
    double[] speed = draw.vector(8);
    double[] expected = new double[8];
    for (int x = 0; x < 8; x++) {
      double slope = speed[x] > 0 ? u[x] - u[(x + 7) % 8] : u[(x + 1) % 8] - u[x];
      expected[x] = u[x] - 0.5 * speed[x] * slope;
    }
    Example.of("V[x] = U[x] - 0.5*c[x]*select(c[x] > 0, U[x] - wrap(U[x-1]), wrap(U[x+1]) - U[x])")
        .with("U", u)
        .with("c", speed)
        .gives(expected);
  }

  @Test
  void divergence_on_a_torus() {
    double[][] p = draw.matrix(5, 6);
    double[][] q = draw.matrix(5, 6);
    double[][] expected = new double[5][6];
    for (int x = 0; x < 5; x++) {
      for (int y = 0; y < 6; y++) {
        double across = p[(x + 1) % 5][y] - p[(x + 4) % 5][y];
        double down = q[x][(y + 1) % 6] - q[x][(y + 5) % 6];
        expected[x][y] = (across + down) / 2;
      }
    }
    Example.of(
            "D[x,y] = (wrap(P[x+1,y]) - wrap(P[x-1,y]) + (wrap(Q[x,y+1]) - wrap(Q[x,y-1]))) / 2"
                + " where x < extent(P, 0), y < extent(Q, 1)")
        .with("P", p)
        .with("Q", q)
        .gives(expected);
  }

  @Test
  void gradient_with_clamped_ends() {
    double[][] field = draw.matrix(5, 6);
    double[][] across = new double[5][6];
    double[][] down = new double[5][6];
    for (int x = 0; x < 5; x++) {
      for (int y = 0; y < 6; y++) {
        across[x][y] = (field[Math.min(4, x + 1)][y] - field[Math.max(0, x - 1)][y]) / 2;
        down[x][y] = (field[x][Math.min(5, y + 1)] - field[x][Math.max(0, y - 1)]) / 2;
      }
    }
    Example.of(
            """
            X[x,y] = (clamp(F[x+1,y]) - clamp(F[x-1,y])) / 2 where x < extent(F, 0), y < extent(F, 1)
            Y[x,y] = (clamp(F[x,y+1]) - clamp(F[x,y-1])) / 2 where x < extent(F, 0), y < extent(F, 1)
            """)
        .with("F", field)
        .gives("X", across)
        .gives("Y", down);
  }

  @Test
  void jacobi_step_of_a_poisson_equation() {
    double[][] u = draw.matrix(6, 5);
    double[][] f = draw.matrix(6, 5);
    double[][] expected = new double[6][5];
    for (int x = 0; x < 6; x++) {
      for (int y = 0; y < 5; y++) {
        expected[x][y] =
            (zeroOutside(u, x - 1, y)
                    + zeroOutside(u, x + 1, y)
                    + zeroOutside(u, x, y - 1)
                    + zeroOutside(u, x, y + 1)
                    - f[x][y])
                / 4;
      }
    }
    Example.of(
            "V[x,y] = (zero(U[x-1,y]) + zero(U[x+1,y]) + zero(U[x,y-1]) + zero(U[x,y+1])"
                + " - F[x,y]) / 4")
        .with("U", u)
        .with("F", f)
        .gives(expected);
  }

  @Test
  void two_jacobi_steps_in_one_program() {
    double[] u = draw.vector(9);
    double[] once = new double[9];
    double[] twice = new double[9];
    for (int x = 0; x < 9; x++) {
      once[x] = ((x > 0 ? u[x - 1] : 0) + (x < 8 ? u[x + 1] : 0)) / 2;
    }
    for (int x = 0; x < 9; x++) {
      twice[x] = ((x > 0 ? once[x - 1] : 0) + (x < 8 ? once[x + 1] : 0)) / 2;
    }
    Example.of(
            """
            V[x] = (zero(U[x-1]) + zero(U[x+1])) / 2 where x < extent(U, 0)
            W[x] = (zero(V[x-1]) + zero(V[x+1])) / 2 where x < extent(U, 0)
            """)
        .with("U", u)
        .gives(twice);
  }

  @Test
  void residual_of_the_interior() {
    double[] u = draw.vector(12);
    double[] expected = new double[10];
    for (int x = 0; x < 10; x++) {
      expected[x] = u[x] - 2 * u[x + 1] + u[x + 2];
    }
    Example.of("R[x] = U[x+r] * s[r]")
        .with("U", u)
        .with("s", new double[] {1, -2, 1})
        .gives(expected);
  }

  @Test
  void seven_point_stencil() {
    double[][][] u = draw.cube(4, 5, 3);
    double[][][] expected = new double[4][5][3];
    for (int x = 0; x < 4; x++) {
      for (int y = 0; y < 5; y++) {
        for (int z = 0; z < 3; z++) {
          double sum = -6 * u[x][y][z];
          sum += x > 0 ? u[x - 1][y][z] : 0;
          sum += x < 3 ? u[x + 1][y][z] : 0;
          sum += y > 0 ? u[x][y - 1][z] : 0;
          sum += y < 4 ? u[x][y + 1][z] : 0;
          sum += z > 0 ? u[x][y][z - 1] : 0;
          sum += z < 2 ? u[x][y][z + 1] : 0;
          expected[x][y][z] = sum;
        }
      }
    }
    Example.of(
            "L[x,y,z] = zero(U[x-1,y,z]) + zero(U[x+1,y,z]) + zero(U[x,y-1,z]) + zero(U[x,y+1,z])"
                + " + zero(U[x,y,z-1]) + zero(U[x,y,z+1]) - 6*U[x,y,z]")
        .with("U", u)
        .gives(expected);
  }

  @Test
  void game_of_life_on_a_torus() {
    int[][] cells = draw.integers(8, 9, 0, 2);
    int[][] expected = new int[8][9];
    for (int x = 0; x < 8; x++) {
      for (int y = 0; y < 9; y++) {
        int neighbours = -cells[x][y];
        for (int r = 0; r < 3; r++) {
          for (int s = 0; s < 3; s++) {
            neighbours += cells[(x + r + 7) % 8][(y + s + 8) % 9];
          }
        }
        expected[x][y] = neighbours == 3 || (neighbours == 2 && cells[x][y] == 1) ? 1 : 0;
      }
    }
    Example.of(
            """
            N[x,y] = sum[r,s](wrap(L[x+r-1,y+s-1]) where r < 3, s < 3) - L[x,y]
            G[x,y] = i32(N[x,y] == 3 or N[x,y] == 2 and L[x,y] == 1)
            """)
        .with("L", cells)
        .gives(expected);
  }

  @Test
  void cellular_automaton_rule_30() {
    boolean[] cells = draw.truths(11);
    boolean[] expected = new boolean[11];
    for (int x = 0; x < 11; x++) {
      expected[x] = cells[(x + 10) % 11] ^ (cells[x] || cells[(x + 1) % 11]);
    }
    Example.of("N[x] = wrap(C[x-1]) != (C[x] or wrap(C[x+1]))").with("C", cells).gives(expected);
  }

  @Test
  void ising_energy_of_a_periodic_lattice() {
    double[][] spins = draw.matrix(5, 4);
    double expected = 0;
    for (int x = 0; x < 5; x++) {
      for (int y = 0; y < 4; y++) {
        expected -= spins[x][y] * (spins[(x + 1) % 5][y] + spins[x][(y + 1) % 4]);
      }
    }
    Example.of("E = -(S[x,y] * (wrap(S[x+1,y]) + wrap(S[x,y+1])))")
        .with("S", spins)
        .gives(expected);
  }

  @Test
  void centre_of_mass() {
    double[] mass = {1, 3, 2, 2};
    double[][] positions = draw.matrix(4, 3);
    double[] expected = new double[3];
    for (int d = 0; d < 3; d++) {
      for (int n = 0; n < 4; n++) {
        expected[d] += mass[n] * positions[n][d];
      }
      expected[d] /= 8;
    }
    Example.of("c[d] = sum[n](m[n] * X[n,d]) / sum[n](m[n])")
        .with("m", mass)
        .with("X", positions)
        .gives(expected);
  }

  @Test
  void inertia_tensor() {
    double[] mass = draw.vector(5);
    double[][] positions = draw.matrix(5, 3);
    double[][] expected = new double[3][3];
    for (int n = 0; n < 5; n++) {
      double square = 0;
      for (int d = 0; d < 3; d++) {
        square += positions[n][d] * positions[n][d];
      }
      for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
          expected[i][j] += mass[n] * ((i == j ? square : 0) - positions[n][i] * positions[n][j]);
        }
      }
    }
    Example.of("J[i,j] = sum[n](m[n] * (select(i == j, sum[d](X[n,d]^2), 0) - X[n,i]*X[n,j]))")
        .with("m", mass)
        .with("X", positions)
        .gives(expected);
  }

  @Test
  void gravity_between_particles() {
    double[] mass = {1, 2, 3, 4};
    double[][] positions = draw.matrix(4, 2);
    double[][] expected = new double[4][2];
    for (int i = 0; i < 4; i++) {
      for (int j = 0; j < 4; j++) {
        double square = 1;
        for (int d = 0; d < 2; d++) {
          double difference = positions[j][d] - positions[i][d];
          square += difference * difference;
        }
        for (int d = 0; d < 2; d++) {
          expected[i][d] +=
              mass[j] * (positions[j][d] - positions[i][d]) / (square * Math.sqrt(square));
        }
      }
    }
    // 4 terms below 32 with 6 roundings each
    Example.of(
            """
            s[i,j] = 1 + sum[d]((X[j,d] - X[i,d])^2)
            F[i,d] = sum[j](m[j] * (X[j,d] - X[i,d]) / (s[i,j] * sqrt(s[i,j])))
            """)
        .with("m", mass)
        .with("X", positions)
        .givesWithin(4 * 6, 4 * 32, expected);
  }

  @Test
  void lattice_boltzmann_streaming() {
    double[][] f = draw.matrix(3, 7);
    double[][] expected = new double[3][7];
    for (int d = 0; d < 3; d++) {
      for (int x = 0; x < 7; x++) {
        expected[d][x] = f[d][Math.floorMod(x - (d - 1), 7)];
      }
    }
    Example.of("G[d,x] = wrap(F[d,x-d+1]) where d < 3, x < extent(F, 1)")
        .with("F", f)
        .gives(expected);
  }
}
