"""How far do two runs of torch itself part in bfloat16, when nothing but the rounding of their products
differs? Trains the recorded run A_bf16 again, from its first weights and batches, in plain PyTorch:
bfloat16 weights, float32 sums of gradients and masters, as DeepSpeed's bf16 optimizer. Once with
oneDNN's products, once with torch's own, once with the terms of every product in another order.
Prints the largest relative difference of a loss from the recorded ones, and from the first run's.

Usage: bf16_rounding.py GOLDEN_DIR
"""
import glob
import json
import sys

import torch
import torch.nn.functional as F

GOLDEN = sys.argv[1] + "/train/A_bf16"
HIDDEN, HEADS, LAYERS, ROTARY = 64, 4, 3, 4
HEAD = HIDDEN // HEADS


def recorded():
    """The line of each step, and the two micro-batches before it; others are of evaluations."""
    steps, batches, waiting = [], [], []
    for line in map(json.loads, open(GOLDEN + "/trace.rank0.jsonl")):
        if "batch_tokens" in line:
            waiting.append(line["batch_tokens"])
        elif "lm_loss" in line:
            steps.append(line)
            batches.append(waiting[-2:])
            waiting = []
    return steps, batches


def first_weights():
    weights = {}
    for path in sorted(glob.glob(GOLDEN + "/checkpoints/global_step0/layer_*.pt")):
        layer = int(path.split("layer_")[1][:2])
        for name, value in torch.load(path, weights_only=False).items():
            if torch.is_tensor(value) and value.is_floating_point():
                weights[f"{layer}.{name}"] = value.bfloat16()
    return weights


def rotary(length):
    rates = 1.0 / (10000 ** (torch.arange(0, ROTARY, 2).float() / ROTARY))
    angles = torch.outer(torch.arange(length).float(), rates)
    angles = torch.cat((angles, angles), -1)
    return angles.cos().bfloat16()[:, None, None], angles.sin().bfloat16()[:, None, None]


def turned(x, cos, sin):
    half = x.shape[-1] // 2
    return x * cos + torch.cat((-x[..., half:], x[..., :half]), -1) * sin


def loss_of(p, tokens, orders):
    tokens = torch.tensor(tokens)
    inputs, labels = tokens[:, :-1], tokens[:, 1:]
    b, s = inputs.shape
    cos, sin = rotary(s)
    visible = torch.ones(s, s, dtype=torch.bool).tril()

    def product(x, name, bias=None):
        weight = p[name + ".weight"]
        order = orders.get(weight.shape[1])
        return F.linear(x, weight, bias) if order is None else F.linear(x[..., order], weight[:, order], bias)

    x = F.embedding(inputs, p["0.word_embeddings.weight"]).transpose(0, 1)
    for layer in range(2, 2 + LAYERS):
        def norm(which):
            return F.layer_norm(x, (HIDDEN,), p[f"{layer}.{which}.weight"], p[f"{layer}.{which}.bias"], 1e-5)

        mixed = product(norm("input_layernorm"), f"{layer}.attention.query_key_value", p[f"{layer}.attention.query_key_value.bias"])
        q, k, v = mixed.view(s, b, HEADS, 3 * HEAD).chunk(3, -1)
        q = torch.cat((turned(q[..., :ROTARY], cos, sin), q[..., ROTARY:]), -1)
        k = torch.cat((turned(k[..., :ROTARY], cos, sin), k[..., ROTARY:]), -1)
        q, k, v = (t.reshape(s, b * HEADS, HEAD).transpose(0, 1) for t in (q, k, v))
        scores = torch.baddbmm(torch.empty(b * HEADS, s, s, dtype=q.dtype), q, k.transpose(1, 2),
                               beta=0.0, alpha=HEAD ** -0.5)
        weights = torch.softmax(scores.masked_fill(~visible, -10000.0), -1)
        context = torch.bmm(weights, v).transpose(0, 1).reshape(s, b, HIDDEN)
        attention = product(context, f"{layer}.attention.dense") + p[f"{layer}.attention.dense.bias"]
        inner = product(norm("post_attention_layernorm"), f"{layer}.mlp.linear1") + p[f"{layer}.mlp.linear1.bias"]
        x = x + (product(F.gelu(inner), f"{layer}.mlp.linear2") + p[f"{layer}.mlp.linear2.bias"] + attention)
    last = 2 + LAYERS + 1
    x = F.layer_norm(x, (HIDDEN,), p[f"{last}.norm.weight"], p[f"{last}.norm.bias"], 1e-5)
    logits = product(x, f"{last + 1}.final_linear").transpose(0, 1)
    return F.cross_entropy(logits.reshape(b * s, -1).float(), labels.reshape(-1))


def train(orders):
    losses, batches = recorded()
    p = {name: value.clone().requires_grad_() for name, value in first_weights().items()}
    masters = {name: value.detach().float() for name, value in p.items()}
    first = {name: torch.zeros_like(m) for name, m in masters.items()}
    second = {name: torch.zeros_like(m) for name, m in masters.items()}
    got = []
    rate = 0.003 * 1 / 2
    for step, line in enumerate(losses, 1):
        micro, total = batches[step - 1], 0.0
        sums = {name: torch.zeros_like(m) for name, m in masters.items()}
        for tokens in micro:
            loss = loss_of(p, tokens, orders)
            loss.backward()
            total += loss.item() / len(micro)
            for name, value in p.items():
                sums[name] += value.grad.float()
                value.grad = None
        got.append(total)
        for name, value in p.items():
            g = sums[name]
            first[name].mul_(0.9).add_(g, alpha=0.1)
            second[name].mul_(0.95).addcmul_(g, g, value=0.05)
            denominator = (second[name] / (1 - 0.95 ** step)).sqrt() + 1e-8
            if value.dim() == 2:
                masters[name].mul_(1 - rate * 0.1)
            masters[name].sub_(rate * (first[name] / (1 - 0.9 ** step)) / denominator)
            value.data.copy_(masters[name])
        rate = line["lr_after_step"]
        rate = rate[0] if isinstance(rate, list) else rate
    return got


def main():
    torch.set_num_threads(1)
    wanted = [line["lm_loss"] for line in recorded()[0]]
    torch.manual_seed(0)
    orders = {n: torch.randperm(n) for n in (HIDDEN, 4 * HIDDEN)}
    runs = {}
    runs["oneDNN"] = train({})
    with torch.backends.mkldnn.flags(enabled=False):
        runs["torch's own products"] = train({})
    runs["terms in another order"] = train(orders)
    apart = lambda a, b: max(abs(x - y) / abs(y) for x, y in zip(a, b))
    for name, losses in runs.items():
        print(f"{name:24} from the recorded run {apart(losses, wanted):.1e}, step 1 {abs(losses[0] - wanted[0]) / wanted[0]:.1e};"
              f" from the first {apart(losses, runs['oneDNN']):.1e}")


if __name__ == "__main__":
    main()
