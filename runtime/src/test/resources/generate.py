"""Writes the test data beside it: npy and npz files by numpy itself, tables of function values.

Run it in its own folder: python3 generate.py. It needs numpy.
"""
import struct
import warnings
from decimal import Decimal, getcontext

import numpy as np
from numpy.lib import format as npy

warnings.simplefilter("ignore")


def save(name, array, version=None):
    with open(f"npy/{name}.npy", "wb") as f:
        npy.write_array(f, array, version=version)


def arrays():
    for dtype in ("<f4", ">f4", "<f8", ">f8", "<i4", ">i4", "<i8", ">i8"):
        order = "little" if dtype[0] == "<" else "big"
        data = np.array([[0, 1, -2], [3, 1000000, -7]]).astype(dtype)
        save(f"{dtype[1:]}_{order}", data)
        save(f"{dtype[1:]}_{order}_fortran", np.asfortranarray(data))
    save("b1", np.array([[True, False, True], [False, False, True]]))
    save("b1_fortran", np.asfortranarray(np.array([[True, False, True], [False, False, True]])))
    for version in ((1, 0), (2, 0), (3, 0)):
        save(f"version_{version[0]}", np.arange(24, dtype="<f8").reshape(2, 3, 4), version)
    save("fortran_rank_3", np.asfortranarray(np.arange(24, dtype="<i4").reshape(2, 3, 4)))
    save("rank_0", np.array(2.5))
    save("rank_1", np.array([4, 5, 6], dtype="<i8"))
    save("empty", np.zeros((3, 0, 2), dtype="<f4"))
    save("empty_fortran", np.zeros((3, 0, 2), dtype="<f4", order="F"))
    save("special", np.array([np.nan, np.inf, -np.inf, -0.0, 5e-324, 1.5]))
    save("limits", np.array([-2**63, 2**63 - 1, 0, -1]))
    save("unsupported_u2", np.array([1, 2], dtype="<u2"))
    save("unsupported_f2", np.array([1, 2], dtype="<f2"))
    save("unsupported_c8", np.array([1, 2], dtype="<c8"))
    save("unsupported_text", np.array(["ab", "c"]))
    save("structured", np.array([(1, 2.0)], dtype=[("a", "<i4"), ("b", "<f8")]))
    save("structured_version_3", np.array([(1,)], dtype=[("ä€", "<i4")]), (3, 0))
    save("objects", np.array([None, {"a": 1}], dtype=object))
    a = np.arange(6, dtype="<f4").reshape(2, 3)
    b = np.array([True, False])
    np.savez("npy/stored.npz", B=b, A=a, s=np.array(7))
    np.savez_compressed("npy/deflated.npz", B=b, A=a, s=np.array(7))


def bits(value, kind):
    return struct.pack(">" + kind, value).hex()


def floor_division():
    special = [0.0, -0.0, 1.0, -1.0, 2.5, -2.5, 3.0, -3.0, 0.1, -0.1, 7.0, 1e-30, -1e30, 1e30,
               np.inf, -np.inf, np.nan]
    for kind, dtype in (("f", np.float32), ("d", np.float64)):
        rng = np.random.default_rng(1)
        pairs = [(a, b) for a in special for b in special]
        pairs += list(zip(rng.normal(0, 100, 60), rng.normal(0, 3, 60)))
        with open(f"math/floor_division_{dtype.__name__}.csv", "w") as f:
            for a, b in pairs:
                a, b = dtype(a), dtype(b)
                quotient, remainder = np.floor_divide(a, b), np.remainder(a, b)
                f.write(",".join(bits(v, kind) for v in (a, b, quotient, remainder)) + "\n")


def erf(x):
    """By the Taylor series at 120 digits, rounded once to a double."""
    getcontext().prec = 120
    x = Decimal(x)
    term, total, n = x, x, 0
    while abs(term) > Decimal(10) ** -110:
        n += 1
        term = -term * x * x / n
        total += term / (2 * n + 1)
    pi = Decimal("3.14159265358979323846264338327950288419716939937510582097494459230781640628"
                 "6208998628034825342117067982148086513282306647")
    return float(2 * total / pi.sqrt())


def error_function():
    rng = np.random.default_rng(2)
    xs = [0.0, -0.0, 1e-300, 1e-20, 1e-8, 0.1, 0.46874, 0.46875, 0.46876, 0.5, 1.0, 2.0, 3.9999,
          4.0, 4.0001, 5.0, 5.9, 5.99, -0.3, -1.5, -4.5]
    xs += list(rng.uniform(-0.5, 0.5, 80)) + list(rng.uniform(-6, 6, 200))
    with open("math/erf.csv", "w") as f:
        for x in xs:
            y = x if x == 0 else erf(float(x))
            f.write(bits(x, "d") + "," + bits(y, "d") + "\n")


arrays()
floor_division()
error_function()
