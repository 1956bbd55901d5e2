#!/usr/bin/env python3
"""Prints workloads of random einsum strings: two or three operands, axes in any order, extents from 2 to 500.

What nobody thought of is found by chance: run them beside a library and look at the least ratios.

    python3 samples/benchmarks/random_einsums.py 1 50 > random.json
    ./einkorn bench random.json --peers --threads 1 --seconds 0.05
"""

import argparse
import json
import math
import random

EXTENTS = [2, 3, 4, 7, 8, 16, 17, 30, 32, 50, 64, 100, 128, 200, 256, 500]
LEAST_ITERATIONS, MOST_ITERATIONS = 1e5, 4e8
MOST_ELEMENTS = 4e7


def draw(generator):
    """Operands, output and extents of one einsum; None if it is too small or too large."""
    count = generator.choice([2, 2, 2, 3])
    indices = "abcdef"[: generator.randint(3, 5)]
    sizes = {index: generator.choice(EXTENTS) for index in indices}
    operands = ["".join(generator.sample(indices, generator.randint(1, min(4, len(indices))))) for _ in range(count)]
    used = sorted(set("".join(operands)))
    kept = [index for index in used if generator.random() < 0.6]
    generator.shuffle(kept)
    elements = lambda axes: math.prod(sizes[index] for index in axes)
    if not LEAST_ITERATIONS <= elements(used) <= MOST_ITERATIONS:
        return None
    if elements(kept) > MOST_ELEMENTS / 2 or sum(map(elements, operands)) > MOST_ELEMENTS:
        return None
    return operands, "".join(kept), {index: sizes[index] for index in used}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("seed", type=int)
    parser.add_argument("count", type=int)
    options = parser.parse_args()
    generator = random.Random(options.seed)
    workloads = []
    while len(workloads) < options.count:
        drawn = draw(generator)
        if drawn is None:
            continue
        operands, kept, sizes = drawn
        workloads.append(
            {
                "name": f"random_{options.seed}_{len(workloads):02d}_{'-'.join(operands)}_{kept}",
                "einsum": ",".join(operands) + "->" + kept,
                "sizes": sizes,
                "dtype": generator.choice(["f32", "f32", "f64"]),
            }
        )
    print("[\n" + ",\n".join(" " + json.dumps(workload) for workload in workloads) + "\n]")


if __name__ == "__main__":
    main()
