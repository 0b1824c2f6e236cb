"""Have two tokenizer.json the same vocabulary and the same merges? Usage: same_model.py A B"""
import json
import sys


def model(path):
    with open(path, encoding="utf-8") as file:
        found = json.load(file)["model"]
    merges = [m if isinstance(m, str) else " ".join(m) for m in found["merges"]]
    return found["vocab"], merges


same = model(sys.argv[1]) == model(sys.argv[2])
print("             vocabulary and merges:", "equal" if same else "DIFFERENT")
sys.exit(0 if same else 1)
