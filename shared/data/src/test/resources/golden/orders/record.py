"""Records what Python and numpy make of the rules by which GPT-NeoX orders samples (see README.md)."""

import json
import math
import zlib

import numpy as np

SEED = 20250101


def checksum(values):
    return "%08x" % zlib.crc32(np.asarray(values, dtype="<i8").tobytes())


def numbers(count, salt):
    return [((k * 31 + salt * 17) % 97 + 1) / 7.0 for k in range(count)]


def sums():
    return [
        {"count": count, "salt": salt, "sum": float(np.sum(np.array(numbers(count, salt)))).hex()}
        for salt in range(2)
        for count in [*range(1, 40), 63, 64, 65, 100, 127, 128, 129, 130, 136, 200, 253, 254]
    ]


def shuffles():
    rows = []
    for seed, first, second in [(1, 10, 3), (1234, 1000, 257), (42, 1, 5000), (2**31 - 1, 300, 300)]:
        state = np.random.RandomState(seed)
        documents = np.arange(first, dtype=np.int32)
        samples = np.arange(second, dtype=np.uint32)
        state.shuffle(documents)
        state.shuffle(samples)
        rows.append({
            "seed": seed, "first": first, "second": second,
            "documents": checksum(documents), "samples": checksum(samples)})
    return rows


def in_order(values):
    """The sum of Python 3.11 and older."""
    total = 0
    for value in values:
        total = total + value
    return total


def normalize(weights):
    total = in_order(weights)
    return [weight / total for weight in weights]


def by_documents(counts, alpha):
    if len(counts) == 1:
        return [1.0]
    total = sum(counts)
    parts = [count / total for count in counts]
    powers = normalize([part**alpha for part in parts])
    return normalize([power * (1 - part) for power, part in zip(powers, parts)])


def blend(weights, size):
    shares = np.array(weights, dtype=np.float64)
    shares /= np.sum(shares)
    taken = [0] * len(weights)
    order = []
    for step in range(size):
        behind = [float(share) * max(step, 1.0) - float(n) for share, n in zip(shares, taken)]
        chosen = behind.index(max(behind))
        order.append(chosen)
        taken[chosen] += 1
    return order


def blends(random):
    rows = []
    for number in range(60):
        count = random.randint(1, 6) if number % 6 else random.randint(7, 200)
        weights = {
            0: lambda: [random.randint(1, 9) / 10 for _ in range(count)],
            1: lambda: [float(random.randint(1, 20)) for _ in range(count)],
            2: lambda: [float(random.random_sample()) for _ in range(count)],
        }[number % 3]()
        samples = int(random.randint(1, 100000))
        normalized = normalize(weights)
        rows.append({
            "weights": [weight.hex() for weight in weights],
            "samples": samples,
            "normalized": checksum(np.array(normalized).view("<i8")),
            "requests": checksum([int(math.ceil(samples * w * 1.005)) for w in normalized]),
            "order": checksum(blend(normalized, 500))})
    return rows


def documents(random):
    rows = []
    for _ in range(40):
        counts = [int(random.randint(1, 3000)) for _ in range(random.randint(1, 9))]
        alpha = float(random.choice([0, 0.3, 0.5, 0.7, 1]))
        weights = by_documents(counts, alpha)
        rows.append({"documents": counts, "alpha": alpha, "weights": [w.hex() for w in weights]})
    return rows


def split(text, size):
    shares = [float(s) for s in text.split("," if "," in text else "/")]
    shares = (shares + [0.0] * 3)[:3]
    shares = normalize(shares)
    bounds = [0]
    for share in shares:
        bounds.append(bounds[-1] + int(round(share * float(size))))
    excess = bounds[-1] - size
    return [0] + [bound - excess for bound in bounds[1:]]


def splits(random):
    rows = []
    texts = ["969, 30, 1", "0.7,0.2,0.1", "0,1,1", "1", "8/1/1", "1,1", "0.1/0.2/0.7", ".3,.3,.4"]
    for number in range(120):
        text = texts[number % len(texts)]
        size = int(random.randint(1, 40)) if number % 2 else int(random.randint(1, 100000))
        rows.append({"split": text, "size": size, "bounds": split(text, size)})
    return rows


def order(sizes, first, last, samples, length, seed):
    tokens = sum(sizes[first:last])
    epochs = 1
    while (epochs * tokens - 1) // length < samples:
        epochs += 1
    state = np.random.RandomState(seed)
    documents = np.array(list(range(first, last)) * epochs, dtype=np.int32)
    state.shuffle(documents)
    starts = [(0, 0)]
    position, offset = 0, 0
    for _ in range((epochs * tokens - 1) // length):
        needed = length + 1
        while sizes[documents[position]] - offset < needed:
            needed -= sizes[documents[position]] - offset
            position, offset = position + 1, 0
        offset += needed - 1
        starts.append((position, offset))
    shuffle = np.arange(len(starts) - 1, dtype=np.uint32)
    state.shuffle(shuffle)
    return documents, starts, shuffle


def orders(random):
    rows = []
    for _ in range(40):
        sizes = [int(n) for n in random.randint(0, 60, random.randint(2, 30))]
        sizes[0] += 2
        last = int(random.randint(1, len(sizes) + 1))
        length, seed = int(random.randint(2, 40)), int(random.randint(1, 10000))
        samples = int(random.randint(0, 400))
        documents, starts, shuffle = order(sizes, 0, last, samples, length, seed)
        rows.append({
            "sizes": sizes, "last": last, "samples": samples, "length": length, "seed": seed,
            "documents": checksum(documents), "starts": checksum(np.array(starts).ravel()),
            "shuffle": checksum(shuffle)})
    return rows


if __name__ == "__main__":
    random = np.random.RandomState(SEED)
    parts = {
        "sums": sums(), "shuffles": shuffles(), "blends": blends(random),
        "documents": documents(random), "splits": splits(random), "orders": orders(random)}
    lines = [
        json.dumps(name) + ": [\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]"
        for name, rows in parts.items()]
    print("{\n" + ",\n".join(lines) + "\n}")
