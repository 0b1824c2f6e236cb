"""A Llama in torchtitan's manner (complex numbers turn neighbouring dims, torchtitan's names), saved
by two ranks with torch.distributed.checkpoint, and compared with transformers' after conversion.

    python make.py save DIRECTORY       writes DIRECTORY/dcp, config.yml, hf.tsv and logits.pt
    python make.py compare DIRECTORY HF_DIRECTORY
"""

import hashlib
import os
import sys

import torch

HIDDEN, HEADS, KV, LAYERS, FFN, VOCAB = 16, 2, 1, 1, 24, 32
IDS = [5, 9, 1, 30, 21, 2, 2, 17]


def names():
    yield "tok_embeddings.weight", (VOCAB, HIDDEN)
    for i in range(LAYERS):
        p = f"layers.{i}."
        yield p + "attention.wq.weight", (HIDDEN, HIDDEN)
        yield p + "attention.wk.weight", (KV * HIDDEN // HEADS, HIDDEN)
        yield p + "attention.wv.weight", (KV * HIDDEN // HEADS, HIDDEN)
        yield p + "attention.wo.weight", (HIDDEN, HIDDEN)
        yield p + "feed_forward.w1.weight", (FFN, HIDDEN)
        yield p + "feed_forward.w2.weight", (HIDDEN, FFN)
        yield p + "feed_forward.w3.weight", (FFN, HIDDEN)
        yield p + "attention_norm.weight", (HIDDEN,)
        yield p + "ffn_norm.weight", (HIDDEN,)
    yield "norm.weight", (HIDDEN,)
    yield "output.weight", (VOCAB, HIDDEN)


def weights():
    generator = torch.Generator().manual_seed(3)
    return {n: torch.randn(s, generator=generator) * 0.2 + (len(s) == 1) for n, s in names()}


def turned(x):  # [s, heads, d]
    s, _, d = x.shape
    frequency = 1 / 10000 ** (torch.arange(0, d, 2) / d)
    turns = torch.polar(torch.ones(s, d // 2), torch.outer(torch.arange(s).float(), frequency))
    pairs = torch.view_as_complex(x.reshape(s, -1, d // 2, 2).contiguous())
    return torch.view_as_real(pairs * turns[:, None]).flatten(-2)


def forward(w, ids):
    norm = lambda x, n: x * (x.pow(2).mean(-1, True) + 1e-5).rsqrt() * w[n]
    x, s = w["tok_embeddings.weight"][ids], len(ids)
    for i in range(LAYERS):
        p = f"layers.{i}."
        y = norm(x, p + "attention_norm.weight")
        q, k, v = (
            (y @ w[p + f"attention.w{c}.weight"].T).reshape(s, -1, HIDDEN // HEADS) for c in "qkv"
        )
        q, k = turned(q), turned(k).repeat_interleave(HEADS // KV, 1)
        v = v.repeat_interleave(HEADS // KV, 1)
        scores = torch.einsum("shd,thd->hst", q, k) / (HIDDEN // HEADS) ** 0.5
        scores = scores.masked_fill(torch.ones(s, s).triu(1).bool(), -torch.inf).softmax(-1)
        x = x + torch.einsum("hst,thd->shd", scores, v).reshape(s, -1) @ w[p + "attention.wo.weight"].T
        y = norm(x, p + "ffn_norm.weight")
        gate = torch.nn.functional.silu(y @ w[p + "feed_forward.w1.weight"].T)
        x = x + (gate * (y @ w[p + "feed_forward.w3.weight"].T)) @ w[p + "feed_forward.w2.weight"].T
    return norm(x, "norm.weight") @ w["output.weight"].T


CONFIG = f"""num_layers: {LAYERS}
hidden_size: {HIDDEN}
num_attention_heads: {HEADS}
num_kv_heads: {KV}
intermediate_size: {FFN * 3}
seq_length: 64
max_position_embeddings: 64
pos_emb: rotary
rotary_pct: 1
norm: rmsnorm
rms_norm_epsilon: 1.0e-5
activation: swiglu
no_weight_tying: true
use_bias_in_norms: false
use_bias_in_attn_linear: false
use_bias_in_mlp: false
gpt_j_residual: false
tokenizer_type: HFTokenizer
train_micro_batch_size_per_gpu: 1
train_batch_size: 1
"""


def rank(number):
    import torch.distributed as dist
    import torch.distributed.checkpoint as dcp
    from torch.distributed.device_mesh import init_device_mesh
    from torch.distributed.tensor import Shard, distribute_tensor

    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT="29519")
    dist.init_process_group("gloo", rank=number, world_size=2)
    mesh = init_device_mesh("cpu", (2,))
    model = {n: distribute_tensor(t, mesh, [Shard(0)]) for n, t in weights().items()}
    moment = {"state.norm.weight.exp_avg": model["norm.weight"]}
    dcp.save({**model, "optimizer": moment, "train_state": {"step": 7}}, checkpoint_id="dcp")
    dist.destroy_process_group()


HF = {
    "tok_embeddings": "model.embed_tokens",
    "norm": "model.norm",
    "output": "lm_head",
    "attention.wq": "self_attn.q_proj",
    "attention.wk": "self_attn.k_proj",
    "attention.wv": "self_attn.v_proj",
    "attention.wo": "self_attn.o_proj",
    "feed_forward.w1": "mlp.gate_proj",
    "feed_forward.w2": "mlp.down_proj",
    "feed_forward.w3": "mlp.up_proj",
    "attention_norm": "input_layernorm",
    "ffn_norm": "post_attention_layernorm",
}


def hf(name, tensor):
    """A tensor as transformers has it: name, and rows of queries and keys in halves."""
    layer = name.startswith("layers.")
    prefix = ".".join(name.split(".")[:2]) + "." if layer else ""
    part = name[len(prefix) :].removesuffix(".weight")
    if part in ("attention.wq", "attention.wk"):
        head = HIDDEN // HEADS
        tensor = tensor.view(-1, head // 2, 2, HIDDEN).transpose(1, 2).reshape(-1, HIDDEN)
    return ("model." + prefix if layer else "") + HF[part] + ".weight", tensor.contiguous()


def main():
    verb, directory = sys.argv[1], sys.argv[2]
    if verb == "save":
        os.makedirs(directory, exist_ok=True)
        os.chdir(directory)  # the metadata names the directory as it was given
        torch.multiprocessing.spawn(rank, nprocs=2)
        with open("config.yml", "w") as out:
            out.write(CONFIG)
        with open("hf.tsv", "w") as out:
            for name, tensor in sorted(hf(n, t) for n, t in weights().items()):
                digest = hashlib.sha256(tensor.numpy().tobytes()).hexdigest()
                out.write(f"{name}\t{list(tensor.shape)}\t{digest}\n")
        torch.save(forward(weights(), IDS), "logits.pt")
        return
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(sys.argv[3], dtype=torch.float32)
    with torch.no_grad():
        found = model(torch.tensor([IDS])).logits[0]
    worst = (found - torch.load(os.path.join(directory, "logits.pt"))).abs().max().item()
    print(f"{sys.argv[3]}: logits within {worst:.2e} of those in torchtitan's manner")
    sys.exit(worst > 1e-4)


if __name__ == "__main__":
    main()
