#!/usr/bin/env python3
"""Compares contraction orders: Einkorn's and those of opt_einsum with optimize='auto-hq', on networks drawn here.

Both orders are counted by the same function, below. The multiplications of a step are the product of the extents of all
indices that it meets, once for each operand but one; the largest intermediate is counted in elements, without the
result. Ratios are opt_einsum's number over Einkorn's: above 1, Einkorn's order is the better one.

Einkorn is asked by `einkorn explain --json` for tensors of zeros, one JVM for each network, so its planning is cold.
It does not minimise multiplications but the time that its cost model predicts, unless --goal says otherwise. --predicted
asks it, where its order takes more multiplications, for the predicted time of opt_einsum's order too; --measured runs
both there and compares the measured times of a call. --contract compares whole contractions instead: the measured time
of a call of Einkorn with that of opt_einsum's expression over numpy, both planned before, on one thread; results must
agree. Networks that take too many multiplications for that are left out.

    python3 samples/benchmarks/compare_orders.py --kinds chain,lattice --operands 4-16,100

Needs numpy and opt_einsum; `python3 -m pip install numpy opt_einsum`.
"""

import argparse
import json
import math
import os
import pathlib
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time

LAUNCHER = pathlib.Path(__file__).resolve().parents[2] / "einkorn"
COUNTS = "4,6,8,10,12,14,16,20,50,100,200,1000"
EXACT = 16  # Up to so many operands both search for the best order.
MOST_CONTRACTED = 2e9  # Multiplications of a contraction that is timed,
LARGEST_CONTRACTED = 1 << 24  # and elements of its intermediates.
MOST_ELEMENTS = 1 << 18  # Of an operand: extents are halved until it fits.


class Network:
    """Operands as lists of indices, which are numbers; the indices that are kept; the extent of each index."""

    def __init__(self, operands, output, extents):
        self.operands, self.output, self.extents = operands, output, extents

    def shapes(self):
        return [tuple(self.extents[index] for index in operand) for operand in self.operands]

    def text(self, name, separator=""):
        inputs = ",".join(separator.join(map(name, operand)) for operand in self.operands)
        return inputs + "->" + separator.join(map(name, self.output))


def of_edges(count, edges, output, extents, draw):
    """Edges are lists of the operands that share an index; output are positions of edges."""
    operands = [[] for _ in range(count)]
    for index, edge in enumerate(edges):
        for end in edge:
            operands[end].append(index)
    return Network(operands, output, [draw.randint(*extents) for _ in edges])


def chain(count, extents, draw):
    """A product of matrices."""
    edges = [[0]] + [[n, n + 1] for n in range(count - 1)] + [[count - 1]]
    return of_edges(count, edges, [0, count], extents, draw)


def overlap(count, extents, draw):
    """Two matrix product states over the same sites, contracted to a number."""
    sites = count // 2
    bonds = [[side + n, side + n + 1] for side in (0, sites) for n in range(sites - 1)]
    network = of_edges(count, bonds + [[n, sites + n] for n in range(sites)], [], extents, draw)
    for site in range(len(bonds), len(network.extents)):
        network.extents[site] = draw.randint(2, 4)
    return network


def lattice(count, extents, draw):
    """A rectangle, as nearly square as the number of operands allows, open at its border."""
    rows = max(n for n in range(1, math.isqrt(count) + 1) if count % n == 0)
    columns = count // rows
    edges = [[row * columns + n, row * columns + n + 1] for row in range(rows) for n in range(columns - 1)]
    edges += [[place, place + columns] for place in range(count - columns)]
    return of_edges(count, edges, [], extents, draw)


def regular(count, extents, draw):
    """A random graph in which each operand shares an index with three others."""
    while True:
        ends = [n for n in range(count) for _ in range(3)]
        draw.shuffle(ends)
        edges = [sorted(pair) for pair in zip(ends[::2], ends[1::2])]
        if all(a != b for a, b in edges) and len(set(map(tuple, edges))) == len(edges):
            return of_edges(count, edges, [], extents, draw)


def equation(count, extents, draw):
    """A random einsum: connected, a pair of operands may share several indices; three indices of the result."""
    edges = [[draw.randrange(n), n] for n in range(1, count)]
    edges += [draw.sample(range(count), 2) for _ in range(count // 2 + 1)]
    kept = [[draw.randrange(count)] for _ in range(3)]
    return of_edges(count, edges + kept, list(range(len(edges), len(edges) + 3)), extents, draw)


def tree(count, extents, draw):
    """A random tree; three of its operands have an index of the result."""
    edges = [[draw.randrange(n), n] for n in range(1, count)]
    kept = [[n] for n in draw.sample(range(count), 3)]
    return of_edges(count, edges + kept, list(range(count - 1, count + 2)), extents, draw)


def hyper(count, extents, draw):
    """A chain with indices that three near operands share; the result has an index of each kind."""
    edges = [[n, n + 1] for n in range(count - 1)]
    for _ in range(count // 2):
        first = draw.randrange(max(1, count - 7))
        edges.append(sorted(draw.sample(range(first, min(count, first + 8)), 3)))
    return of_edges(count, edges, [draw.randrange(count - 1), len(edges) - 1], extents, draw)


# What draws each kind, and between which numbers small and large extents are drawn.
KINDS = {
    "chain": (chain, (2, 16), (16, 256)),
    "overlap": (overlap, (4, 16), (16, 128)),
    "lattice": (lattice, (2, 4), (8, 16)),
    "regular": (regular, (2, 3), (8, 32)),
    "equation": (equation, (2, 4), (4, 16)),
    "tree": (tree, (2, 8), (16, 64)),
    "hyper": (hyper, (2, 4), (6, 16)),
}


def fitted(network):
    for operand in network.operands:
        while math.prod(network.extents[index] for index in set(operand)) > MOST_ELEMENTS:
            largest = max(operand, key=lambda index: network.extents[index])
            network.extents[largest] //= 2
    return network


def steps_of_path(count, path):
    """What each step of opt_einsum's path multiplies: numbers from count on are results of earlier steps."""
    left = list(range(count))
    steps = []
    for positions in path:
        members = [left[position] for position in positions]
        left = [value for position, value in enumerate(left) if position not in positions]
        left.append(count + len(steps))
        steps.append(members)
    return steps


def steps_of_tree(program, text):
    """The same for a tree in brackets over accesses, such as (A[i,j] (B[j,k] C[k])), of what the program's head lists."""
    head = re.sub(r"\[[^]]*]", "", program.split("->")[0])
    operands = {name: number for number, name in enumerate(re.findall(r"(\w+):", head))}
    count = len(operands)
    steps, open_brackets = [], [[]]
    for word in re.findall(r"[()]|\w+", re.sub(r"\[[^]]*]", "", text)):
        if word == "(":
            open_brackets.append([])
        elif word == ")":
            steps.append(open_brackets.pop())
            open_brackets[-1].append(count + len(steps) - 1)
        else:
            open_brackets[-1].append(operands[word])
    seen = sorted(member for step in steps for member in step)
    if len(open_brackets) != 1 or seen != list(range(count + len(steps) - 1)):
        raise ValueError("no tree over all operands: " + text[:200])
    return steps


def tree_of_steps(count, steps):
    texts = [str(operand) for operand in range(count)]
    for step in steps:
        texts.append("(" + " ".join(texts[member] for member in step) + ")")
    return texts[-1]


def counted(network, steps):
    """Multiplications, and elements of the largest intermediate, of an order; both are exact."""
    users = [0] * len(network.extents)
    values = [frozenset(operand) for operand in network.operands]
    for value in values:
        for index in value:
            users[index] += 1
    for index in network.output:
        users[index] += 1
    multiplications, largest = 0, 1
    for number, step in enumerate(steps):
        members = [values[member] for member in step]
        met = frozenset().union(*members)
        multiplications += math.prod(network.extents[index] for index in met) * max(1, len(step) - 1)
        # An index ends where the last values that hold it are multiplied.
        held = {index: sum(index in member for member in members) for index in met}
        result = frozenset(index for index in met if users[index] > held[index])
        for index in result:
            users[index] -= held[index] - 1
        values.append(result)
        if number < len(steps) - 1:
            largest = max(largest, math.prod(network.extents[index] for index in result))
    if values[-1] != frozenset(network.output):
        raise ValueError("the order does not end in the result")
    return multiplications, largest


def asked(options, network, arrays, *words, result=None):
    """What the command says of the network, or its complaint as a text; or the array that it writes to a file."""
    import numpy

    with tempfile.TemporaryDirectory() as folder:
        numpy.savez_compressed(pathlib.Path(folder) / "t.npz", **{f"t{n}": array for n, array in enumerate(arrays)})
        inputs = [f"t.npz:t{n}" for n in range(len(arrays))]
        done = subprocess.run(
            [options.launcher, *words, "--plan-cache", "off", "-", *inputs, *(["-o", result] if result else [])],
            cwd=folder, input=network.text(lambda index: f"[x{index}]"), capture_output=True, text=True)
        if done.returncode == 0:
            return numpy.load(pathlib.Path(folder) / result) if result else json.loads(done.stdout)
    return " ".join(line for line in done.stderr.splitlines() if not line.startswith("WARNING"))


def explained(options, network, *words):
    """What `einkorn explain --json` says, or its complaint as a text."""
    import numpy

    zeros = [numpy.zeros(shape, dtype=numpy.float32) for shape in network.shapes()]
    return asked(options, network, zeros, "explain", "--einsum", "--json", *words)


def contracted(options, network, path, draw):
    """Seconds of a contraction, Einkorn's and opt_einsum's; or a complaint."""
    import numpy, opt_einsum

    generator = numpy.random.default_rng(draw.randrange(1 << 30))
    arrays = []
    for shape in network.shapes():
        # Small enough for products of a hundred tensors to stay in range.
        array = generator.uniform(0.5, 1.5, shape).astype(numpy.float32)
        arrays.append(array / numpy.float32(math.sqrt(array.size)))
    found = asked(options, network, arrays, "explain", "--einsum", "--json", "--measure", "--threads", "1")
    if isinstance(found, str):
        return found
    result = asked(options, network, arrays, "einsum", "--threads", "1", result="r.npy")
    if isinstance(result, str):
        return result
    expression = opt_einsum.contract_expression(
        network.text(opt_einsum.get_symbol), *network.shapes(), optimize=path)
    expected = expression(*arrays)
    if not numpy.allclose(result, expected, rtol=1e-3, atol=0):
        return "results differ"
    times = []
    while len(times) < 5 or sum(times) < 0.5:
        begin = time.perf_counter()
        expression(*arrays)
        times.append(time.perf_counter() - begin)
    return found["measuredNanos"] / 1e9, statistics.median(times)


def drawn(options, kind, count, instance):
    """A network, and whether its extents are small or large."""
    function, *ranges = KINDS[kind]
    size = instance % len(ranges)
    network = fitted(function(count, ranges[size], random.Random(f"{options.seed} {kind} {count} {instance}")))
    return network, ("small", "large")[size]


def contract(options, kind, count, instance):
    """A row of whole contractions; None if there are too many multiplications."""
    import opt_einsum

    network, extents = drawn(options, kind, count, instance)
    path, _ = opt_einsum.contract_path(
        network.text(opt_einsum.get_symbol), *network.shapes(), shapes=True, optimize="auto-hq")
    multiplications, largest = counted(network, steps_of_path(count, path))
    if multiplications > MOST_CONTRACTED or largest > LARGEST_CONTRACTED:
        return None
    row = {"kind": kind, "operands": count, "instance": instance, "extents": extents, "multiplications": multiplications}
    found = contracted(options, network, path, random.Random(f"{options.seed} values {kind} {count} {instance}"))
    if isinstance(found, str):
        return {**row, "failure": found}
    mine, other = found
    return {**row, "einkorn_seconds": mine, "opt_einsum_seconds": other, "ratio": other / mine}


def contractions(options, kinds):
    rows = []
    if not options.json:
        head("kind", "extents", "operands", "multiplications", "Einkorn, us", "opt_einsum with numpy, us", "ratio")
    for kind in kinds:
        for count in numbers(options.operands):
            for instance in range(options.instances):
                row = contract(options, kind, count, instance)
                if row is None:
                    continue
                rows.append(row)
                if options.json:
                    print(json.dumps(row), flush=True)
                    continue
                cells = [row["kind"], row["extents"], str(row["operands"]), f"{float(row['multiplications']):.2g}"]
                cells += ["", "", row["failure"]] if "failure" in row else [
                    f"{row['einkorn_seconds'] * 1e6:.1f}", f"{row['opt_einsum_seconds'] * 1e6:.1f}", f"{row['ratio']:.2f}"]
                line(cells)
    ratios = [row["ratio"] for row in rows if "ratio" in row]
    if ratios and not options.json:
        print(f"\n{len(ratios)} contractions, {sum(ratio >= 1 for ratio in ratios)} in no more time than opt_einsum with numpy;"
              f" geometric mean {geometric_mean(ratios):.3g}, least {min(ratios):.3g}")
    return 1 if any("failure" in row for row in rows) else 0


def compare(options, kind, count, instance):
    import opt_einsum

    network, extents = drawn(options, kind, count, instance)
    row = {"kind": kind, "operands": count, "instance": instance, "extents": extents}
    begin = time.perf_counter()
    path, _ = opt_einsum.contract_path(
        network.text(opt_einsum.get_symbol), *network.shapes(), shapes=True, optimize="auto-hq")
    row["opt_einsum_seconds"] = time.perf_counter() - begin
    other = steps_of_path(count, path)
    row["opt_einsum_multiplications"], row["opt_einsum_largest"] = counted(network, other)
    limit = ["--planning-limit", options.planning_limit] if options.planning_limit else []
    found = explained(options, network, *limit, "--contraction-goal", options.goal)
    if isinstance(found, str):
        return {**row, "failure": found}
    # A statement that stays one nest is no decision; a sum that is taken in parts afterwards is one without a path.
    paths = [(decision["target"], path) for decision in found["decisions"] for path in decision["paths"]]
    if len(paths) > 1:
        return {**row, "failure": f"{len(paths)} orders, not one"}
    target, order = paths[0] if paths else ("out", {"tree": None, "origin": "one nest"})
    mine = steps_of_tree(found["program"], order["tree"]) if paths else [list(range(count))]
    row["einkorn_multiplications"], row["einkorn_largest"] = counted(network, mine)
    row["einkorn_stores"] = found["largestTemporaryBytes"] // 4
    row["einkorn_seconds"] = found["planning"]["nanos"] / 1e9
    row.update(origin=order["origin"], limited=found["planning"]["limited"])
    row["ratio"] = quotient(row["opt_einsum_multiplications"], row["einkorn_multiplications"])
    row["largest_ratio"] = quotient(row["opt_einsum_largest"], row["einkorn_largest"])
    wanted = [name for name in ("predicted", "measured") if getattr(options, name)]
    if wanted and row["ratio"] < 1 and all(len(step) == 2 for step in other):
        words = ["--measure", "--threads", "1"] if options.measured else []
        pins = [["--contraction-goal", options.goal], ["--order", f"{target}={tree_of_steps(count, other)}"]]
        both = [explained(options, network, *pin, *words) for pin in pins]
        if not any(isinstance(plan, str) for plan in both):
            for name in wanted:
                row[f"{name}_nanos"], row[f"opt_einsum_{name}_nanos"] = (plan[f"{name}Nanos"] for plan in both)
    if options.trees:
        row.update(tree=tree_of_steps(count, mine), opt_einsum_tree=tree_of_steps(count, other), text=network.text(str, "."),
                   extents=network.extents)
    return row


def quotient(a, b):
    return math.exp(max(-700.0, min(700.0, math.log(a) - math.log(b))))


def line(cells):
    print("| " + " | ".join(cells) + " |", flush=True)


def head(*cells):
    line(cells)
    line(["---"] * len(cells))


def row_cells(row):
    cells = [row["kind"], row["extents"], str(row["operands"]), f"{math.log10(row['opt_einsum_multiplications']):.3f}"]
    if "failure" in row:
        return cells + ["", "", f"{math.log2(row['opt_einsum_largest']):.1f}", "",
                        f"{row['opt_einsum_seconds']:.3f}", "", row["failure"]]
    cells += [f"{math.log10(row['einkorn_multiplications']):.3f}", f"{row['ratio']:.3g}"]
    cells += [f"{math.log2(row['opt_einsum_largest']):.1f}", f"{math.log2(row['einkorn_largest']):.1f}"]
    return cells + [f"{row['opt_einsum_seconds']:.3f}", f"{row['einkorn_seconds']:.3f}", row["origin"]]


def geometric_mean(values):
    return math.exp(sum(map(math.log, values)) / len(values))


def summary(rows):
    answered = [row for row in rows if "failure" not in row]
    groups = []
    for kind in [*KINDS, "all"]:
        for few in (True, False):
            for extents in ("small", "large"):
                chosen = [r for r in answered if kind in (r["kind"], "all") and r["extents"] == extents]
                groups.append((kind, [r for r in chosen if (r["operands"] <= EXACT) == few]))
    print()
    head("kind", "extents", "operands", "networks", "multiplications: as good or better", "median ratio", "mean ratio", "worst",
         "at operands", "largest: as good or better", "median ratio", "worst", "opt_einsum plans", "Einkorn plans")
    for kind, some in groups:
        if some:
            worst = min(some, key=lambda row: row["ratio"])
            operands = [row["operands"] for row in some]
            cells = [kind, some[0]["extents"], f"{min(operands)} to {max(operands)}", str(len(some))]
            cells += [str(sum(r["einkorn_multiplications"] <= r["opt_einsum_multiplications"] for r in some))]
            cells += [f"{statistics.median(r['ratio'] for r in some):.3g}"]
            cells += [f"{geometric_mean([r['ratio'] for r in some]):.3g}", f"{worst['ratio']:.3g}", str(worst["operands"])]
            cells += [str(sum(r["einkorn_largest"] <= r["opt_einsum_largest"] for r in some))]
            cells += [f"{statistics.median(r['largest_ratio'] for r in some):.3g}"]
            cells += [f"{min(r['largest_ratio'] for r in some):.3g}"]
            cells += [f"{geometric_mean([r[name] for r in some]):.3f} s" for name in ("opt_einsum_seconds", "einkorn_seconds")]
            line(cells)
    for name in ("predicted", "measured"):
        asked = [row for row in answered if f"{name}_nanos" in row]
        if asked:
            ratios = [row[f"opt_einsum_{name}_nanos"] / row[f"{name}_nanos"] for row in asked]
            print(f"\nof {len(asked)} orders with more multiplications, {sum(ratio >= 1 for ratio in ratios)} are {name} to take no"
                  f" more time; {name} time of opt_einsum's over theirs: median {statistics.median(ratios):.3g}, geometric mean"
                  f" {geometric_mean(ratios):.3g}, {min(ratios):.3g} to {max(ratios):.3g}")
    for row in rows:
        if "failure" in row:
            print(f"no order for {row['kind']} of {row['operands']} operands: {row['failure']}")


def numbers(text):
    """Numbers and ranges, of COUNTS, such as 4-16,100."""
    chosen = []
    for part in text.split(","):
        least, _, most = part.partition("-")
        known = [int(count) for count in COUNTS.split(",")]
        chosen += [n for n in known if int(least) <= n <= int(most)] if most else [int(least)]
    return chosen


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kinds", default=",".join(KINDS), help="kinds of networks: " + ", ".join(KINDS))
    parser.add_argument("--operands", default=COUNTS, help=f"numbers, or ranges of the usual ones: {COUNTS}")
    parser.add_argument("--instances", type=int, default=2, help="networks of a kind and number, with small and large extents in turn")
    parser.add_argument("--seed", type=int, default=7, help="of the networks")
    parser.add_argument("--planning-limit", default="", help="Einkorn's, for instance 5s; 500ms without this")
    parser.add_argument("--goal", default="time", choices=["time", "multiplications", "size"], help="what Einkorn's orders keep small")
    parser.add_argument("--predicted", action="store_true", help="compare predicted times where multiplications are more")
    parser.add_argument("--measured", action="store_true", help="compare measured times where multiplications are more")
    parser.add_argument("--contract", action="store_true", help="compare measured times of whole contractions, and no orders")
    parser.add_argument("--trees", action="store_true", help="with --json, networks and orders too")
    parser.add_argument("--json", action="store_true", help="a JSON object for each network, and no table")
    parser.add_argument("--summary", nargs="+", metavar="FILE", help="only summarise what --json has printed")
    parser.add_argument("--launcher", default=os.environ.get("EINKORN", str(LAUNCHER)), help="the einkorn command")
    options = parser.parse_args()
    options.launcher = str(pathlib.Path(options.launcher).resolve())
    if options.summary:
        lines = [text for name in options.summary for text in pathlib.Path(name).read_text(encoding="utf-8").splitlines()]
        summary([json.loads(text) for text in lines])
        return 0
    kinds = options.kinds.split(",")
    unknown = [kind for kind in kinds if kind not in KINDS]
    if unknown:
        parser.error(f"there is no kind {unknown[0]}")
    if min(numbers(options.operands)) < 4:
        parser.error("networks have at least four operands")
    if any(count % 2 for count in numbers(options.operands)):
        parser.error("numbers of operands are even")
    if options.contract:
        # numpy reads its number of threads when it is loaded.
        os.environ.update({name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")})
    try:
        import numpy, opt_einsum
    except ImportError:
        sys.exit("compare_orders.py needs numpy and opt_einsum: python3 -m pip install numpy opt_einsum")
    if not options.json:
        print(f"opt_einsum {opt_einsum.__version__}, auto-hq; numpy {numpy.__version__}; seed {options.seed}")
    if options.contract:
        return contractions(options, kinds)
    if not options.json:
        head("kind", "extents", "operands", "opt_einsum, log10 of multiplications", "Einkorn", "ratio", "opt_einsum, log2 of largest",
             "Einkorn", "opt_einsum plans, s", "Einkorn plans, s", "Einkorn's order")
    rows = []
    for kind in kinds:
        for count in numbers(options.operands):
            for instance in range(options.instances):
                rows.append(compare(options, kind, count, instance))
                if options.json:
                    print(json.dumps(rows[-1]), flush=True)
                else:
                    line(row_cells(rows[-1]))
    if not options.json:
        summary(rows)
    return 1 if any("failure" in row for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
