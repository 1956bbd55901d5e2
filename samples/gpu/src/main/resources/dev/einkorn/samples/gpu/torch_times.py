"""Times of PyTorch on the first GPU: one workload a line on standard input, a name and seconds a line out."""
import sys
import time

try:
    import torch

    if not torch.cuda.is_available():
        sys.exit(0)
except ImportError:
    sys.exit(0)

TYPES = {"f32": torch.float32, "f64": torch.float64, "bf16": torch.bfloat16}
seconds = float(sys.argv[1])


def clock(run, calls):
    torch.cuda.synchronize()
    start = time.perf_counter()
    for _ in range(calls):
        run()
    torch.cuda.synchronize()
    return (time.perf_counter() - start) / calls


for line in sys.stdin:
    name, operands, expression = line.rstrip("\n").split("\t")
    arithmetic, expression = expression.split(":", 1)
    torch.backends.cuda.matmul.allow_tf32 = arithmetic == "tf32"
    try:
        t = []
        for operand in operands.split(" "):
            kind, shape = operand.split(":")
            extents = [int(extent) for extent in shape.split(",") if extent]
            kind = "bf16" if arithmetic == "bf16" else kind
            t.append(torch.randint(-8, 9, extents, device="cuda").to(TYPES[kind]) / 8)
        code = compile(expression, name, "eval")
        run = lambda: eval(code, {"torch": torch, "t": t})
        for _ in range(3):
            run()
        calls = max(1, min(10000, int(seconds / max(clock(run, 1), 1e-9))))
        print(name, sorted(clock(run, calls) for _ in range(5))[2], flush=True)
    except RuntimeError as e:
        print(f"torch, {name}: {e}", file=sys.stderr)
    t = None
    torch.cuda.empty_cache()
