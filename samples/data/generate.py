"""Writes the sample data: python3 generate.py, with numpy. The seed is fixed, so the files are too."""

import pathlib

import numpy

here = pathlib.Path(__file__).parent
random = numpy.random.default_rng(20260101)

# a) 240 days of returns of 96 assets, with fat tails, and the daily weights of a portfolio. The
# weights are in Fortran order: asset by asset, as a column store would export them.
returns = random.standard_t(4, (240, 96)) * 0.012 + 0.0004
weights = random.dirichlet(numpy.full(96, 2.0), 240)
numpy.save(here / "returns.npy", returns.astype(numpy.float32))
numpy.save(here / "weights.npy", numpy.asfortranarray(weights.astype(numpy.float32)))

# b) Factors of two rank-one tensors C and C2 of shape 40 x 64 x 64.
numpy.save(here / "b.npy", random.normal(size=40))
numpy.save(here / "a.npy", random.normal(size=(64, 64)))
numpy.save(here / "y.npy", random.normal(size=64))
numpy.save(here / "z.npy", numpy.asfortranarray(random.normal(size=(40, 64))))

# c) Embeddings: 40 queries and 24 keys of 32 features in 16 channels; the keys are in Fortran order.
queries = random.normal(size=(40, 16, 32)) * 0.25
keys = random.normal(size=(24, 16, 32)) * 0.25
numpy.save(here / "queries.npy", queries.astype(numpy.float32))
numpy.save(here / "keys.npy", numpy.asfortranarray(keys.astype(numpy.float32)))
