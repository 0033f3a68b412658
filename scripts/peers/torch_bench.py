#!/usr/bin/env python3
"""Measures what a Python user would run instead: PyTorch eager and compiled, and JAX and Liger where they are.

The shapes are those of a JSON file that `logitops bench` wrote; the rules are its rules: times between two events on the device,
launches queued while the device is kept busy, buffers in turn so that no cache holds what a call finds, rounds that take one
contender after the other, and a copy of as many bytes in the same rounds. The result is JSON of the same schema
(docs/benchmarks/README.md), for `logitops compare`.
"""
import argparse
import datetime
import json
import platform
import statistics
import sys
import time

SCHEMA = 1
BEYOND_CACHES = 512 << 20  # bytes in turn, as CudaBed does
TARGET_MICROS = 4000
WARM_UP_MICROS = 200_000  # clocks have risen by then
HOST_MICROS = 100  # what the host may take to queue a call
FEWEST_CALLS, MOST_CALLS = 2, 200
BYTES = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2}

# Tensors of logits' size that an op must read and write, and bytes for each row besides: as BenchOp says.
LEAST = {
    "softmax.forward": (2, 0),
    "softmax.backward": (3, 0),
    "logSoftmax.forward": (2, 0),
    "logSoftmax.backward": (3, 0),
    "crossEntropy.forward": (1, 12),
    "crossEntropy.backward": (2, 8),
    "crossEntropy.forwardBackward": (2, 12),
}


class Shape:
    def __init__(self, dtype, outer, columns, inner):
        self.dtype, self.outer, self.columns, self.inner = dtype, outer, columns, inner
        self.rows = outer * inner
        self.bytes = self.rows * columns * BYTES[dtype]

    def key(self):
        return self.dtype, self.outer, self.columns, self.inner

    def extents(self):
        return (self.outer, self.columns) if self.inner == 1 else (self.outer, self.columns, self.inner)

    def __str__(self):
        return f"{self.dtype}{list(self.extents())}"


def shapes_of(report):
    """The shapes of a report, each once, in order."""
    shapes = {}
    for cell in report["cells"]:
        shape = Shape(cell["dtype"], cell["outer"], cell["columns"], cell["inner"])
        shapes.setdefault(shape.key(), shape)
    return list(shapes.values())


def spread(values):
    """Median and quantiles, linear between values."""
    ordered = sorted(values)

    def quantile(q):
        at = q * (len(ordered) - 1)
        below = int(at)
        above = min(below + 1, len(ordered) - 1)
        return ordered[below] + (at - below) * (ordered[above] - ordered[below])

    return {"median": statistics.median(ordered), "p20": quantile(0.2), "p80": quantile(0.8)}


# Passes over a tensor of logits' size, as the providers' sources say; None where they do not, or where nobody looked.


def eager_passes(op, shape):
    """ATen's SoftMax.cu: rows in registers up to 9216, in shared memory below 48 KiB, else read three times."""
    v, size = shape.columns, BYTES[shape.dtype]
    in_shared = v * size < 48 << 10 and v % (16 // size) == 0
    strided = shape.inner > 1
    forward = 2 if not strided and (v <= 9216 or in_shared) else 4
    backward = 3 if not strided and (v <= 1024 or in_shared) else 4
    return {
        "softmax.forward": forward,
        "softmax.backward": 3 + backward,  # first grad * output, by itself
        "logSoftmax.forward": forward,
        "logSoftmax.backward": backward,
        "crossEntropy.forward": forward,  # log-probabilities are written
        "crossEntropy.backward": 1 + backward,  # a gradient of zeros is filled in first
        "crossEntropy.forwardBackward": forward + 1 + backward,
    }[op]


def compiled_passes(op, shape):
    """Inductor: one read of rows up to 1024, else two."""
    if op in ("softmax.forward", "logSoftmax.forward") and shape.inner == 1:
        return 2 if shape.columns <= 1024 else 3
    return None


def liger_passes(op, _shape):
    """Its kernel reads the logits twice and writes the gradient over them."""
    return {"softmax.forward": 2, "crossEntropy.forwardBackward": 3}.get(op)


class Contender:
    def __init__(self, provider, op, shape, call, passes=None):
        tensors, row_bytes = LEAST.get(op, (2, 0))  # a copy reads once and writes once
        self.provider, self.op, self.shape, self.call = provider, op, shape, call
        self.bytes = tensors * shape.bytes + row_bytes * shape.rows
        self.moved = None if passes is None else passes * shape.bytes + row_bytes * shape.rows


def measure(bed, contenders, sets, rounds, report_failure):
    """A cell for each contender that runs."""
    calls = {}
    for c in list(contenders):
        try:
            bed.micros(c, FEWEST_CALLS, sets)  # warm-up: compiles
            once = bed.micros(c, FEWEST_CALLS, sets)
            calls[c] = int(max(FEWEST_CALLS, min(MOST_CALLS, TARGET_MICROS / max(once, 1e-3))))
        except Exception as e:  # a provider's own: what it cannot do is left out
            report_failure(f"left out: {c.provider} {c.op} {c.shape}: {type(e).__name__}: {str(e)[:200]}")
            contenders.remove(c)
    micros = {c: [] for c in contenders}
    for _ in range(rounds):
        for c in contenders:
            micros[c].append(bed.micros(c, calls[c], sets))
    cells = []
    for c in contenders:
        cell = {"provider": c.provider, "op": c.op, "dtype": c.shape.dtype, "outer": c.shape.outer}
        cell |= {"columns": c.shape.columns, "inner": c.shape.inner, "bytes": c.bytes}
        if c.moved is not None:
            cell["movedBytes"] = c.moved
        cells.append(cell | {"ceiling": "copy", "micros": spread(micros[c])})
    return cells


class TorchBed:
    """A CUDA device by way of PyTorch."""

    def __init__(self, liger):
        import torch

        self.torch = torch
        self.tool = f"torch {torch.__version__}"
        if not torch.cuda.is_available():
            sys.exit("torch_bench: PyTorch sees no GPU; --dry-run tries everything but the measurement")
        self.device = torch.cuda.get_device_name()
        self.plug = torch.ones(64 << 20, device="cuda")  # is read: dirty lines would be written back later
        spent = 0
        while spent < WARM_UP_MICROS:
            self.plug_micros = self.timed(self.plug.sum)
            spent += self.plug_micros
        self.liger = liger
        self.kept = {}

    def dtype(self, shape):
        return {"F64": self.torch.float64, "F32": self.torch.float32, "F16": self.torch.float16,
                "BF16": self.torch.bfloat16}[shape.dtype]

    def timed(self, queue):
        start, end = (self.torch.cuda.Event(enable_timing=True) for _ in range(2))
        start.record()
        queue()
        end.record()
        end.synchronize()
        return start.elapsed_time(end) * 1e3

    def micros(self, contender, calls, sets):
        for _ in range(int(calls * HOST_MICROS / self.plug_micros) + 1):
            self.plug.sum()

        def queue():
            for i in range(calls):
                # Kept until its turn comes again: results do not land where the last one was.
                self.kept[i % sets] = contender.call(i % sets)

        result = self.timed(queue) / calls
        self.kept.clear()
        return result

    def contenders(self, shape):
        torch, dtype = self.torch, self.dtype(shape)
        torch.compiler.reset()  # else the next shapes would count as recompilations, and end in eager mode
        sets = max(1, min(256, BEYOND_CACHES // shape.bytes))

        def noise():
            return [3 * torch.randn(shape.extents(), device="cuda", dtype=dtype) for _ in range(sets)]

        x, dy, out = noise(), noise(), noise()
        label_shape = (shape.outer,) if shape.inner == 1 else (shape.outer, shape.inner)
        labels = torch.randint(0, shape.columns, label_shape, device="cuda")
        contenders = [Contender("ceiling", "copy", shape, lambda i: out[i].copy_(x[i]))]
        contenders += torch_contenders(torch, "torch.eager", eager_passes, shape, x, dy, labels, lambda f: f)
        contenders += torch_contenders(torch, "torch.compile", compiled_passes, shape, x, dy, labels,
                                       lambda f: torch.compile(f, dynamic=False))
        if self.liger and shape.inner == 1:
            contenders += liger_contenders(self.liger, shape, x, labels)
        contenders += jax_contenders(shape, sets)
        return contenders, sets


def torch_contenders(torch, provider, passes, shape, x, dy, labels, compiled):
    """What a user calls, without autograd where the op can be had alone."""
    f, aten = torch.nn.functional, torch.ops.aten
    leaves = [t.detach().requires_grad_() for t in x]
    softmax = compiled(lambda t: torch.softmax(t, 1))
    log_softmax = compiled(lambda t: torch.log_softmax(t, 1))
    softmax_backward = compiled(lambda d, y: aten._softmax_backward_data(d, y, 1, y.dtype))
    log_softmax_backward = compiled(lambda d, y: aten._log_softmax_backward_data(d, y, 1, y.dtype))
    cross_entropy = compiled(lambda t: f.cross_entropy(t, labels))

    def loss_without_gradient(i):
        with torch.no_grad():
            return cross_entropy(x[i])

    def loss_and_gradient(i):
        return torch.autograd.grad(cross_entropy(leaves[i]), leaves[i])

    calls = {
        "softmax.forward": lambda i: softmax(x[i]),
        "softmax.backward": lambda i: softmax_backward(dy[i], x[i]),
        "logSoftmax.forward": lambda i: log_softmax(x[i]),
        "logSoftmax.backward": lambda i: log_softmax_backward(dy[i], x[i]),
        "crossEntropy.forward": loss_without_gradient,
        "crossEntropy.forwardBackward": loss_and_gradient,
    }
    if provider == "torch.eager":  # compiled graphs may not be gone through twice
        losses = [cross_entropy(leaf) for leaf in leaves]
        calls["crossEntropy.backward"] = lambda i: torch.autograd.grad(losses[i], leaves[i], retain_graph=True)
    return [Contender(provider, op, shape, call, passes(op, shape)) for op, call in calls.items()]


def liger_contenders(liger, shape, x, labels):
    """The function that its users call, with its host's synchronizations."""
    leaves = [t.detach().requires_grad_() for t in x]

    def loss_and_gradient(i):
        loss = liger(leaves[i].clone(), labels)  # the clone is charged to it: its kernel writes over the logits
        loss.backward()
        gradient, leaves[i].grad = leaves[i].grad, None
        return gradient

    op = "crossEntropy.forwardBackward"
    return [Contender("liger", op, shape, loss_and_gradient, 2 + liger_passes(op, shape))]


def jax_contenders(shape, sets):
    """JAX has a queue of its own, so its calls are waited for: rows that take less than some 50 us show the host."""
    try:
        import jax
        import jax.numpy as jnp
    except ImportError:
        return []
    if shape.inner != 1 or jax.default_backend() != "gpu":
        return []
    dtype = {"F64": jnp.float64, "F32": jnp.float32, "F16": jnp.float16, "BF16": jnp.bfloat16}[shape.dtype]
    keys = jax.random.split(jax.random.PRNGKey(1), min(sets, 4))
    x = [3 * jax.random.normal(key, shape.extents(), dtype) for key in keys]
    softmax = jax.jit(lambda t: jax.nn.softmax(t, axis=1))
    log_softmax = jax.jit(lambda t: jax.nn.log_softmax(t, axis=1))
    return [Contender("jax", "softmax.forward", shape, lambda i: softmax(x[i % len(x)]).block_until_ready()),
            Contender("jax", "logSoftmax.forward", shape, lambda i: log_softmax(x[i % len(x)]).block_until_ready())]


class StubBed:
    """No device at all: tries reading, rounds and writing on a few bytes of host memory."""

    tool, device = "stub", "no device: a dry run"

    def micros(self, contender, calls, sets):
        start = time.perf_counter()
        for i in range(calls):
            contender.call(i % sets)
        return (time.perf_counter() - start) * 1e6 / calls

    def contenders(self, shape):
        x = bytes(range(256)) * 16
        contenders = [Contender("ceiling", "copy", shape, lambda _: bytearray(x))]
        contenders += [Contender("stub", op, shape, lambda _: sum(x), eager_passes(op, shape)) for op in LEAST]
        contenders.append(Contender("stub", "broken", shape, lambda _: 1 // 0))
        return contenders, 2


def load_liger(folder):
    sys.path.insert(0, folder)
    from liger_kernel.transformers.functional import liger_cross_entropy

    return liger_cross_entropy


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shapes", help="JSON that `logitops bench` wrote: its shapes are measured")
    parser.add_argument("--out", default="peers.json", help="where the result goes (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=7, help="how often to measure each cell (default: %(default)s)")
    parser.add_argument("--liger", metavar="FOLDER", help="src of a copy of Liger-Kernel")
    parser.add_argument("--dry-run", action="store_true", help="with a stub instead of PyTorch and a device")
    args = parser.parse_args()

    with open(args.shapes, encoding="utf-8") as file:
        report = json.load(file)
    if report.get("schema") != SCHEMA:
        sys.exit(f"torch_bench: not a report of this schema: file={args.shapes}, expected={SCHEMA}")
    bed = StubBed() if args.dry_run else TorchBed(load_liger(args.liger) if args.liger else None)
    cells = []
    shapes = shapes_of(report)
    for number, shape in enumerate(shapes, 1):
        print(f"torch_bench: shape {number} of {len(shapes)}: {shape}", file=sys.stderr)
        contenders, sets = bed.contenders(shape)
        cells += measure(bed, contenders, sets, args.rounds, lambda line: print(f"torch_bench: {line}", file=sys.stderr))
    result = {
        "schema": SCHEMA,
        "tool": bed.tool,
        "commit": "",
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "backend": "CPU" if args.dry_run else "CUDA",
        "device": bed.device,
        "machine": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "grid": report["grid"],
        "rounds": args.rounds,
        "cells": cells,
        "host": [],
    }
    with open(args.out, "w", encoding="utf-8") as file:
        json.dump(result, file, indent=2)
        file.write("\n")
    print(f"torch_bench: wrote {args.out}")


if __name__ == "__main__":
    main()
