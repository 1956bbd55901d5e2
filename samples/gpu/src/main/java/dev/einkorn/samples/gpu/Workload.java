package dev.einkorn.samples.gpu;

import dev.einkorn.compiler.MatrixPrecision;
import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What is timed.
 *
 * @param text an einsum string, or a program
 * @param output the shape of its one output
 * @param flops of a call as it is written
 * @param gemm the matrix product that cuBLAS has for it, if any
 * @param torch the Python expression that PyTorch is timed with, of the operands in a list {@code
 *     t}; empty if there is none
 * @param precision that our tensor cores may round factors to
 */
record Workload(
    String name,
    String text,
    boolean einsum,
    List<Operand> operands,
    List<Long> output,
    double flops,
    Gemm gemm,
    String torch,
    MatrixPrecision precision) {
  /** In which arithmetic cuBLAS multiplies. */
  enum Precision {
    /** Not at all. */
    NONE,
    F32,
    F64,
    TF32,
    BF16
  }

  /**
   * A product of matrices {@code C[m,n]}, all row-major.
   *
   * @param transposedA whether A is stored as {@code [k,m]}
   * @param transposedB whether B is stored as {@code [n,k]}
   */
  record Gemm(Precision precision, int m, int n, int k, boolean transposedA, boolean transposedB) {
    static final Gemm NONE = new Gemm(Precision.NONE, 0, 0, 0, false, false);
  }

  Workload {
    operands = List.copyOf(operands);
    output = List.copyOf(output);
  }

  /** Each input read once and the output written once. */
  double bytes() {
    double bytes = operands.getFirst().type().byteSize();
    for (long extent : output) {
      bytes *= extent;
    }
    for (Operand operand : operands) {
      bytes += operand.bytes();
    }
    return bytes;
  }

  /** All of them; small ones for a machine that only plays a GPU. */
  static List<Workload> all(boolean quick) {
    List<Workload> all = new ArrayList<>();
    int[] sizes = quick ? new int[] {64} : new int[] {1024, 2048, 4096, 8192};
    for (int size : sizes) {
      for (String form : List.of("nn", "nt", "tn", "tt")) {
        all.add(gemm(form, size, ElementType.F32, Precision.F32, MatrixPrecision.F32));
      }
    }
    int size = quick ? 48 : 4096;
    all.add(gemm("nn", size, ElementType.F64, Precision.F64, MatrixPrecision.F32));
    for (String form : List.of("nn", "nt")) {
      all.add(gemm(form, size, ElementType.F32, Precision.TF32, MatrixPrecision.TF32));
      all.add(gemm(form, size, ElementType.F32, Precision.BF16, MatrixPrecision.BF16));
    }
    einsum(all, "nhd_khd_nkd", "nhd,khd->nkd", quick ? "n8h4k8d40" : "n1024h64k1024d128");
    einsum(all, "nhd_khd_nkd_permuted", "hdn,dkh->nkd", quick ? "n8h4k8d40" : "n1024h64k1024d128");
    einsum(all, "column_dot", "ik,ik->k", quick ? "i300k40" : "i32768k8192");
    einsum(all, "row_sums", "ik->i", quick ? "i30k400" : "i32768k8192");
    einsum(all, "column_sums", "ik->k", quick ? "i300k40" : "i32768k8192");
    einsum(all, "whole_sum", "ik->", quick ? "i300k40" : "i32768k8192");
    long rows = quick ? 20 : 16384;
    long columns = quick ? 300 : 8192;
    Operand matrix = Operand.f32("X", rows, columns);
    all.add(
        program(
            "softmax",
            "P[i,j] = exp(X[i,j] - max[l](X[i,l])) / sum[k](exp(X[i,k] - max[l](X[i,l])))",
            List.of(matrix),
            List.of(rows, columns),
            5.0 * rows * columns,
            "f32:torch.softmax(t[0], 1)"));
    all.add(
        program(
            "elementwise_chain",
            "Y[i,j] = relu(X[i,j] * w[j] + b[i]) * 0.5 - X[i,j]",
            List.of(matrix, Operand.f32("w", columns), Operand.f32("b", rows)),
            List.of(rows, columns),
            5.0 * rows * columns,
            "f32:torch.relu(t[0] * t[1][None, :] + t[2][:, None]) * 0.5 - t[0]"));
    String large = quick ? "4" : "72";
    String middle = quick ? "4" : "24";
    einsum(all, "tccg_bda_dc", "bda,dc->abc", extents("abcd", quick ? "6" : "312"));
    einsum(all, "tccg_ebad_ce", "ebad,ce->abcd", extents("abcde", large));
    einsum(all, "tccg_ecbfa_fd", "ecbfa,fd->abcde", extents("abcdef", quick ? "3" : "32"));
    einsum(all, "tccg_eb_aecd", "eb,aecd->abcd", extents("abcde", large));
    einsum(all, "tccg_acd_dbc", "acd,dbc->ab", extents("abcd", quick ? "6" : "312"));
    einsum(all, "tccg_aebf_fdec", "aebf,fdec->abcd", extents("abcdef", large));
    einsum(all, "tccg_eafd_fbec", "eafd,fbec->abcd", extents("abcdef", large));
    einsum(all, "tccg_gdab_efgc", "gdab,efgc->abcdef", extents("abcdefg", middle));
    long n = quick ? 12 : 4096;
    all.add(
        program(
            "question_b",
            """
            C[i,j,k]  = B[i] * A[j,k]
            C2[i,j,k] = Y[j] * Z[i,k]
            E[k]      = (C[i,j,k] + C2[i,j,k]) * (C[i,k,j] + C2[i,k,j])
            """,
            List.of(
                Operand.f32("A", n, n),
                Operand.f32("B", n),
                Operand.f32("Y", n),
                Operand.f32("Z", n, n)),
            List.of(n),
            7.0 * n * n * n,
            ""));
    return List.copyOf(all);
  }

  private static Workload gemm(
      String form, int size, ElementType type, Precision precision, MatrixPrecision ours) {
    boolean a = form.charAt(0) == 't';
    boolean b = form.charAt(1) == 't';
    String text = (a ? "ki," : "ik,") + (b ? "jk" : "kj") + "->ij";
    List<Long> shape = List.of((long) size, (long) size);
    String arithmetic = precision.name().toLowerCase(Locale.ROOT);
    return new Workload(
        "gemm_%s_%s_%s".formatted(form, arithmetic, size),
        text,
        true,
        List.of(new Operand("A", type, shape), new Operand("B", type, shape)),
        shape,
        2.0 * size * size * size,
        new Gemm(precision, size, size, size, a, b),
        arithmetic + ":torch.einsum('" + text + "', *t)",
        ours);
  }

  /** An einsum of f32 tensors whose sizes are written after the indices. */
  private static void einsum(List<Workload> all, String name, String text, String sizes) {
    Map<Character, Long> extents = new TreeMap<>();
    var matcher = Pattern.compile("([a-z])([0-9]+)").matcher(sizes);
    while (matcher.find()) {
      extents.put(matcher.group(1).charAt(0), Long.valueOf(matcher.group(2)));
    }
    String[] sides = text.split("->", -1);
    List<Operand> operands = new ArrayList<>();
    double terms = 1;
    for (long extent : extents.values()) {
      terms *= extent;
    }
    for (String labels : sides[0].split(",", -1)) {
      String operand = Character.toString((char) ('A' + operands.size()));
      operands.add(new Operand(operand, ElementType.F32, shape(labels, extents)));
    }
    all.add(
        new Workload(
            name,
            text,
            true,
            operands,
            shape(sides[1], extents),
            operands.size() * terms,
            Gemm.NONE,
            "f32:torch.einsum('" + text + "', *t)",
            MatrixPrecision.F32));
  }

  private static List<Long> shape(String labels, Map<Character, Long> extents) {
    return labels.chars().mapToObj(label -> extents.getOrDefault((char) label, 1L)).toList();
  }

  private static String extents(String labels, String extent) {
    var text = new StringBuilder();
    labels.chars().forEach(label -> text.append((char) label).append(extent));
    return text.toString();
  }

  private static Workload program(
      String name,
      String text,
      List<Operand> operands,
      List<Long> output,
      double flops,
      String torch) {
    return new Workload(
        name, text, false, operands, output, flops, Gemm.NONE, torch, MatrixPrecision.F32);
  }
}
