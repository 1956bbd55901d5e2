#!/usr/bin/env python3
"""Times the programs of workloads/plans.json: the best order a person writes in numpy, opt_einsum, and Einkorn.

Each program is written by hand in numpy below, distributed and ordered as well as its author could. Einsum strings are
also given to opt_einsum if it is there. Einkorn's times come from `einkorn bench` in the same run; its results for the
same inputs, by `einkorn eval`, must agree with numpy's.

    python3 samples/benchmarks/compare_numpy.py --threads 1,2 --filter 'lazy|gram'

Needs numpy; `python3 -m pip install numpy opt_einsum`.
"""

import argparse
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

FOLDER = pathlib.Path(__file__).resolve().parent
LAUNCHER = FOLDER.parents[1] / "einkorn"
WORKLOADS = FOLDER / "workloads" / "plans.json"
BLAS_THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


def hand_written(numpy):
    def lazy_sum(t):
        a, b, y, z = t["A"], t["B"], t["Y"], t["Z"]
        w = b @ z
        return {"E": (b @ b) * numpy.einsum("jk,kj->k", a, a) + y * (w @ a) + w * (a @ y) + y * ((z @ y) @ z)}

    def three_outputs(t):
        g = t["A"] @ t["B"]
        return {"x": g @ t["u"], "y": t["v"] @ g, "z": 2 * g + t["A"]}

    def kernel_matrix(t):
        x, y = t["X"], t["Y"]
        d = (x * x).sum(1)[:, None] + (y * y).sum(1)[None, :] - 2 * (x @ y.T)
        return {"K": numpy.exp(numpy.float32(-0.01) * d)}

    def bilinear(t):
        x, w, y = t["x"], t["W"], t["y"]
        o, i, j = w.shape
        by_row = (x @ w.transpose(1, 0, 2).reshape(i, o * j)).reshape(len(x), o, j)
        return {"z": (by_row @ y[:, :, None])[:, :, 0]}

    def column_deviation(t):
        m = t["A"].mean(0)
        return {"s": numpy.sqrt(((t["A"] - m) ** 2).sum(0) / 1999)}

    return {
        "lazy_sum_400_408": lazy_sum,
        "lazy_sum_2000_2040": lazy_sum,
        "chain_right": lambda t: t["A"] @ (t["B"] @ t["C"]),
        "chain_left": lambda t: (t["A"] @ t["B"]) @ t["C"],
        "chain_outer": lambda t: t["A"] @ ((t["B"] @ t["C"]) @ t["D"]),
        "chain_middle": lambda t: (t["A"] @ t["B"]) @ (t["C"] @ t["D"]),
        "chain_six": lambda t: (t["A"] @ (t["B"] @ t["C"])) @ ((t["D"] @ t["E"]) @ t["F"]),
        "chain_batched": lambda t: t["A"] @ (t["B"] @ t["C"]),
        "gram": lambda t: {"G": t["A"] @ t["A"].T},
        "gram_of_sum": lambda t: {"G": (lambda s: s @ s.T)(t["A"] + t["B"])},
        "common_factor": lambda t: {"D": t["A"] @ (t["B"] + t["C"])},
        "quadratic": lambda t: {"s": t["x"] @ (t["A"] @ t["x"])},
        "quadratic_many": lambda t: {"s": ((t["X"] @ t["A"]) * t["X"]).sum(1)},
        "trace": lambda t: {"t": numpy.einsum("ij,ji->", t["A"], t["B"])},
        "three_outputs": three_outputs,
        "sum_of_products": lambda t: {"Z": t["A"] @ t["B"] - 2 * (t["C"] @ t["D"]) + t["A"]},
        "kernel_matrix": kernel_matrix,
        "product_exp": lambda t: {"E": numpy.exp(numpy.float32(0.001) * (t["A"] @ t["B"]))},
        "bilinear": bilinear,
        "two_axes": lambda t: t["A"].reshape(len(t["A"]), -1) @ t["B"].reshape(len(t["B"]), -1).T,
        "column_deviation": column_deviation,
    }


def draw(numpy, workload):
    random = numpy.random.default_rng(7)
    dtype = {"f32": numpy.float32, "f64": numpy.float64}[workload["dtype"]]
    if "einsum" in workload:
        operands = workload["einsum"].split("->")[0].split(",")
        axes = {chr(ord("A") + n): list(labels) for n, labels in enumerate(operands)}
    else:
        axes = workload["inputs"]
    return {
        name: random.standard_normal([workload["sizes"][index] for index in indices]).astype(dtype)
        for name, indices in axes.items()
    }


def median_time(call, seconds):
    call()
    times = []
    end = time.perf_counter() + seconds
    while len(times) < 5 or time.perf_counter() < end:
        begin = time.perf_counter()
        call()
        times.append(time.perf_counter() - begin)
    return statistics.median(times)


def agrees(numpy, found, expected):
    tolerance = 2e-4 if numpy.asarray(expected).dtype == numpy.float32 else 1e-10
    found = numpy.asarray(found, dtype=numpy.float64)
    expected = numpy.asarray(expected, dtype=numpy.float64)
    scale = max(1e-30, float(numpy.abs(expected).max(initial=0)))
    return found.shape == expected.shape and float(numpy.abs(found - expected).max(initial=0)) <= tolerance * scale


def einkorn(*words):
    done = subprocess.run([os.environ.get("EINKORN", str(LAUNCHER)), *words], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"einkorn {words[0]} failed:\n{done.stderr}")
    return done.stdout


def einkorn_results(numpy, workload, tensors, folder, threads):
    words = []
    for name, tensor in tensors.items():
        numpy.save(folder / f"{name}.npy", tensor)
        words.append(str(folder / f"{name}.npy") if "einsum" in workload else f"{name}={folder / name}.npy")
    command = "einsum" if "einsum" in workload else "eval"
    text = workload.get("einsum", workload.get("program"))
    outputs = []
    for name in ["out"] if "einsum" in workload else expected_names(workload):
        outputs += ["-o", f"{folder / 'result'}-{name}.npy" if "einsum" in workload else f"{name}={folder}/result-{name}.npy"]
    einkorn(command, text, *words, *outputs, "--threads", str(threads))
    return {path.stem.split("-", 1)[1]: numpy.load(path) for path in folder.glob("result-*.npy")}


def expected_names(workload):
    targets = [line.split("=")[0].split("[")[0].strip() for line in workload["program"].split("\n")]
    right = " ".join(line.split("=", 1)[1] for line in workload["program"].split("\n"))
    return [name for name in targets if not re.search(rf"\b{name}\[", right)]


def compare(options, workloads):
    try:
        import numpy
    except ImportError:
        sys.exit("compare_numpy.py needs numpy: python3 -m pip install numpy opt_einsum")
    try:
        import opt_einsum
    except ImportError:
        opt_einsum = None
        print("opt_einsum is not installed; its column stays empty", file=sys.stderr)
    (threads,) = options.threads
    names = "|".join(re.escape(workload["name"]) for workload in workloads)
    lines = einkorn(
        "bench", str(WORKLOADS), "--filter", f"^({names})$", "--threads", str(threads), "--seconds", str(options.seconds), "--json")
    ours = {row["name"]: row for row in map(json.loads, lines.splitlines())}
    functions = hand_written(numpy)
    print(f"{threads} thread(s), numpy {numpy.__version__}, opt_einsum {opt_einsum.__version__ if opt_einsum else 'none'}")
    print("| workload | Einkorn | by hand in numpy | ratio | opt_einsum | ratio | results |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    fine = True
    for workload in workloads:
        name = workload["name"]
        tensors = draw(numpy, workload)
        function = functions[name]
        expected = function(tensors)
        if "einsum" in workload:
            expected = {"out": expected}
        with tempfile.TemporaryDirectory() as folder:
            found = einkorn_results(numpy, workload, tensors, pathlib.Path(folder), threads)
        same = sorted(found) == sorted(expected) and all(agrees(numpy, found[n], expected[n]) for n in expected)
        same = same and ours[name]["checked"]
        mine = ours[name]["median_seconds"]
        hand = median_time(lambda: function(tensors), options.seconds)
        other = None
        if opt_einsum and "einsum" in workload:
            contract = opt_einsum.contract_expression(
                workload["einsum"], *(t.shape for t in tensors.values()), optimize="optimal")
            same = same and agrees(numpy, contract(*tensors.values()), expected["out"])
            other = median_time(lambda: contract(*tensors.values()), options.seconds)
        elif opt_einsum and name.startswith("lazy_sum"):
            b, a, y, z = (tensors[n] for n in "BAYZ")
            terms = [
                (opt_einsum.contract_expression(text, *(t.shape for t in operands), optimize="optimal"), operands)
                for text, operands in (
                    ("i,jk,i,kj->k", (b, a, b, a)), ("i,jk,k,ij->k", (b, a, y, z)),
                    ("j,ik,i,kj->k", (y, z, b, a)), ("j,ik,k,ij->k", (y, z, y, z)))
            ]
            four = lambda: sum(contract(*operands) for contract, operands in terms)
            same = same and agrees(numpy, four(), expected["E"])
            other = median_time(four, options.seconds)
        fine = fine and same
        cells = [name, f"{mine * 1e3:.3f} ms", f"{hand * 1e3:.3f} ms", f"{hand / mine:.2f}"]
        cells += [f"{other * 1e3:.3f} ms", f"{other / mine:.2f}"] if other else ["", ""]
        print("| " + " | ".join(cells + ["agree" if same else "WRONG"]) + " |", flush=True)
    return 0 if fine else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", default="1,2", help="numbers of threads, each of which is timed")
    parser.add_argument("--filter", default="", help="only workloads in whose names this pattern is found")
    parser.add_argument("--seconds", type=float, default=0.5, help="how long each program is timed")
    options = parser.parse_args()
    options.threads = [int(count) for count in options.threads.split(",")]
    workloads = json.loads(WORKLOADS.read_text(encoding="utf-8"))
    workloads = [workload for workload in workloads if re.search(options.filter, workload["name"])]
    if not workloads:
        sys.exit(f"no workload matches {options.filter}")
    if len(options.threads) == 1 and all(os.environ.get(name) == str(options.threads[0]) for name in BLAS_THREADS):
        return compare(options, workloads)
    # numpy reads its number of threads when it is loaded.
    code = 0
    for threads in options.threads:
        environment = dict(os.environ, **{name: str(threads) for name in BLAS_THREADS})
        words = ["--threads", str(threads), "--filter", options.filter, "--seconds", str(options.seconds)]
        code = max(code, subprocess.run([sys.executable, __file__, *words], env=environment).returncode)
    return code


if __name__ == "__main__":
    sys.exit(main())
