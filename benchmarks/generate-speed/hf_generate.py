"""Continues prompts with transformers' generate, greedily, and prints seconds per token of the
decoding alone, as the difference between a longer and a shorter continuation (the best of three).

Usage: hf_generate.py DIRECTORY float32|bfloat16 BATCH PROMPT SHORT LONG THREADS
"""

import sys
import time

import torch
from transformers import AutoModelForCausalLM

directory, dtype, (batch, prompt, short, long, threads) = sys.argv[1], sys.argv[2], map(int, sys.argv[3:8])
torch.set_num_threads(threads)
torch.manual_seed(1)
model = AutoModelForCausalLM.from_pretrained(directory, dtype=getattr(torch, dtype)).eval()
ids = torch.randint(1, 256, (1, prompt)).expand(batch, prompt).contiguous()


def seconds(tokens):
    started = time.perf_counter()
    with torch.inference_mode():
        written = model.generate(
            ids,
            attention_mask=torch.ones_like(ids),
            do_sample=False,
            min_new_tokens=tokens,
            max_new_tokens=tokens,
            pad_token_id=0,
        )
    assert written.shape == (batch, prompt + tokens)
    return time.perf_counter() - started


seconds(4)
print(f"{min((seconds(long) - seconds(short)) / (long - short) for _ in range(3)):.6f}")
