package dev.einkorn.compiler.examples;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Graphs as neighbour lists, as edge lists and as adjacency matrices. */
class GraphsTest {
  private static final int NODES = 7;

  private final Draw draw = new Draw();
  private final double[][] adjacency = draw.adjacency(NODES);

  private double[] degrees() {
    return Arrays.stream(adjacency).mapToDouble(row -> Arrays.stream(row).sum()).toArray();
  }

  @Test
  void neighbourhood_sums_by_gather() {
    double[][] features = draw.matrix(NODES, 3);
    int[][] neighbours = draw.integers(NODES, 4, 0, NODES);
    double[][] expected = new double[NODES][3];
    for (int v = 0; v < NODES; v++) {
      for (int w : neighbours[v]) {
        for (int f = 0; f < 3; f++) {
          expected[v][f] += features[w][f];
        }
      }
    }
    Example.of("S[v,f] = X[N[v,k],f]").with("X", features).with("N", neighbours).gives(expected);
  }

  @Test
  void neighbourhood_sums_of_padded_lists() {
    double[] values = draw.vector(4);
    int[][] neighbours = {{1, 2, 3}, {0, -1, -1}, {0, 3, -1}, {-1, -1, -1}};
    int[] degrees = {3, 1, 2, 0};
    double[] expected = {
      values[1] + values[2] + values[3], values[0], values[0] + values[3], 0,
    };
    // the padding is never read through
    Example.of("S[v] = sum[k](X[N[v,k]] where k < d[v])")
        .with("X", values)
        .with("N", neighbours)
        .with("d", degrees)
        .gives(expected);
  }

  @Test
  void neighbourhood_maximum_by_gather() {
    double[] values = draw.vector(NODES);
    long[] flat = draw.longs(NODES * 3, 0, NODES);
    long[][] neighbours = new long[NODES][3];
    double[] expected = new double[NODES];
    for (int v = 0; v < NODES; v++) {
      expected[v] = Double.NEGATIVE_INFINITY;
      for (int k = 0; k < 3; k++) {
        neighbours[v][k] = flat[3 * v + k];
        expected[v] = Math.max(expected[v], values[(int) neighbours[v][k]]);
      }
    }
    Example.of("M[v] = max[k](X[N[v,k]])").with("X", values).with("N", neighbours).gives(expected);
  }

  @Test
  void two_hops_by_nested_gather() {
    double[] values = draw.vector(NODES);
    int[] next = draw.integers(NODES, 0, NODES);
    double[] expected = new double[NODES];
    for (int v = 0; v < NODES; v++) {
      expected[v] = values[next[next[v]]];
    }
    Example.of("Y[v] = X[n[n[v]]]").with("X", values).with("n", next).gives(expected);
  }

  @Test
  void neighbourhood_sums_by_adjacency() {
    double[][] features = draw.matrix(NODES, 3);
    double[][] expected = new double[NODES][3];
    for (int v = 0; v < NODES; v++) {
      for (int w = 0; w < NODES; w++) {
        for (int f = 0; f < 3; f++) {
          expected[v][f] += adjacency[v][w] * features[w][f];
        }
      }
    }
    Example.of("S[v,f] = A[v,w] * X[w,f]").with("A", adjacency).with("X", features).gives(expected);
  }

  @Test
  void edge_lengths() {
    double[][] positions = draw.matrix(NODES, 2);
    int[] from = draw.integers(9, 0, NODES);
    int[] to = draw.integers(9, 0, NODES);
    double[] expected = new double[9];
    for (int e = 0; e < 9; e++) {
      double across = positions[from[e]][0] - positions[to[e]][0];
      double down = positions[from[e]][1] - positions[to[e]][1];
      expected[e] = Math.sqrt(across * across + down * down);
    }
    Example.of("l[e] = sqrt(sum[d]((P[a[e],d] - P[b[e],d])^2))")
        .with("P", positions)
        .with("a", from)
        .with("b", to)
        .gives(expected);
  }

  @Test
  void messages_along_an_edge_list() {
    double[] values = draw.vector(NODES);
    int[] from = draw.integers(12, 0, NODES);
    int[] to = draw.integers(12, 0, NODES);
    double[] expected = new double[NODES];
    for (int e = 0; e < 12; e++) {
      expected[to[e]] += values[from[e]];
    }
    Example.of("S[v] = sum[e](X[a[e]] where b[e] == v) where v < extent(X, 0)")
        .with("X", values)
        .with("a", from)
        .with("b", to)
        .gives(expected);
  }

  @Test
  void in_degrees_of_an_edge_list() {
    int[] to = draw.integers(12, 0, 5);
    long[] expected = new long[5];
    for (int v : to) {
      expected[v]++;
    }
    Example.of("d[v] = sum[e](b[e] == v) where v < 5").with("b", to).gives(expected);
  }

  @Test
  void degree_normalisation() {
    double[] degrees = degrees();
    double[][] expected = new double[NODES][NODES];
    for (int v = 0; v < NODES; v++) {
      for (int w = 0; w < NODES; w++) {
        expected[v][w] = adjacency[v][w] / Math.sqrt((degrees[v] + 1) * (degrees[w] + 1));
      }
    }
    Example.of("d[v] = 1 + A[v,w]; L[v,w] = A[v,w] / sqrt(d[v] * d[w])")
        .with("A", adjacency)
        .gives(expected);
  }

  @Test
  void graph_convolution() {
    double[][] features = draw.matrix(NODES, 3);
    double[][] weights = draw.matrix(3, 2);
    double[][] expected = new double[NODES][2];
    for (int v = 0; v < NODES; v++) {
      for (int o = 0; o < 2; o++) {
        double sum = 0;
        for (int w = 0; w < NODES; w++) {
          for (int f = 0; f < 3; f++) {
            sum += adjacency[v][w] * features[w][f] * weights[f][o];
          }
        }
        expected[v][o] = Math.max(0, sum);
      }
    }
    Example.of("H[v,o] = relu(sum[w,f](A[v,w] * X[w,f] * W[f,o]))")
        .with("A", adjacency)
        .with("X", features)
        .with("W", weights)
        .gives(expected);
  }

  @Test
  void pagerank_step() {
    double[] rank = {0.125, 0.25, 0.125, 0.125, 0.125, 0.125, 0.125};
    double[] degrees = degrees();
    double[] expected = new double[NODES];
    for (int v = 0; v < NODES; v++) {
      expected[v] = 0.15 / NODES;
      for (int w = 0; w < NODES; w++) {
        expected[v] += 0.85 * adjacency[v][w] * rank[w] / Math.max(1, degrees[w]);
      }
    }
    // 7 terms below 1 with 4 roundings each
    Example.of(
            """
            d[w] = A[v,w]
            s[v] = 0.15 / extent(r, 0) + 0.85 * sum[w](A[v,w] * r[w] / max(1, d[w]))
            """)
        .with("A", adjacency)
        .with("r", rank)
        .givesWithin(7 * 4, 1, expected);
  }

  @Test
  void reachability_step() {
    boolean[][] edges = draw.truths(NODES, NODES);
    boolean[] reached = new boolean[NODES];
    reached[2] = true;
    boolean[] expected = reached.clone();
    for (int v = 0; v < NODES; v++) {
      for (int w = 0; w < NODES; w++) {
        expected[v] |= edges[w][v] && reached[w];
      }
    }
    Example.of("N[v] = R[v] or any[w](E[w,v] and R[w])")
        .with("E", edges)
        .with("R", reached)
        .gives(expected);
  }

  @Test
  void shortest_paths_of_two_hops() {
    double[][] lengths = draw.matrix(NODES, NODES);
    double[][] expected = new double[NODES][NODES];
    for (int v = 0; v < NODES; v++) {
      for (int w = 0; w < NODES; w++) {
        expected[v][w] = Double.POSITIVE_INFINITY;
        for (int u = 0; u < NODES; u++) {
          expected[v][w] = Math.min(expected[v][w], lengths[v][u] + lengths[u][w]);
        }
      }
    }
    Example.of("D[v,w] = min[u](L[v,u] + L[u,w])").with("L", lengths).gives(expected);
  }

  @Test
  void triangles() {
    int expected = 0;
    for (int u = 0; u < NODES; u++) {
      for (int v = 0; v < u; v++) {
        for (int w = 0; w < v; w++) {
          expected += adjacency[u][v] * adjacency[v][w] * adjacency[w][u] == 1 ? 1 : 0;
        }
      }
    }
    Example.of("t = sum[u,v,w](A[u,v] * A[v,w] * A[w,u]) / 6")
        .with("A", adjacency)
        .gives((double) expected);
    Example.of("t = A[u,v] * A[v,w] * A[w,u] where v < u, w < v")
        .with("A", adjacency)
        .gives((double) expected);
  }

  @Test
  void common_neighbours() {
    double[][] expected = new double[NODES][NODES];
    for (int v = 0; v < NODES; v++) {
      for (int w = 0; w < NODES; w++) {
        for (int u = 0; u < NODES; u++) {
          expected[v][w] += v == w ? 0 : adjacency[v][u] * adjacency[w][u];
        }
      }
    }
    Example.of("C[v,w] = select(v == w, 0, sum[u](A[v,u] * A[w,u]))")
        .with("A", adjacency)
        .gives(expected);
  }

  @Test
  void laplacian_matrix() {
    double[] degrees = degrees();
    double[][] expected = new double[NODES][NODES];
    for (int v = 0; v < NODES; v++) {
      for (int w = 0; w < NODES; w++) {
        expected[v][w] = (v == w ? degrees[v] : 0) - adjacency[v][w];
      }
    }
    Example.of("L[v,w] = select(v == w, sum[u](A[v,u]), 0) - A[v,w]")
        .with("A", adjacency)
        .gives(expected);
  }

  @Test
  void majority_label_of_the_neighbours() {
    int[] labels = draw.integers(NODES, 0, 3);
    long[] expected = new long[NODES];
    for (int v = 0; v < NODES; v++) {
      double[] votes = new double[3];
      for (int w = 0; w < NODES; w++) {
        votes[labels[w]] += adjacency[v][w];
      }
      for (int l = 0; l < 3; l++) {
        expected[v] = votes[l] > votes[(int) expected[v]] ? l : expected[v];
      }
    }
    Example.of("M[v] = argmax[l](sum[w](A[v,w] where y[w] == l) where l < 3)")
        .with("A", adjacency)
        .with("y", labels)
        .gives(expected);
  }
}
