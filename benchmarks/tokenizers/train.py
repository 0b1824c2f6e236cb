"""The peer of TrainTokenizer.java: HuggingFace's BpeTrainer with the same settings.

Prints the CPU seconds of the process for training and writing, reading of the corpus left out.
Usage: train.py DATA CORPUS VOCAB_SIZE OUT.json
"""
import json
import subprocess
import sys
import time

import tokenizers
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

DATA, CORPUS, VOCAB_SIZE, OUT = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]

lines = subprocess.run(
    ["zstd", "-dcq", f"{DATA}/{CORPUS}.jsonl.zst"], check=True, capture_output=True
).stdout.splitlines()
texts = [json.loads(line)["text"] for line in lines]
started = time.process_time()
tokenizer = Tokenizer(models.BPE())
tokenizer.normalizer = normalizers.NFC()
tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
trainer = trainers.BpeTrainer(
    vocab_size=VOCAB_SIZE,
    special_tokens=["<|endoftext|>", "<|padding|>"],
    initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    show_progress=False,
)
tokenizer.train_from_iterator(texts, trainer)
tokenizer.save(OUT)
seconds = time.process_time() - started
print(f"tokenizers {tokenizers.__version__:<6} {CORPUS:<9} {VOCAB_SIZE:6d} tokens {seconds:7.2f} s")
