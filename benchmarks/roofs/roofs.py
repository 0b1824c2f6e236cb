"""The same as Roofs.java with PyTorch. Usage: roofs.py THREADS; prints "fp32 bf16 read", in 10^9 a
second."""

import sys
import time

import torch

torch.set_num_threads(int(sys.argv[1]))
SIZE, REPEATS = 2048, 7


def best(work):
    shortest = float("inf")
    for _ in range(REPEATS):
        start = time.perf_counter()
        work()
        shortest = min(shortest, time.perf_counter() - start)
    return shortest


a, b = torch.randn(SIZE, SIZE), torch.randn(SIZE, SIZE)
narrow_a, narrow_b = a.bfloat16(), b.bfloat16()
memory = torch.ones(1 << 28)
operations = 2 * SIZE**3
fp32 = operations / best(lambda: a @ b)
bf16 = operations / best(lambda: narrow_a @ narrow_b)
read = memory.numel() * 4 / best(memory.sum)
print(f"{fp32 / 1e9:.1f} {bf16 / 1e9:.1f} {read / 1e9:.1f}")
