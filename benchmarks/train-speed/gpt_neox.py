"""Trains transformers' GPTNeoX on random tokens: the same network and optimizer as train-speed.sh
gives neox-train, written the usual way (scaled dot product attention, fused AdamW, clipping).

Usage: gpt_neox.py STEPS HIDDEN LAYERS HEADS SEQ MICRO_BATCH VOCAB THREADS fp32|bf16 eager|compile;
prints the last loss.
"""

import sys

import torch
from transformers import GPTNeoXConfig, GPTNeoXForCausalLM

steps, hidden, layers, heads, seq, micro_batch, vocab, threads = map(int, sys.argv[1:9])
precision, mode = sys.argv[9:11]
torch.set_num_threads(threads)
torch.manual_seed(1)
model = GPTNeoXForCausalLM(
    GPTNeoXConfig(
        vocab_size=vocab,
        hidden_size=hidden,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        intermediate_size=4 * hidden,
        max_position_embeddings=seq,
        rotary_pct=0.25,
        use_parallel_residual=True,
        tie_word_embeddings=False,
        use_cache=False,
        attn_implementation="sdpa",
    )
)
model.train()
if precision == "bf16":
    model.to(torch.bfloat16)
forward = torch.compile(model) if mode == "compile" else model
decaying = [p for p in model.parameters() if p.dim() > 1]
plain = [p for p in model.parameters() if p.dim() <= 1]
optimizer = torch.optim.AdamW(
    [{"params": decaying, "weight_decay": 0.1}, {"params": plain, "weight_decay": 0.0}],
    lr=1e-3,
    betas=(0.9, 0.95),
    eps=1e-8,
    fused=True,
)
for _ in range(steps):
    tokens = torch.randint(0, 256, (micro_batch, seq))
    optimizer.zero_grad()
    loss = forward(input_ids=tokens, labels=tokens).loss
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    loss.item()
print(f"loss {loss.item():.4f}")
