"""Makes small models and adapters with transformers, and compares what came back of them.

Usage: judge.py make DIR                            models, and adapters as PEFT writes them
       judge.py same MODEL MODEL                    equal tensors, largest difference of logits
       judge.py adapted MODEL ADAPTER MERGED        logits of a model with an adapter, added by hand
       judge.py greedy MODEL SAMPLE                 a line of neox-generate against transformers' text
"""

import json
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import (
    AutoModelForCausalLM,
    GPTNeoXConfig,
    GPTNeoXForCausalLM,
    LlamaConfig,
    LlamaForCausalLM,
    MistralConfig,
    MistralForCausalLM,
)

SIZES = dict(hidden_size=64, num_hidden_layers=3, num_attention_heads=4, vocab_size=260,
             max_position_embeddings=128)
NEOX = ["query_key_value", "attention.dense", "dense_h_to_4h", "dense_4h_to_h"]
LLAMA = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


def networks():
    """Name, model, modules that get an adapter."""
    yield "pythia", GPTNeoXForCausalLM(GPTNeoXConfig(
        **SIZES, intermediate_size=256, rotary_pct=0.25, hidden_act="gelu")), NEOX
    yield "sequential", GPTNeoXForCausalLM(GPTNeoXConfig(
        **SIZES, intermediate_size=160, rotary_pct=0.5, hidden_act="gelu_fast",
        use_parallel_residual=False, tie_word_embeddings=True)), NEOX[:1]
    yield "llama", LlamaForCausalLM(LlamaConfig(**SIZES, intermediate_size=172)), LLAMA
    yield "grouped", LlamaForCausalLM(LlamaConfig(
        **SIZES, intermediate_size=172, num_key_value_heads=2, attention_bias=True,
        mlp_bias=True, tie_word_embeddings=True)), LLAMA[:3:2]
    yield "mistral", MistralForCausalLM(MistralConfig(
        **SIZES, intermediate_size=128, num_key_value_heads=2, sliding_window=16)), LLAMA[3:]


def make(directory):
    torch.manual_seed(7)
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {word: index for index, word in enumerate(["<|endoftext|>"] + alphabet)}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(["<|endoftext|>"])
    for name, model, targets in networks():
        for parameter in model.parameters():  # biases and norms, too, which begin equal
            parameter.data += 0.05 * torch.randn_like(parameter)
        model.save_pretrained(directory / name)
        tokenizer.save(str(directory / name / "tokenizer.json"))
        adapter(directory / f"{name}-adapter", directory / name, model, targets)


def adapter(directory, base, model, targets):
    """Random factors, of which the B are not zero, as training leaves them."""
    directory.mkdir()
    rank, alpha = 3, 6
    tensors = {}
    for name, module in model.named_modules():
        if isinstance(module, torch.nn.Linear) and name.endswith(tuple(targets)):
            prefix = f"base_model.model.{name}.lora_"
            tensors[prefix + "A.weight"] = 0.1 * torch.randn(rank, module.in_features)
            tensors[prefix + "B.weight"] = 0.1 * torch.randn(module.out_features, rank)
    save_file(tensors, directory / "adapter_model.safetensors")
    config = dict(peft_type="LORA", task_type="CAUSAL_LM", base_model_name_or_path=str(base),
                  r=rank, lora_alpha=alpha, lora_dropout=0.0, bias="none", target_modules=targets)
    (directory / "adapter_config.json").write_text(json.dumps(config))


def load(directory):
    return AutoModelForCausalLM.from_pretrained(directory, torch_dtype=torch.float32).eval()


def logits(model):
    tokens = torch.arange(96).remainder(256).mul(37).remainder(257).view(2, 48)
    with torch.no_grad():
        return model(tokens).logits


def same(a, b):
    first, second = load(a), load(b)
    left, right = first.state_dict(), second.state_dict()
    different = [name for name in left if not torch.equal(left[name], right.get(name))]
    distance = (logits(first) - logits(second)).abs().max().item()
    print(f"{len(left)} tensors, {len(different)} differ; logits differ by {distance:.1e}")
    return not different and left.keys() == right.keys() and distance == 0


def adapted(base, directory, merged):
    model = load(base)
    config = json.loads((directory / "adapter_config.json").read_text())
    scale = config["lora_alpha"] / config["r"]
    tensors = load_file(directory / "adapter_model.safetensors")
    modules = dict(model.named_modules())
    adapters = [name for name in tensors if name.endswith(".lora_A.weight")]
    for name in adapters:
        a, b = tensors[name], tensors[name.replace("lora_A", "lora_B")]
        module = modules[name.removeprefix("base_model.model.").removesuffix(".lora_A.weight")]
        module.register_forward_hook(
            lambda _, inputs, output, a=a, b=b: output + scale * (inputs[0] @ a.T @ b.T))
    ours = logits(load(merged))
    distance = (logits(model) - ours).abs().max().item()
    effect = (logits(load(base)) - ours).abs().max().item()
    print(f"{len(adapters)} adapters change logits by {effect:.2f}; ours differ by {distance:.1e}")
    return distance < 1e-4 and effect > 0.1


def greedy(directory, sample):
    ours = json.loads(sample.read_text())
    tokenizer = Tokenizer.from_file(str(directory / "tokenizer.json"))
    ids = torch.tensor([tokenizer.encode(ours["context"]).ids])
    out = load(directory).generate(ids, max_new_tokens=ours["length"], do_sample=False,
                                   pad_token_id=0, eos_token_id=None)
    same = tokenizer.decode(out[0, ids.shape[1]:].tolist()) == ours["text"]
    print(f"{ours['length']} greedy tokens {'equal' if same else 'DIFFER'}")
    return same and ours["length"] > 0


if __name__ == "__main__":
    verb, *rest = sys.argv[1:]
    if verb == "make":
        make(Path(rest[0]))
        sys.exit(0)
    verdicts = {"same": same, "adapted": adapted, "greedy": greedy}
    sys.exit(0 if verdicts[verb](*map(Path, rest)) else 1)
