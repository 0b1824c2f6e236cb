"""Computes with a GGUF file what llama.cpp computes with it, in float32 and from the format's
specification alone, and compares greedy tokens and logits with transformers' of the same model.

    python gguf_forward.py FILE.gguf HF_DIRECTORY [TOKENS]

llama.cpp's gelu is the tanh form from a table of half floats; the exact form is used here, as in
GPT-NeoX. Exit 1 when a greedy token differs from that of an f32 file, or logits do by more than 1e-3.
"""

import struct
import sys

import numpy as np
import torch
from transformers import AutoModelForCausalLM


def read(path):
    data = open(path, "rb").read()
    at = 0

    def take(form):
        nonlocal at
        values = struct.unpack_from("<" + form, data, at)
        at += struct.calcsize("<" + form)
        return values[0]

    def text():
        nonlocal at
        size = take("Q")
        at += size
        return data[at - size : at].decode()

    def value(kind):
        if kind == 8:
            return text()
        if kind == 9:
            inner, size = take("I"), take("Q")
            return [value(inner) for _ in range(size)]
        return take({4: "I", 5: "i", 6: "f", 7: "?"}[kind])

    assert data[:4] == b"GGUF"
    at = 4
    assert take("I") == 3
    tensors, keys = take("Q"), take("Q")
    metadata = {}
    for _ in range(keys):
        key = text()
        metadata[key] = value(take("I"))
    infos = []
    for _ in range(tensors):
        name, rank = text(), take("I")
        sizes = [take("Q") for _ in range(rank)]
        infos.append((name, sizes[::-1], take("I"), take("Q")))
    start = (at + 31) // 32 * 32
    return metadata, {n: tensor(data, start + o, s, t) for n, s, t, o in infos}


def tensor(data, at, shape, kind):
    count = int(np.prod(shape))
    if kind == 0:
        array = np.frombuffer(data, np.float32, count, at)
    elif kind == 1:
        array = np.frombuffer(data, np.float16, count, at).astype(np.float32)
    elif kind == 30:
        array = (np.frombuffer(data, np.uint16, count, at).astype(np.uint32) << 16).view(np.float32)
    elif kind == 8:
        blocks = np.frombuffer(data, np.uint8, count // 32 * 34, at).reshape(-1, 34)
        scale = blocks[:, :2].copy().view(np.float16).astype(np.float32)
        array = scale * blocks[:, 2:].copy().view(np.int8).astype(np.float32)
    else:
        raise ValueError(kind)
    return torch.from_numpy(array.reshape(shape).copy())


def rope(x, base, dims, neighbouring):
    """x: [s, heads, d]; turns dims (i, i + dims/2), or (2i, 2i + 1) where neighbouring."""
    half = dims // 2
    angle = torch.outer(
        torch.arange(x.shape[0], dtype=torch.float64),
        base ** (-torch.arange(half, dtype=torch.float64) * 2 / dims),
    )
    cos, sin = angle.cos().float()[:, None], angle.sin().float()[:, None]
    turned, rest = x[..., :dims], x[..., dims:]
    if neighbouring:
        a, b = turned[..., 0::2], turned[..., 1::2]
        out = torch.stack([a * cos - b * sin, a * sin + b * cos], -1).flatten(-2)
    else:
        a, b = turned[..., :half], turned[..., half:]
        out = torch.cat([a * cos - b * sin, a * sin + b * cos], -1)
    return torch.cat([out, rest], -1)


def attention(q, k, v):
    s, heads, d = q.shape
    k = k.repeat_interleave(heads // k.shape[1], 1)
    v = v.repeat_interleave(heads // v.shape[1], 1)
    scores = torch.einsum("shd,thd->hst", q, k) / d**0.5
    scores = scores.masked_fill(torch.ones(s, s).triu(1).bool(), -torch.inf)
    return torch.einsum("hst,thd->shd", scores.softmax(-1), v).reshape(s, -1)


def forward(meta, w, ids):
    arch = meta["general.architecture"]
    get = lambda key: meta[f"{arch}.{key}"]
    heads = get("attention.head_count")
    dims, base = get("rope.dimension_count"), get("rope.freq_base")
    linear = lambda x, n: x @ w[n + ".weight"].T + (w[n + ".bias"] if n + ".bias" in w else 0)
    x = w["token_embd.weight"][ids]
    hidden = x.shape[1]
    for i in range(get("block_count")):
        b = f"blk.{i}."
        if arch == "gptneox":
            eps = get("attention.layer_norm_epsilon")
            norm = lambda y, n: torch.nn.functional.layer_norm(
                y, [hidden], w[n + ".weight"], w[n + ".bias"], eps
            )
            qkv = linear(norm(x, b + "attn_norm"), b + "attn_qkv")
            q, k, v = (part.reshape(len(ids), heads, -1) for part in qkv.split(hidden, 1))
            q, k = rope(q, base, dims, False), rope(k, base, dims, False)
            attended = linear(attention(q, k, v), b + "attn_output")
            mlp = lambda y: linear(
                torch.nn.functional.gelu(linear(norm(y, b + "ffn_norm"), b + "ffn_up")),
                b + "ffn_down",
            )
            if get("use_parallel_residual"):
                x = x + attended + mlp(x)
            else:
                x = x + attended
                x = x + mlp(x)
        else:
            eps = get("attention.layer_norm_rms_epsilon")
            norm = lambda y, n: y * (y.pow(2).mean(-1, True) + eps).rsqrt() * w[n + ".weight"]
            y = norm(x, b + "attn_norm")
            kv = get("attention.head_count_kv")
            q = linear(y, b + "attn_q").reshape(len(ids), heads, -1)
            k = linear(y, b + "attn_k").reshape(len(ids), kv, -1)
            v = linear(y, b + "attn_v").reshape(len(ids), kv, -1)
            q, k = rope(q, base, dims, True), rope(k, base, dims, True)
            x = x + linear(attention(q, k, v), b + "attn_output")
            y = norm(x, b + "ffn_norm")
            gate = torch.nn.functional.silu(linear(y, b + "ffn_gate"))
            x = x + linear(gate * linear(y, b + "ffn_up"), b + "ffn_down")
    x = norm(x, "output_norm")
    return x @ w.get("output.weight", w["token_embd.weight"]).T


def main():
    path, directory = sys.argv[1], sys.argv[2]
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 40
    meta, weights = read(path)
    model = AutoModelForCausalLM.from_pretrained(directory, dtype=torch.float32)
    ids = theirs = [11, 3, 42, 7, 19, 23]
    largest = 0.0
    with torch.no_grad():
        for _ in range(count):
            ours, other = forward(meta, weights, ids), model(torch.tensor([ids])).logits[0]
            largest = max(largest, (ours - other).abs().max().item())
            ids = ids + [ours[-1].argmax().item()]
            theirs = theirs + [model(torch.tensor([theirs])).logits[0, -1].argmax().item()]
    same = sum(a == b for a, b in zip(ids[6:], theirs[6:]))
    kind = meta["general.file_type"]
    print(f"{path}: {same} of {count} greedy tokens are transformers', logits within {largest:.2e}")
    exact = kind == 0
    sys.exit(exact and (same < count or largest > 1e-3))


main()
