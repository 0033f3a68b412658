#!/usr/bin/env python3
"""Measures what a Python user would run instead: PyTorch eager and compiled, and JAX and Liger where they are.

The shapes, and the ops on each, are those of a JSON file that `logitops bench` wrote; the rules are its rules: times between two
events on the device, launches queued while the device is kept busy, buffers in turn so that no cache holds what a call finds,
rounds that take one contender after the other, and a copy of as many bytes in the same rounds. With --launch it measures what
calls cost the host instead, as `logitops launch` does. What could not be measured, or was not, is printed and written down with
the reason. The result is JSON of the same schema (docs/benchmarks/README.md), for `logitops compare`.
"""
import argparse
import datetime
import json
import os
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

MANY = 250  # calls of the host between two waits, as HostClock has them
COLD_PARTS, COLD_CALLS = 10, 100
SMALL = (8, 1024)  # where it is the host that counts, as HostCosts has it

# Tensors of logits' size that an op must read and write, and bytes for each row besides: as BenchOp says.
LEAST = {
    "softmax.forward": (2, 0),
    "softmax.backward": (3, 0),
    "logSoftmax.forward": (2, 0),
    "logSoftmax.backward": (3, 0),
    "crossEntropy.forward": (1, 12),
    "crossEntropy.backward": (2, 8),
    "crossEntropy.forwardBackward": (2, 12),
    "maskedSoftmax.forward additive": (3, 0),
    "maskedSoftmax.forward causal": (2, 0),  # less what is hidden
    "maskedSoftmax.backward": (3, 0),
    "logSumExp.forward": (1, 4),
    "logSumExp.backward": (2, 4),
    "selectedLogProb.forward": (1, 12),
    "selectedLogProb.backward": (2, 8),
    "entropy.forward": (1, 8),
    "entropy.backward": (2, 8),
    "distillation.forward": (2, 4),
    "distillation.forwardBackward": (3, 4),
    "sigmoid.forward": (2, 0),
    "sigmoid.backward": (3, 0),
    "logSigmoid.forward": (2, 0),
    "logSigmoid.backward": (3, 0),
    "sigmoidCrossEntropy.forward": (2, 0),
    "sigmoidCrossEntropy.backward": (3, 0),
    "sigmoidCrossEntropy.forwardBackward": (3, 0),
    "crossEntropy.forward probabilities": (2, 8),
    "crossEntropy.backward probabilities": (3, 8),
    "crossEntropy.forwardBackward probabilities": (3, 8),
    "crossEntropy.forwardBackward label smoothing": (2, 12),
    "crossEntropy.forwardBackward class weights": (2, 16),
    "crossEntropy.forwardBackward ignored rows": (2, 12),
    "crossEntropy.forwardBackward z-loss": (2, 12),
    "crossEntropy.forwardBackward soft cap": (2, 12),
    "crossEntropy.forwardBackward entropy": (2, 16),
    "crossEntropy.forwardBackward argmax": (2, 20),
}

# What torch.compile is measured with unless told: compiling every op anew for every shape takes many minutes.
COMPILED_FIRST = [op for op in list(LEAST)[:7] if op != "crossEntropy.backward"]


def least_bytes(op, shape):
    tensors, row_bytes = LEAST.get(op, (2, 0))  # a copy reads once and writes once
    hidden = 0
    if op == "maskedSoftmax.forward causal":
        squares, queries = shape.squares()
        hidden = squares * (queries * (queries - 1) // 2) * BYTES[shape.dtype]
    losses = 0
    if op == "sigmoidCrossEntropy.forward":  # of each element
        losses = shape.rows * shape.columns * max(4, BYTES[shape.dtype])
    return tensors * shape.bytes + row_bytes * shape.rows + losses - hidden


class LeftOut:
    """What was not measured, and why: each said once."""

    def __init__(self):
        self.reasons = {}

    def add(self, what, reason):
        if what not in self.reasons:
            self.reasons[what] = reason
            print(f"torch_bench: left out: {what}: {reason}", file=sys.stderr)

    def failed(self, what, error):
        self.add(what, f"{type(error).__name__}: {str(error)[:200]}")

    def as_json(self):
        return [{"what": what, "reason": reason} for what, reason in self.reasons.items()]


class Shape:
    def __init__(self, dtype, outer, columns, inner, padding):
        self.dtype, self.outer, self.columns, self.inner, self.padding = dtype, outer, columns, inner, padding
        self.rows = outer * inner
        self.bytes = self.rows * columns * BYTES[dtype]

    def key(self):
        return self.dtype, self.outer, self.columns, self.inner, self.padding

    def squares(self):
        """How many squares of queries and keys the rows are for a causal mask, and how many queries each has."""
        queries = min(self.rows, self.columns)
        return self.rows // queries, queries

    def extents(self):
        return (self.outer, self.columns) if self.inner == 1 else (self.outer, self.columns, self.inner)

    def __str__(self):
        stride = f" with a stride of {self.columns + self.padding}" if self.padding else ""
        return f"{self.dtype}{list(self.extents())}{stride}"


def ops_by_shape(report):
    """The shapes of a report, each once, in order, and the ops that were measured on it."""
    shapes, ops = {}, {}
    for cell in report["cells"]:
        shape = Shape(cell["dtype"], cell["outer"], cell["columns"], cell["inner"], cell.get("padding", 0))
        shapes.setdefault(shape.key(), shape)
        if cell["provider"] != "ceiling":
            ops.setdefault(shape.key(), set()).add(cell["op"])
    return [(shape, ops.get(key, set())) for key, shape in shapes.items()]


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
    }.get(op)


def compiled_passes(op, shape):
    """Inductor: one read of rows up to 1024, else two."""
    if op in ("softmax.forward", "logSoftmax.forward") and shape.inner == 1:
        return 2 if shape.columns <= 1024 else 3
    return None


def liger_passes(op, _shape):
    """Its kernel reads the logits twice and writes the gradient over them."""
    return {"softmax.forward": 2, "crossEntropy.forwardBackward": 3}.get(op)


class Contender:
    """A call that is measured; `prepare` makes what it starts from, if there is any."""

    def __init__(self, provider, op, shape, call, passes=None, prepare=None):
        self.provider, self.op, self.shape, self.call, self.prepare = provider, op, shape, call, prepare
        self.bytes = least_bytes(op, shape)
        self.moved = None if passes is None else passes * shape.bytes + LEAST[op][1] * shape.rows

    def __str__(self):
        return f"{self.provider} {self.op} {self.shape}"


def measure(bed, contenders, sets, rounds, left_out):
    """A cell for each contender that runs."""
    calls = {}
    for c in list(contenders):
        try:
            if c.prepare:
                c.prepare()
            bed.micros(c, FEWEST_CALLS, sets)  # warm-up: compiles
            once = bed.micros(c, FEWEST_CALLS, sets)
            calls[c] = int(max(FEWEST_CALLS, min(MOST_CALLS, TARGET_MICROS / max(once, 1e-3))))
        except Exception as e:  # a provider's own: what it cannot do is left out
            left_out.failed(str(c), e)
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

    def __init__(self, args, left_out):
        import torch

        self.torch, self.left_out, self.compile_all = torch, left_out, args.compile_all
        self.tool = f"torch {torch.__version__}"
        if not torch.cuda.is_available():
            sys.exit("torch_bench: PyTorch sees no GPU; --dry-run tries everything but the measurement")
        self.device = torch.cuda.get_device_name()
        self.plug = torch.ones(64 << 20, device="cuda")  # is read: dirty lines would be written back later
        spent = 0
        while spent < WARM_UP_MICROS:
            self.plug_micros = self.timed(self.plug.sum)
            spent += self.plug_micros
        self.liger = load_liger(args.liger) if args.liger else None
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

    def contenders(self, shape, ops):
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
        compiled = torch_contenders(torch, "torch.compile", compiled_passes, shape, x, dy, labels,
                                    lambda f: torch.compile(f, dynamic=False))
        if not self.compile_all:
            self.left_out.add("torch.compile, ops after the first seven", "each shape compiles them anew; --compile-all")
            compiled = [c for c in compiled if c.op in COMPILED_FIRST]
        contenders += compiled
        if not self.liger:
            self.left_out.add("liger", "no copy of it was named; --liger")
        elif shape.inner == 1:
            contenders += liger_contenders(self.liger, shape, x, labels)
        contenders += jax_contenders(shape, sets, self.left_out)
        return [c for c in contenders if c.provider == "ceiling" or c.op in ops], sets

    def synchronize(self):
        self.torch.cuda.synchronize()

    def host_calls(self):
        """What `logitops launch` measures too, by its names."""
        torch = self.torch
        x = torch.randn(SMALL, device="cuda")
        y, leaf = torch.empty_like(x), x.clone().requires_grad_()
        labels = torch.zeros(SMALL[0], dtype=torch.int64, device="cuda")

        def loss_and_gradient():
            loss = torch.nn.functional.cross_entropy(leaf, labels)
            loss.backward()
            leaf.grad = None
            return loss

        def softmax():
            torch.softmax(x, 1, out=y)

        def softmax_until_done():
            softmax()
            self.synchronize()

        return {
            "softmax.forward queued": softmax,
            "softmax.forward queued, new output": lambda: torch.softmax(x, 1),
            "softmax.forward until it is done": softmax_until_done,
            "crossEntropy.forwardBackward queued, new result": loss_and_gradient,
            "crossEntropy.forwardBackward until the loss is known, new result": lambda: loss_and_gradient().item(),
        }


def torch_contenders(torch, provider, passes, shape, x, dy, labels, compiled):
    """What a user calls, without autograd where the op can be had alone."""
    f, aten = torch.nn.functional, torch.ops.aten
    leaves = [t.detach().requires_grad_() for t in x]
    softmax = compiled(lambda t: torch.softmax(t, 1))
    log_softmax = compiled(lambda t: torch.log_softmax(t, 1))
    softmax_backward = compiled(lambda d, y: aten._softmax_backward_data(d, y, 1, y.dtype))
    log_softmax_backward = compiled(lambda d, y: aten._log_softmax_backward_data(d, y, 1, y.dtype))
    log_sum_exp = compiled(lambda t: torch.logsumexp(t, 1))
    selected = compiled(lambda t: torch.log_softmax(t, 1).gather(1, labels.unsqueeze(1)).squeeze(1))
    entropy = compiled(lambda t: torch.special.entr(torch.softmax(t, 1)).sum(1))
    additive = compiled(lambda t, m: torch.softmax(t + m, 1))
    distillation = compiled(lambda t, teacher: f.kl_div(
        torch.log_softmax(t, 1), torch.softmax(teacher, 1), reduction="sum") / shape.rows)
    sigmoid = compiled(torch.sigmoid)
    sigmoid_backward = compiled(lambda d, y: aten.sigmoid_backward(d, y))
    log_sigmoid = compiled(f.logsigmoid)
    # PyTorch's starts from the logits, and on a GPU keeps nothing of the forward op; ours from its output.
    log_sigmoid_backward = compiled(lambda d, t: aten.log_sigmoid_backward(d, t, t.new_empty(0)))
    sigmoid_cross_entropy = compiled(lambda t, targets: f.binary_cross_entropy_with_logits(t, targets))
    sigmoid_losses = compiled(lambda t, targets: f.binary_cross_entropy_with_logits(t, targets, reduction="none"))
    cross_entropy = compiled(lambda t: f.cross_entropy(t, labels))
    cross_entropy_given = compiled(lambda t, targets: f.cross_entropy(t, targets))

    def without_gradient(call):
        def quiet(i):
            with torch.no_grad():
                return call(i)

        return quiet

    def with_gradient(loss):
        return lambda i: torch.autograd.grad(loss(i), leaves[i])

    calls = {
        "softmax.forward": lambda i: softmax(x[i]),
        "softmax.backward": lambda i: softmax_backward(dy[i], x[i]),
        "logSoftmax.forward": lambda i: log_softmax(x[i]),
        "logSoftmax.backward": lambda i: log_softmax_backward(dy[i], x[i]),
        "crossEntropy.forward": without_gradient(lambda i: cross_entropy(x[i])),
        "crossEntropy.forwardBackward": with_gradient(lambda i: cross_entropy(leaves[i])),
        "maskedSoftmax.forward additive": lambda i: additive(x[i], dy[i]),
        "maskedSoftmax.backward": lambda i: softmax_backward(dy[i], x[i]),
        "logSumExp.forward": lambda i: log_sum_exp(x[i]),
        "selectedLogProb.forward": lambda i: selected(x[i]),
        "entropy.forward": lambda i: entropy(x[i]),
        "distillation.forward": without_gradient(lambda i: distillation(x[i], dy[i])),
        "distillation.forwardBackward": with_gradient(lambda i: distillation(leaves[i], dy[i])),
        "sigmoid.forward": lambda i: sigmoid(x[i]),
        "sigmoid.backward": lambda i: sigmoid_backward(dy[i], x[i]),
        "logSigmoid.forward": lambda i: log_sigmoid(x[i]),
        "logSigmoid.backward": lambda i: log_sigmoid_backward(dy[i], x[i]),
        "sigmoidCrossEntropy.forward": without_gradient(lambda i: sigmoid_losses(x[i], dy[i])),
        "sigmoidCrossEntropy.forwardBackward": with_gradient(lambda i: sigmoid_cross_entropy(leaves[i], dy[i])),
        "crossEntropy.forward probabilities": without_gradient(lambda i: cross_entropy_given(x[i], dy[i])),
        "crossEntropy.forwardBackward probabilities": with_gradient(lambda i: cross_entropy_given(leaves[i], dy[i])),
    }
    for name, option in cross_entropy_options(torch, shape, labels, x[0].dtype).items():
        loss = compiled(option)
        calls[f"crossEntropy.forwardBackward {name}"] = with_gradient(lambda i, loss=loss: loss(leaves[i])[0])
    contenders = [Contender(provider, op, shape, call, passes(op, shape)) for op, call in calls.items()]
    if shape.inner == 1 and shape.rows % shape.squares()[1] == 0:
        contenders.append(causal_contender(torch, provider, shape, x, compiled))
    if provider == "torch.eager":  # compiled graphs may not be gone through twice
        graphs = {
            "crossEntropy.backward": lambda i: cross_entropy(leaves[i]),
            "logSumExp.backward": lambda i: log_sum_exp(leaves[i]),
            "selectedLogProb.backward": lambda i: selected(leaves[i]),
            "entropy.backward": lambda i: entropy(leaves[i]),
            "sigmoidCrossEntropy.backward": lambda i: sigmoid_cross_entropy(leaves[i], dy[i]),
            "crossEntropy.backward probabilities": lambda i: cross_entropy_given(leaves[i], dy[i]),
        }
        contenders += [backward_contender(torch, provider, op, shape, leaves, forward, passes(op, shape))
                       for op, forward in graphs.items()]
    return contenders


def cross_entropy_options(torch, shape, labels, dtype):
    """What CrossEntropyOptionOps measures, with its numbers: functions of the logits that return a loss, and what else was asked."""
    f = torch.nn.functional
    weights = torch.full((shape.columns,), 0.5, device="cuda", dtype=dtype)
    rows = torch.arange(shape.rows, device="cuda").view(labels.shape)
    some = labels.masked_fill(rows % 4 == 3, -100)
    return {
        "label smoothing": lambda t: (f.cross_entropy(t, labels, label_smoothing=0.1),),
        "class weights": lambda t: (f.cross_entropy(t, labels, weights),),
        "ignored rows": lambda t: (f.cross_entropy(t, some),),
        "z-loss": lambda t: (f.cross_entropy(t, labels) + 1e-4 * torch.logsumexp(t, 1).square().mean(),),
        "soft cap": lambda t: (f.cross_entropy(30 * torch.tanh(t / 30), labels),),
        "entropy": lambda t: (f.cross_entropy(t, labels), torch.special.entr(torch.softmax(t.detach(), 1)).sum(1)),
        "argmax": lambda t: (f.cross_entropy(t, labels), t.detach().argmax(1)),
    }


def causal_contender(torch, provider, shape, x, compiled):
    squares, queries = shape.squares()
    hidden = []

    def prepare():
        ones = torch.ones((queries, shape.columns), dtype=torch.bool, device="cuda")
        hidden.append(ones.triu(shape.columns - queries + 1))

    softmax = compiled(lambda t, mask: torch.softmax(t.masked_fill(mask, float("-inf")), -1))
    return Contender(provider, "maskedSoftmax.forward causal", shape,
                     lambda i: softmax(x[i].view(squares, queries, shape.columns), hidden[0]), prepare=prepare)


def backward_contender(torch, provider, op, shape, leaves, forward, passes):
    """Autograd alone, through graphs that were made before."""
    results, upstream = [], []

    def prepare():
        results.extend(forward(i) for i in range(len(leaves)))
        upstream.append(torch.ones_like(results[0]))

    return Contender(provider, op, shape,
                     lambda i: torch.autograd.grad(results[i], leaves[i], upstream[0], retain_graph=True), passes,
                     prepare)


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


def jax_contenders(shape, sets, left_out):
    """JAX has a queue of its own, so its calls are waited for: rows that take less than some 50 us show the host."""
    try:
        import jax
        import jax.numpy as jnp
    except ImportError:
        left_out.add("jax", "not installed")
        return []
    if jax.default_backend() != "gpu":
        left_out.add("jax", "sees no GPU")
        return []
    if shape.inner != 1:
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

    def contenders(self, shape, ops):
        x = bytes(range(256)) * 16
        contenders = [Contender("ceiling", "copy", shape, lambda _: bytearray(x))]
        contenders += [Contender("stub", op, shape, lambda _: sum(x), eager_passes(op, shape)) for op in LEAST if op in ops]
        contenders.append(Contender("stub", "broken", shape, lambda _: 1 // 0))
        return contenders, 2

    def synchronize(self):
        pass

    def host_calls(self):
        return {"softmax.forward queued": lambda: sum(range(9)), "broken": lambda: 1 // 0}


class Clock:
    """Takes the time of the host's calls, as HostClock does."""

    def __init__(self, bed, rounds, seconds):
        self.bed, self.rounds, self.seconds = bed, rounds, seconds

    @staticmethod
    def micros(call, calls):
        start = time.perf_counter()
        for _ in range(calls):
            call()
        return (time.perf_counter() - start) * 1e6 / calls

    def cold(self, call):
        return [self.micros(call, COLD_CALLS) for _ in range(COLD_PARTS)]

    def warm(self, call):
        start = time.perf_counter()
        while True:
            self.micros(call, MANY)
            self.bed.synchronize()
            if time.perf_counter() - start >= self.seconds:
                break
        values = []
        for _ in range(self.rounds):
            values.append(self.micros(call, MANY))
            self.bed.synchronize()
        return values


def host_costs(bed, rounds, seconds, left_out):
    """What calls cost the host: the first one first of all, and cold."""
    clock = Clock(bed, rounds, seconds)
    calls = bed.host_calls()
    bed.synchronize()
    first = calls["softmax.forward queued"]

    def first_call():
        first()
        bed.synchronize()

    costs = {"softmax.forward, first call": [clock.micros(first_call, 1)],
             "softmax.forward queued, cold": clock.cold(first)}
    for name, call in calls.items():
        try:
            costs[name] = clock.warm(call)
        except Exception as e:  # as in measure
            left_out.failed(name, e)
    return [{"name": name, "unit": "us", "value": spread(values)} for name, values in costs.items()]


def device_costs(bed, shapes, rounds, limit, left_out):
    """The cells of each shape: none of one that is left out."""
    end = time.monotonic() + limit
    for number, (shape, ops) in enumerate(shapes, 1):
        for op in sorted(ops - set(LEAST)):
            left_out.add(op, "PyTorch has no such op")
        if shape.padding:
            left_out.add(str(shape), "only dense rows are measured here")
            yield []
            continue
        if time.monotonic() > end:
            left_out.add(str(shape), f"over the time limit of {limit:g} s")
            yield []
            continue
        print(f"torch_bench: shape {number} of {len(shapes)}: {shape}", file=sys.stderr)
        try:
            contenders, sets = bed.contenders(shape, ops)
            cells = measure(bed, contenders, sets, rounds, left_out)
        except Exception as e:  # such as too little memory for the tensors
            left_out.failed(str(shape), e)
            cells = []
        yield cells


def write(name, result, left_out, shapes_left):
    """The result so far, whole at any time: who stops the script has what was measured till then."""
    stopped = [{"what": str(shape), "reason": "stopped before"} for shape, _ in shapes_left]
    with open(f"{name}.part", "w", encoding="utf-8") as file:
        json.dump(result | {"leftOut": left_out.as_json() + stopped}, file, indent=2)
        file.write("\n")
    os.replace(f"{name}.part", name)


def load_liger(folder):
    sys.path.insert(0, folder)
    from liger_kernel.transformers.functional import liger_cross_entropy

    return liger_cross_entropy


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shapes", nargs="?", help="JSON that `logitops bench` wrote: its shapes and ops are measured")
    parser.add_argument("--launch", action="store_true", help="what calls cost the host, in place of shapes")
    parser.add_argument("--out", default="peers.json", help="where the result goes (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=7, help="how often to measure each number (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=2,
                        help="with --launch: of calls before a number counts as warm (default: %(default)s)")
    parser.add_argument("--limit", type=float, default=float("inf"), metavar="SECONDS",
                        help="begin no shape after so long (default: no limit)")
    parser.add_argument("--compile-all", action="store_true", help="torch.compile with every op: many minutes")
    parser.add_argument("--liger", metavar="FOLDER", help="src of a copy of Liger-Kernel")
    parser.add_argument("--dry-run", action="store_true", help="with a stub instead of PyTorch and a device")
    args = parser.parse_args()
    if args.launch == bool(args.shapes):
        parser.error("either the JSON with the shapes or --launch")

    report = {"schema": SCHEMA, "grid": "launch", "cells": []}
    if args.shapes:
        with open(args.shapes, encoding="utf-8") as file:
            report = json.load(file)
    if report.get("schema") != SCHEMA:
        sys.exit(f"torch_bench: not a report of this schema: file={args.shapes}, expected={SCHEMA}")
    left_out = LeftOut()
    bed = StubBed() if args.dry_run else TorchBed(args, left_out)
    host = host_costs(bed, args.rounds, args.seconds, left_out) if args.launch else []
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
        "cells": [],
        "host": host,
    }
    shapes = ops_by_shape(report)
    write(args.out, result, left_out, shapes)
    for reached, cells in enumerate(device_costs(bed, shapes, args.rounds, args.limit, left_out), 1):
        result["cells"] += cells
        write(args.out, result, left_out, shapes[reached:])
    print(f"torch_bench: wrote {args.out}")


if __name__ == "__main__":
    main()
