"""Records tiny models of transformers and their logits: see README.md. Usage: python make.py DIRECTORY"""
import json
import pathlib
import sys

import torch
from transformers import (
    GPTNeoXConfig, GPTNeoXForCausalLM, LlamaConfig, LlamaForCausalLM, MistralConfig, MistralForCausalLM,
)

YARN = {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 8, "rope_theta": 500.0}
SHARED = {"vocab_size": 40, "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 4,
          "max_position_embeddings": 32, "initializer_range": 0.4}
NEOX = SHARED | {"intermediate_size": 24}
LLAMA = SHARED | {"intermediate_size": 24, "num_key_value_heads": 2}
CASES = {
    "neox_parallel": (GPTNeoXForCausalLM, GPTNeoXConfig(**NEOX, rope_parameters={
        "rope_type": "default", "rope_theta": 10000.0, "partial_rotary_factor": 0.5})),
    "neox_sequential_tied_yarn": (GPTNeoXForCausalLM, GPTNeoXConfig(
        **NEOX, use_parallel_residual=False, tie_word_embeddings=True, hidden_act="gelu_fast",
        attention_bias=False, rope_parameters=YARN | {"partial_rotary_factor": 1.0})),
    "neox_linear": (GPTNeoXForCausalLM, GPTNeoXConfig(**NEOX, hidden_act="gelu_new", rope_parameters={
        "rope_type": "linear", "factor": 2.5, "rope_theta": 100.0, "partial_rotary_factor": 1.0})),
    "llama_grouped_biases": (LlamaForCausalLM, LlamaConfig(**LLAMA, attention_bias=True, mlp_bias=True)),
    "llama_tied_yarn": (LlamaForCausalLM, LlamaConfig(
        **LLAMA, tie_word_embeddings=True, rope_parameters=YARN)),
    "llama_stretched": (LlamaForCausalLM, LlamaConfig(**LLAMA, rope_parameters={
        "rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
        "original_max_position_embeddings": 16, "rope_theta": 50.0})),
    "mistral_window": (MistralForCausalLM, MistralConfig(**LLAMA, sliding_window=5)),
}
root = pathlib.Path(sys.argv[1])
tokens = torch.arange(24).mul(7).remainder(40)[None]
for number, (name, (kind, config)) in enumerate(CASES.items()):
    torch.manual_seed(number)
    config._attn_implementation = "eager"
    model = kind(config).eval()
    for parameter in model.parameters():  # biases and norms are not all zeros and ones
        torch.nn.init.normal_(parameter, mean=1.0 if parameter.dim() == 1 else 0.0, std=0.3)
    model.save_pretrained(root / name)
    (root / name / "generation_config.json").unlink(missing_ok=True)
    with torch.no_grad():
        logits = model(tokens).logits[0]
    (root / name / "logits.json").write_text(json.dumps(
        {"tokens": tokens[0].tolist(), "logits": [[round(x, 6) for x in row] for row in logits.tolist()]}))
