#!/usr/bin/env python3
"""Writes gemm.json, tiny.json, move.json, cached.json, plans.json, short.json, narrow.json and layers.json, the systematic workload files of this folder."""

import json
import pathlib

FOLDER = pathlib.Path(__file__).parent
TRANSPOSITIONS = {"nn": "mk,kn->mn", "tn": "km,kn->mn", "nt": "mk,nk->mn", "tt": "km,nk->mn"}
SQUARE = [16, 32, 64, 96, 128, 256, 384, 512, 768, 1024, 1536, 2048]
RAGGED = [(1003, 997, 1009), (257, 511, 129), (63, 65, 67), (127, 129, 255), (31, 33, 17), (500, 300, 700)]
# m, n, k; one or two of them small, the product affordable.
SKINNY = [
    (1, 1024, 1024), (1024, 1, 1024), (1024, 1024, 1), (1, 1, 100000), (4, 4, 100000), (16, 16, 100000),
    (4, 1024, 1024), (1024, 4, 1024), (1024, 1024, 4), (16, 1024, 1024), (1024, 16, 1024), (1024, 1024, 16),
    (100000, 1, 256), (100000, 4, 64), (100000, 16, 16), (1, 100000, 256), (4, 100000, 64), (16, 100000, 16),
    (100000, 4, 4), (16, 16, 16), (100000, 16, 4), (4, 16, 100000), (100000, 256, 1), (256, 100000, 4),
]


def gemm():
    for dtype in ("f32", "f64"):
        for size in SQUARE:
            for name, einsum in TRANSPOSITIONS.items():
                yield matmul(f"gemm_{dtype}_{name}_{size}", einsum, (size, size, size), dtype)
        for sizes in RAGGED:
            for name, einsum in TRANSPOSITIONS.items():
                yield matmul(f"ragged_{dtype}_{name}_{'x'.join(map(str, sizes))}", einsum, sizes, dtype)
        for sizes in SKINNY:
            yield matmul(f"skinny_{dtype}_nn_{'x'.join(map(str, sizes))}", TRANSPOSITIONS["nn"], sizes, dtype)


def matmul(name, einsum, sizes, dtype):
    return {"name": name, "einsum": einsum, "sizes": dict(zip("mnk", sizes)), "dtype": dtype}


def einsum(name, text, sizes, dtype):
    return {"name": name, "einsum": text, "sizes": sizes, "dtype": dtype}


def tiny():
    for dtype in ("f32", "f64"):
        for size, batch in ((4, 262144), (8, 65536), (16, 16384), (32, 4096)):
            sizes = {"b": batch, "i": size, "j": size, "k": size}
            yield {"name": f"tiny_{dtype}_{size}x{size}", "einsum": "bij,bjk->bik", "sizes": sizes, "dtype": dtype}
            yield {"name": f"tiny_{dtype}_innermost_{size}x{size}", "einsum": "ijb,jkb->ikb", "sizes": sizes, "dtype": dtype}


def program(name, text, inputs, sizes, dtype):
    inputs = {tensor: list(indices) for tensor, indices in inputs.items()}
    return {"name": name, "program": text, "inputs": inputs, "sizes": sizes, "dtype": dtype}


def move():
    for dtype in ("f32", "f64"):
        for rows, columns in ((4096, 4096), (1000, 17000), (8, 2000000), (2000000, 8)):
            yield program(f"transpose_{dtype}_{rows}x{columns}", "T[j,i] = A[i,j]", {"A": "ij"}, {"i": rows, "j": columns}, dtype)
        yield program(f"permute_{dtype}_021", "T[i,k,j] = A[i,j,k]", {"A": "ijk"}, {"i": 256, "j": 256, "k": 256}, dtype)
        yield program(f"permute_{dtype}_210", "T[k,j,i] = A[i,j,k]", {"A": "ijk"}, {"i": 256, "j": 256, "k": 256}, dtype)
        yield program(f"permute_{dtype}_3210", "T[l,k,j,i] = A[i,j,k,l]", {"A": "ijkl"}, {"i": 64, "j": 64, "k": 64, "l": 64}, dtype)
        yield program(f"copy_{dtype}", "C[i] = A[i]", {"A": "i"}, {"i": 16777216}, dtype)
        yield {"name": f"outer_{dtype}_4096", "einsum": "i,j->ij", "sizes": {"i": 4096, "j": 4096}, "dtype": dtype}
        yield {"name": f"outer_{dtype}_3d", "einsum": "i,j,k->ijk", "sizes": {"i": 256, "j": 256, "k": 256}, "dtype": dtype}
        matrix = {"i": 4096, "j": 4096}
        yield program(f"broadcast_{dtype}_row", "C[i,j] = A[i,j] + b[j]", {"A": "ij", "b": "j"}, matrix, dtype)
        yield program(f"broadcast_{dtype}_column", "C[i,j] = A[i,j] * b[i]", {"A": "ij", "b": "i"}, matrix, dtype)
        yield program(f"chain_{dtype}_axpy", "Y[i] = 2*X[i] + Y0[i]", {"X": "i", "Y0": "i"}, {"i": 16777216}, dtype)
        yield program(f"chain_{dtype}_polynomial", "Y[i] = ((X[i] + 1)*X[i] + 2)*X[i] + 3", {"X": "i"}, {"i": 16777216}, dtype)
        yield program(f"chain_{dtype}_gelu", "Y[i] = 0.5*X[i]*(1 + tanh(0.7978845608*(X[i] + 0.044715*X[i]*X[i]*X[i])))", {"X": "i"}, {"i": 8388608}, dtype)
        for rows, columns in ((4096, 4096), (1000000, 16), (16, 1000000)):
            yield {"name": f"matvec_{dtype}_{rows}x{columns}", "einsum": "ij,j->i", "sizes": {"i": rows, "j": columns}, "dtype": dtype}
            yield {"name": f"vecmat_{dtype}_{rows}x{columns}", "einsum": "ij,i->j", "sizes": {"i": rows, "j": columns}, "dtype": dtype}
        large = {"i": 8192, "j": 4096}
        yield {"name": f"reduce_{dtype}_dot", "einsum": "i,i->", "sizes": {"i": 33554432}, "dtype": dtype}
        yield {"name": f"reduce_{dtype}_rows", "einsum": "ij->i", "sizes": large, "dtype": dtype}
        yield {"name": f"reduce_{dtype}_columns", "einsum": "ij->j", "sizes": large, "dtype": dtype}
        yield program(f"reduce_{dtype}_distance", "s = sum[i]((A[i] - B[i])^2)", {"A": "i", "B": "i"}, {"i": 33554432}, dtype)
        yield program(f"reduce_{dtype}_max_rows", "m[i] = max[j](abs(A[i,j]))", {"A": "ij"}, large, dtype)
        yield program(f"reduce_{dtype}_weighted", "s[j] = sum[i](w[i]*A[i,j]*A[i,j])", {"w": "i", "A": "ij"}, large, dtype)


def cached():
    for dtype in ("f32", "f64"):
        for n in (200, 400, 1000):
            yield einsum(f"matvec_{dtype}_{n}", "ij,j->i", {"i": n, "j": n}, dtype)
            yield einsum(f"vecmat_{dtype}_{n}", "ij,i->j", {"i": n, "j": n}, dtype)
        for columns in (31, 48, 100, 200, 1000):
            yield einsum(f"columns_{dtype}_{columns}", "ij->j", {"i": 2000, "j": columns}, dtype)
        for columns in (4, 6, 8, 12):
            yield program(
                f"elements_{dtype}_{columns}", "C[i,j] = A[i,j] + B[i,j] * A[i,j]", {"A": "ij", "B": "ij"}, {"i": 2000, "j": columns}, dtype)
            yield einsum(f"columns_{dtype}_{columns}", "ij->j", {"i": 2000, "j": columns}, dtype)
        for m, k, n in ((300, 5, 250), (300, 10, 250), (1000, 4, 1000)):
            yield einsum(f"short_{dtype}_{m}x{k}x{n}", "mk,kn->mn", {"m": m, "k": k, "n": n}, dtype)
        for m, k, n in ((20, 600, 20), (1000, 200, 10), (100, 600, 16), (300, 300, 5), (300, 300, 24)):
            yield einsum(f"narrow_{dtype}_{m}x{k}x{n}", "mk,kn->mn", {"m": m, "k": k, "n": n}, dtype)
        yield einsum(f"narrow_{dtype}_batch", "bmk,bkn->bmn", {"b": 64, "m": 100, "k": 16, "n": 16}, dtype)


def short():
    """Images, points, small matrices and class scores: tensors whose last axis has 3 to 14 elements."""
    image = {"h": 720, "w": 1280, "c": 3}
    for name, text, inputs in (
        ("sum", "R[h,w,c] = A[h,w,c] + B[h,w,c]", {"A": "hwc", "B": "hwc"}),
        ("blend", "R[h,w,c] = A[h,w,c]*T[h,w] + B[h,w,c]*(1 - T[h,w])", {"A": "hwc", "B": "hwc", "T": "hw"}),
        ("gain", "R[h,w,c] = A[h,w,c] * g[c]", {"A": "hwc", "g": "c"}),
        ("offset", "R[h,w,c] = (A[h,w,c] - m[c]) * s[c]", {"A": "hwc", "m": "c", "s": "c"}),
        ("planes", "R[c,h,w] = A[h,w,c]", {"A": "hwc"}),
        ("interleaved", "R[h,w,c] = A[c,h,w]", {"A": "chw"}),
    ):
        yield program(f"image_{name}", text, inputs, image, "f32")
    for name, text in (("grey", "hwc,c->hw"), ("mean", "hwc->c"), ("power", "hwc,hwc->")):
        yield einsum(f"image_{name}", text, image, "f32")
    yield einsum("image_colours", "hwc,cd->hwd", image | {"d": 3}, "f32")
    points = {"n": 200000, "x": 3}
    for name, text, sizes in (
        ("dot", "nx,nx->n", points),
        ("sum", "nx->x", points),
        ("scaled", "nx,n->nx", points),
        ("turned", "nx,yx->ny", points | {"y": 3}),
        ("turned_each", "nyx,nx->ny", points | {"y": 3}),
        ("covariance", "nx,ny->xy", points | {"y": 3}),
        ("gram", "ix,jx->ij", {"i": 2000, "j": 2000, "x": 3}),
    ):
        yield einsum(f"points_{name}", text, sizes, "f32")
    pairs = {"i": 2000, "j": 2000, "x": 3}
    yield program("points_distance", "R[i,j] = (P[i,x] - Q[j,x])^2", {"P": "ix", "Q": "jx"}, pairs, "f32")
    yield program("points_centred", "R[n,x] = P[n,x] - m[x]", {"P": "nx", "m": "x"}, points, "f32")
    yield program("points_norm", "R[n] = sqrt(sum[x](P[n,x] * P[n,x]))", {"P": "nx"}, points, "f32")
    yield program("points_unit", "R[n,x] = P[n,x] / sqrt(sum[y](P[n,y] * P[n,y]))", {"P": "nx"}, points, "f32")
    for name, text, n in (
        ("product", "nij,njk->nik", 3),
        ("product", "nij,njk->nik", 4),
        ("outer", "ni,nj->nij", 3),
        ("trace", "nii->n", 4),
    ):
        sizes = {label: n for label in text if label in "ijk"} | {"n": 100000}
        yield einsum(f"matrices_{name}_{n}", text, sizes, "f32")
    yield program("matrices_transposed_4", "T[n,j,i] = A[n,i,j]", {"A": "nij"}, {"n": 100000, "i": 4, "j": 4}, "f32")
    maps = {"n": 64, "c": 512, "h": 7, "w": 7}
    for name, text in (("mean", "nchw->nc"), ("gain", "nchw,c->nchw"), ("gate", "nchw,nc->nchw"), ("channel", "nchw->c")):
        yield einsum(f"maps_{name}", text, maps, "f32")
    scores = {"n": 100000, "c": 10}
    yield einsum("scores_sum", "nc->n", scores, "f32")
    yield einsum("scores_bias", "nc,c->nc", scores, "f32")
    yield program("scores_shift", "R[n,c] = A[n,c] - max[k](A[n,k])", {"A": "nc"}, scores, "f32")


def narrow():
    """Products of few rows or few columns, all four transpositions."""
    for dtype, widths in (("f32", (2, 3, 6, 10, 16, 32)), ("f64", (3, 8))):
        for few in widths:
            for many, terms in ((60, 3000), (1000, 400)):
                for name, text in TRANSPOSITIONS.items():
                    for sizes in ((many, few, terms), (few, many, terms)):
                        yield matmul(f"narrow_{dtype}_{name}_{'x'.join(map(str, sizes))}", text, sizes, dtype)


GELU = "0.5*u[b,o]*(1 + tanh(0.7978845608*(u[b,o] + 0.044715*u[b,o]*u[b,o]*u[b,o])))"


def layers():
    """Layers of networks and steps of statistics, as people write them."""
    rows = {"b": 2048, "d": 768}
    images = {"n": 16, "c": 64, "h": 28, "w": 28}
    dense = {"b": 256, "i": 512, "o": 512}
    for name, text, inputs, sizes in (
        ("layernorm", "m[b] = mean[d](X[b,d])\nv[b] = mean[d]((X[b,d] - m[b])^2)\nY[b,d] = (X[b,d] - m[b])/sqrt(v[b] + 0.00001)*g[d] + h[d]",
         {"X": "bd", "g": "d", "h": "d"}, rows),
        ("rmsnorm", "Y[b,d] = X[b,d]/sqrt(mean[e](X[b,e]*X[b,e]) + 0.00001)*g[d]", {"X": "bd", "g": "d"}, rows),
        ("log_softmax", "m[b] = max[d](X[b,d])\nY[b,d] = X[b,d] - m[b] - log(sum[e](exp(X[b,e] - m[b])))", {"X": "bd"}, rows),
        ("softmax_50", "m[b] = max[d](X[b,d])\ne[b,d] = exp(X[b,d] - m[b])\nY[b,d] = e[b,d]/sum[k](e[b,k])", {"X": "bd"}, {"b": 20000, "d": 50}),
        ("softmax_10", "m[b] = max[d](X[b,d])\ne[b,d] = exp(X[b,d] - m[b])\nY[b,d] = e[b,d]/sum[k](e[b,k])", {"X": "bd"}, {"b": 100000, "d": 10}),
        ("cross_entropy", "m[b] = max[c](X[b,c])\nl = mean[b](log(sum[c](exp(X[b,c] - m[b]))) + m[b] - sum[c](T[b,c]*X[b,c]))",
         {"X": "bc", "T": "bc"}, {"b": 10000, "c": 100}),
        ("cross_entropy_10", "m[b] = max[c](X[b,c])\nl = mean[b](log(sum[c](exp(X[b,c] - m[b]))) + m[b] - sum[c](T[b,c]*X[b,c]))",
         {"X": "bc", "T": "bc"}, {"b": 100000, "c": 10}),
        ("log_sum_exp", "m[b] = max[c](X[b,c])\nY[b] = log(sum[c](exp(X[b,c] - m[b]))) + m[b]", {"X": "bc"}, {"b": 40000, "c": 24}),
        ("swish_10", "u[b,d] = X[b,d] + g[d]\nY[b,d] = u[b,d]*sigmoid(u[b,d])", {"X": "bd", "g": "d"}, {"b": 100000, "d": 10}),
        ("largest", "a[i] = argmax[j](X[i,j])", {"X": "ij"}, {"i": 1000, "j": 1000}),
        ("batchnorm_nchw", "m[c] = mean[n,h,w](X[n,c,h,w])\nv[c] = mean[n,h,w]((X[n,c,h,w] - m[c])^2)\nY[n,c,h,w] = (X[n,c,h,w] - m[c])/sqrt(v[c] + 0.00001)*g[c] + b[c]",
         {"X": "nchw", "g": "c", "b": "c"}, images),
        ("batchnorm_nhwc", "m[c] = mean[n,h,w](X[n,h,w,c])\nv[c] = mean[n,h,w]((X[n,h,w,c] - m[c])^2)\nY[n,h,w,c] = (X[n,h,w,c] - m[c])/sqrt(v[c] + 0.00001)*g[c] + b[c]",
         {"X": "nhwc", "g": "c", "b": "c"}, images),
        ("dense_relu", "Y[b,o] = relu(sum[i](X[b,i]*W[o,i]) + g[o])", {"X": "bi", "W": "oi", "g": "o"}, dense),
        ("dense_gelu", f"u[b,o] = X[b,i]*W[o,i] + g[o]\nY[b,o] = {GELU}", {"X": "bi", "W": "oi", "g": "o"}, dense),
        ("feed_forward", "h[b,j] = relu(sum[i](X[b,i]*W[i,j]) + c[j])\nY[b,k] = h[b,j]*V[j,k] + X[b,k]",
         {"X": "bi", "W": "ij", "c": "j", "V": "jk"}, {"b": 256, "i": 256, "j": 1024, "k": 256}),
        ("perceptron", "h[b,j] = tanh(sum[i](X[b,i]*W[i,j]) + c[j])\nY[b,k] = h[b,j]*V[j,k]",
         {"X": "bi", "W": "ij", "c": "j", "V": "jk"}, {"b": 1000, "i": 20, "j": 64, "k": 3}),
        ("lstm", "g[b,k] = X[b,i]*W[k,i] + H[b,j]*U[k,j] + c[k]", {"X": "bi", "W": "ki", "H": "bj", "U": "kj", "c": "k"},
         {"b": 64, "i": 128, "j": 128, "k": 512}),
        ("conv1x1_nchw", "Y[n,o,h,w] = X[n,c,h,w]*K[o,c]", {"X": "nchw", "K": "oc"}, images | {"o": 128}),
        ("conv1x1_nhwc", "Y[n,h,w,o] = X[n,h,w,c]*K[o,c]", {"X": "nhwc", "K": "oc"}, images | {"o": 128}),
        ("depthwise_nchw", "Y[n,c,y,x] = X[n,c,y+r,x+s]*K[c,r,s]", {"X": "nchw", "K": "crs"}, images | {"r": 3, "s": 3}),
        ("depthwise_nhwc", "Y[n,y,x,c] = X[n,y+r,x+s,c]*K[r,s,c]", {"X": "nhwc", "K": "rsc"}, images | {"r": 3, "s": 3}),
        ("filter", "Y[t] = X[t+k]*K[k]", {"X": "s", "K": "k"}, {"s": 1000031, "k": 32}),
        ("covariance", "m[j] = mean[i](X[i,j])\nC[j,k] = sum[i]((X[i,j] - m[j])*(X[i,k] - m[k]))/999", {"X": "ij"}, {"i": 1000, "j": 100}),
        ("nearest", "d[i,j] = sum[x]((P[i,x] - Q[j,x])^2)\na[i] = argmin[j](d[i,j])", {"P": "ix", "Q": "jx"}, {"i": 2000, "j": 500, "x": 3}),
        ("clusters", "d[i,j] = sum[x]((P[i,x] - Q[j,x])^2)\na[i] = argmin[j](d[i,j])", {"P": "ix", "Q": "jx"}, {"i": 5000, "j": 64, "x": 32}),
        ("mahalanobis", "d[n] = (X[n,i] - m[i])*P[i,j]*(X[n,j] - m[j])", {"X": "ni", "m": "i", "P": "ij"}, {"n": 10000, "i": 16, "j": 16}),
        ("mixture", "L[n] = log(sum[k](w[k]*exp(-0.5*sum[d]((X[n,d] - M[k,d])^2*S[k,d]*S[k,d]))))", {"X": "nd", "M": "kd", "S": "kd", "w": "k"},
         {"n": 5000, "k": 20, "d": 8}),
        ("gravity", "F[i,x] = sum[j]((P[j,x] - P[i,x])*M[j]/pow(sum[y]((P[j,y] - P[i,y])^2) + 0.01, 1.5))", {"P": "ix", "M": "i"}, {"i": 1000, "x": 3}),
        ("kernel_rbf", "K[i,j] = exp(-0.5*sum[d]((X[i,d] - Y[j,d])^2))", {"X": "id", "Y": "jd"}, {"i": 1000, "j": 1000, "d": 5}),
        ("unit_rows", "Y[i,j] = X[i,j]/sqrt(sum[k](X[i,k]^2))", {"X": "ij"}, {"i": 10000, "j": 128}),
        ("unit_columns", "Y[i,j] = X[i,j]/sqrt(sum[k](X[k,j]^2))", {"X": "ij"}, {"i": 10000, "j": 128}),
        ("scaled_columns", "a[j] = min[i](X[i,j])\nb[j] = max[i](X[i,j])\nY[i,j] = (X[i,j] - a[j])/(b[j] - a[j])", {"X": "ij"}, {"i": 10000, "j": 128}),
        ("tucker", "Y[i,j,k] = G[a,b,c]*U[i,a]*V[j,b]*W[k,c]", {"G": "abc", "U": "ia", "V": "jb", "W": "kc"},
         {"a": 10, "b": 10, "c": 10, "i": 100, "j": 100, "k": 100}),
        ("parafac", "Y[i,j,k] = U[i,r]*V[j,r]*W[k,r]", {"U": "ir", "V": "jr", "W": "kr"}, {"r": 10, "i": 128, "j": 128, "k": 128}),
    ):
        yield program(name, text, inputs, sizes, "f32")


LAZY_SUM = """C[i,j,k] = B[i] * A[j,k]
C2[i,j,k] = Y[j] * Z[i,k]
E[k] = (C[i,j,k] + C2[i,j,k]) * (C[i,k,j] + C2[i,k,j])"""


def plans():
    """Programs whose order, form or sharing decides the time; ../compare_numpy.py has each of them written by hand."""
    for n, q in ((400, 408), (2000, 2040)):
        yield program(
            f"lazy_sum_{n}_{q}", LAZY_SUM, {"A": "jk", "B": "i", "Y": "j", "Z": "ik"}, {"i": q, "j": n, "k": n}, "f64")
    for name, text, sizes in (
        ("right", "ij,jk,kl->il", (1000, 200, 1000, 10)),
        ("left", "ij,jk,kl->il", (10, 1000, 200, 1000)),
        ("outer", "ij,jk,kl,lm->im", (600, 20, 600, 20, 600)),
        ("middle", "ij,jk,kl,lm->im", (20, 600, 20, 600, 20)),
        ("six", "ij,jk,kl,lm,mn,no->io", (300, 35, 150, 5, 100, 200, 250)),
    ):
        yield {"name": f"chain_{name}", "einsum": text, "sizes": dict(zip("ijklmno", sizes)), "dtype": "f32"}
    batch = {"b": 64, "i": 100, "j": 16, "k": 100, "l": 16}
    yield {"name": "chain_batched", "einsum": "bij,bjk,bkl->bil", "sizes": batch, "dtype": "f32"}
    square = {"i": 800, "j": 800, "k": 800}
    yield program("gram", "G[i,j] = A[i,k] * A[j,k]", {"A": "ik"}, square, "f32")
    yield program("gram_of_sum", "G[i,j] = (A[i,k] + B[i,k]) * (A[j,k] + B[j,k])", {"A": "ik", "B": "ik"}, square, "f32")
    yield program("common_factor", "D[i,j] = A[i,k]*B[k,j] + A[i,k]*C[k,j]", {"A": "ik", "B": "kj", "C": "kj"}, square, "f32")
    yield program("quadratic", "s = x[i] * A[i,j] * x[j]", {"x": "i", "A": "ij"}, {"i": 3000, "j": 3000}, "f64")
    many = {"b": 500, "i": 500, "j": 500}
    yield program("quadratic_many", "s[b] = X[b,i] * A[i,j] * X[b,j]", {"X": "bi", "A": "ij"}, many, "f32")
    yield program("trace", "t = A[i,j] * B[j,i]", {"A": "ij", "B": "ji"}, {"i": 2000, "j": 2000}, "f32")
    yield program(
        "three_outputs", "G[i,j] = A[i,k] * B[k,j]\nx[i] = G[i,j] * u[j]\ny[j] = G[i,j] * v[i]\nz[i,j] = 2 * G[i,j] + A[i,j]",
        {"A": "ik", "B": "kj", "u": "j", "v": "i"}, {"i": 500, "j": 500, "k": 500}, "f32")
    square = {"i": 500, "j": 500, "k": 500}
    yield program(
        "sum_of_products", "Z[i,j] = A[i,k]*B[k,j] - 2*C[i,k]*D[k,j] + A[i,j]",
        {"A": "ik", "B": "kj", "C": "ik", "D": "kj"}, square, "f32")
    yield program(
        "kernel_matrix", "D[i,j] = sum[k]((X[i,k] - Y[j,k])^2)\nK[i,j] = exp(-0.01*D[i,j])",
        {"X": "ik", "Y": "jk"}, {"i": 500, "j": 500, "k": 100}, "f32")
    yield program("product_exp", "E[i,j] = exp(0.001*sum[k](A[i,k]*B[k,j]))", {"A": "ik", "B": "kj"}, square, "f32")
    sizes = {"b": 64, "i": 100, "o": 100, "j": 100}
    yield program("bilinear", "z[b,o] = x[b,i]*W[o,i,j]*y[b,j]", {"x": "bi", "W": "oij", "y": "bj"}, sizes, "f32")
    yield {"name": "two_axes", "einsum": "bij,oij->bo", "sizes": sizes, "dtype": "f32"}
    yield program(
        "column_deviation", "m[j] = sum[i](A[i,j])/2000\ns[j] = sqrt(sum[i]((A[i,j] - m[j])^2)/1999)",
        {"A": "ij"}, {"i": 2000, "j": 2000}, "f32")


FILES = {"gemm": gemm, "tiny": tiny, "move": move, "cached": cached, "plans": plans, "short": short, "narrow": narrow, "layers": layers}

for file, workloads in FILES.items():
    lines = ",\n".join(" " + json.dumps(workload) for workload in workloads())
    (FOLDER / f"{file}.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")
