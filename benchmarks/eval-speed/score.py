"""A batched scorer of transformers, as lm-evaluation-harness scores: requests sorted by length,
longest first, padded on the right, log_softmax over the whole vocabulary; requests whose inputs are
equal (choices of one token) pass once. Scores the requests of a samples file and compares.

Usage: score.py MODEL SAMPLES BATCH
Prints: wall and processor seconds of tokenizing and scoring, requests, peak resident MB, and how far the scores are
from those of the file at most.
"""
import json
import resource
import sys
import time

import torch
import torch.nn.functional as functional
from transformers import AutoModelForCausalLM, AutoTokenizer

model_dir, samples, batch = sys.argv[1], sys.argv[2], int(sys.argv[3])
requests, recorded = [], []
with open(samples) as lines:
    for line in lines:
        row = json.loads(line)
        for arguments, response in zip(row["arguments"].values(), row["resps"]):
            requests.append((arguments["arg_0"], arguments["arg_1"]))
            recorded.append(float(response[0][0]))

tokenizer = AutoTokenizer.from_pretrained(model_dir)
model = AutoModelForCausalLM.from_pretrained(model_dir, dtype=torch.float32).eval()

started, used = time.perf_counter(), time.process_time()
texts = {}
for number, (context, continuation) in enumerate(requests):
    spaces = len(context) - len(context.rstrip())
    if spaces:
        context, continuation = context[:-spaces], context[-spaces:] + continuation
    whole = tokenizer(context + continuation).input_ids
    head = tokenizer(context).input_ids
    texts.setdefault(tuple(whole[:-1]), []).append((number, whole[len(head):]))
order = sorted(texts, key=lambda ids: (-len(ids), ids))
scores = [0.0] * len(requests)
with torch.inference_mode():
    for start in range(0, len(order), batch):
        rows = order[start:start + batch]
        longest = max(map(len, rows))
        ids = torch.tensor([list(row) + [0] * (longest - len(row)) for row in rows])
        log_probabilities = functional.log_softmax(model(ids).logits, dim=-1)
        for i, row in enumerate(rows):
            for number, targets in texts[row]:
                found = log_probabilities[i, len(row) - len(targets):len(row)]
                greedy = bool((found.argmax(-1) == torch.tensor(targets)).all())
                wanted = torch.tensor(targets).unsqueeze(-1)
                scores[number] = float(found.gather(-1, wanted).sum())
seconds, used = time.perf_counter() - started, time.process_time() - used
off = max(abs(a - b) for a, b in zip(scores, recorded))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(f"{seconds:.2f} {used:.2f} {len(requests)} {peak:.0f} {off:.1e}")
