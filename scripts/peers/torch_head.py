#!/usr/bin/env python3
"""Measures a language model's last layer and its cross entropy in PyTorch, eager and compiled, as `logitops head` does ours.

Forward and backward, with gradients of the hidden rows and of the weight that are kept from call to call; the products of matrices
alone; and the most memory that was in use beside inputs and gradients. The result is JSON of the schema in docs/benchmarks/README.md,
for `logitops compare`.
"""
import argparse
import datetime
import json
import platform
import time

from torch_bench import SCHEMA, spread

CALLS = 3  # between two waits


def contenders(torch, args):
    """Calls by name."""
    torch.manual_seed(1)
    kind = {"device": "cuda", "dtype": getattr(torch, args.dtype)}
    hidden = torch.randn(args.rows, args.features, **kind).requires_grad_()
    weight = (torch.randn(args.classes, args.features, **kind) / args.features**0.5).requires_grad_()
    labels = torch.randint(args.classes, (args.rows,), device="cuda")
    hidden.grad, weight.grad = torch.zeros_like(hidden), torch.zeros_like(weight)

    def loss(h, w):
        return torch.nn.functional.cross_entropy(h @ w.t(), labels)

    compiled = torch.compile(loss)

    def both(function):
        hidden.grad = weight.grad = None
        function(hidden, weight).backward()

    def forward(function):
        with torch.no_grad():
            function(hidden, weight)

    def products(three):
        with torch.no_grad():
            logits = hidden @ weight.t()
            return (logits.t() @ hidden, logits @ weight) if three else logits

    return {
        "torch.eager forward and backward": lambda: both(loss),
        "torch.compile forward and backward": lambda: both(compiled),
        "torch.eager forward": lambda: forward(loss),
        "torch.compile forward": lambda: forward(compiled),
        "the first product alone": lambda: products(False),
        "the three products alone": lambda: products(True),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=8192)
    parser.add_argument("--features", type=int, default=4096)
    parser.add_argument("--classes", type=int, default=128256)
    parser.add_argument("--dtype", default="bfloat16")
    parser.add_argument("--rounds", type=int, default=7, help="how often to measure each number (default: %(default)s)")
    parser.add_argument("--out", default="peers-head.json", help="where the result goes (default: %(default)s)")
    args = parser.parse_args()
    import torch

    calls = contenders(torch, args)
    host = []
    for name, call in calls.items():  # the first call compiles; the second shows the memory
        if name.startswith("torch"):
            call()
            torch.cuda.synchronize()
            before = torch.cuda.memory_allocated()
            torch.cuda.reset_peak_memory_stats()
            call()
            torch.cuda.synchronize()
            peak = (torch.cuda.max_memory_allocated() - before) / 1e6
            host.append({"name": "memory besides, " + name, "unit": "MB", "value": spread([peak])})
    micros = {name: [] for name in calls}
    for _ in range(args.rounds):
        for name, call in calls.items():
            torch.cuda.synchronize()
            start = time.perf_counter()
            for _ in range(CALLS):
                call()
            torch.cuda.synchronize()
            micros[name].append((time.perf_counter() - start) * 1e6 / CALLS)
    host = [{"name": name, "unit": "us", "value": spread(values)} for name, values in micros.items()] + host
    report = {
        "schema": SCHEMA,
        "tool": f"torch {torch.__version__}",
        "commit": "",
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "backend": "CUDA",
        "device": torch.cuda.get_device_name(),
        "machine": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "grid": f"head, {args.dtype}, {args.rows} rows, {args.features} features, {args.classes} classes",
        "rounds": args.rounds,
        "cells": [],
        "host": host,
        "leftOut": [],
    }
    with open(args.out, "w", encoding="utf-8") as file:
        json.dump(report, file, indent=2)
    print(f"torch_head: wrote {args.out}")


if __name__ == "__main__":
    main()
