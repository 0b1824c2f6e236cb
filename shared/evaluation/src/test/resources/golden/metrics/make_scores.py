"""Writes scores.jsonl: what lm-evaluation-harness makes of the likelihoods of one document's choices."""

import json
import pathlib
import random
import tempfile

import numpy as np
from lm_eval.api.task import ConfigurableTask

RNG = random.Random(3)
METRICS = ["acc", "f1", "mcc", "acc_norm", "acc_bytes", "exact_match", "brier_score", "likelihood", "acc_mutual_info"]


def plain(value):
    if isinstance(value, (tuple, list, np.ndarray)):
        return [plain(v) for v in value]
    return value.item() if isinstance(value, np.generic) else value


def task(target, metrics):
    data = tempfile.NamedTemporaryFile("w", suffix=".jsonl", delete=False)
    data.write(json.dumps({"choices": ["a", "b"], "target": target}) + "\n")
    data.close()
    return ConfigurableTask(config={
        "task": "t", "dataset_path": "json", "dataset_kwargs": {"data_files": {"test": data.name}}, "test_split": "test",
        "output_type": "multiple_choice", "doc_to_text": "", "doc_to_target": "target", "doc_to_choice": "choices",
        "metric_list": [{"metric": metric, "aggregation": "mean", "higher_is_better": True} for metric in metrics]})


one, several = task(0, METRICS), task([0], METRICS[:-1])  # the last compares a number with a list
with open(pathlib.Path(__file__).parent / "scores.jsonl", "w", encoding="utf-8") as out:
    for i in range(40):
        choices = [RNG.choice(["a", "bb", "ccc é", "日本", "long one 😀", "d " * 9]) + str(k) for k in range(RNG.randint(2, 5))]
        target = RNG.choice([RNG.randrange(len(choices)), RNG.choice(choices), [0, len(choices) - 1]])
        count = len(choices) * (1 if isinstance(target, list) else 2)
        answers = [(RNG.choice([-1.0, -2.5, -RNG.random() * 20]), RNG.random() < 0.3) for _ in range(count)]
        made = (several if isinstance(target, list) else one).process_results({"choices": choices, "target": target}, answers)
        out.write(json.dumps({"choices": choices, "target": target, "answers": answers, "values": {k: plain(v) for k, v in made.items()}},
                             ensure_ascii=False) + "\n")
