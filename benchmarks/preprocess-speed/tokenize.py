"""The peer of preprocess-speed.sh: what a Python preprocessing tool does at least.

Reads JSON lines in the main process, tokenizes in a pool of processes (order kept, 25 documents a
task) and appends each document to a .bin file, as GPT-NeoX's tool does; no index, no progress.
Usage: tokenize.py TOKENIZER_JSON|VOCAB_JSON:MERGES_TXT INPUT_JSONL OUTPUT_BIN WORKERS
"""
import json
import multiprocessing
import sys

import numpy
from tokenizers import ByteLevelBPETokenizer, Tokenizer

TOKENIZER, INPUT, OUTPUT, WORKERS = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])


def start():
    global tokenizer
    if ":" in TOKENIZER:
        tokenizer = ByteLevelBPETokenizer(*TOKENIZER.split(":"))
    else:
        tokenizer = Tokenizer.from_file(TOKENIZER)


def encode(text):
    return tokenizer.encode(text).ids + [0]


def documents():
    with open(INPUT, encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)["text"]


if __name__ == "__main__":
    start()
    with open(OUTPUT, "wb") as out:
        if WORKERS == 1:
            encoded = map(encode, documents())
        else:
            encoded = multiprocessing.Pool(WORKERS, start).imap(encode, documents(), 25)
        for ids in encoded:
            out.write(numpy.array(ids, dtype=numpy.uint16).tobytes())
