"""Writes tables.txt and entities.txt, the facts that neox.preprocess.ftfy works from.

Usage: python make_tables.py DIRECTORY    (with ftfy 6.3.1 installed)
Sets are computed by asking the installed program's own expressions; see README.md for the format.
"""

import re
import re._parser as parser
import sys
from pathlib import Path

from ftfy import badness, chardata

WORD = "word"


def ranges(points):
    runs = []
    for point in sorted(points):
        if runs and point == runs[-1][1] + 1:
            runs[-1][1] = point
        else:
            runs.append([point, point])
    return ",".join(f"{a:x}" if a == b else f"{a:x}-{b:x}" for a, b in runs)


def members(expression, limit=0x110000):
    pattern = re.compile(expression)
    return {c for c in range(limit) if pattern.fullmatch(chr(c))}


def expand(node, limit):
    """All the fixed sequences of sets that a parsed expression stands for."""
    sequences = [[]]
    for op, arg in node:
        name = str(op)
        if name == "LITERAL":
            choices = [[ranges({arg})]]
        elif name == "ANY":
            choices = [[ranges(set(range(limit)) - {10})]]
        elif name == "IN":
            choices = [[one_of(arg, limit)]]
        elif name == "AT":
            assert str(arg) == "AT_BEGINNING", arg
            choices = [["^"]]
        elif name == "MAX_REPEAT":
            low, high, body = arg
            assert high <= 3, arg
            once = expand(body, limit)
            choices = []
            for count in range(low, high + 1):
                grown = [[]]
                for _ in range(count):
                    grown = [a + b for a in grown for b in once]
                choices += grown
        elif name == "BRANCH":
            choices = [s for branch in arg[1] for s in expand(branch, limit)]
        elif name == "SUBPATTERN":
            choices = expand(arg[3], limit)
        else:
            raise ValueError(name)
        sequences = [a + b for a in sequences for b in choices]
    return sequences


def one_of(items, limit):
    found, negate = set(), False
    for op, arg in items:
        name = str(op)
        if name == "NEGATE":
            negate = True
        elif name == "LITERAL":
            found.add(arg)
        elif name == "RANGE":
            found.update(range(arg[0], arg[1] + 1))
        elif name == "CATEGORY" and str(arg) == "CATEGORY_WORD" and len(items) == 1:
            return WORD
        elif name == "CATEGORY" and str(arg) == "CATEGORY_SPACE":
            found.update(members(r"\s"))
        else:
            raise ValueError((name, arg))
    return ranges(set(range(limit)) - found if negate else found)


def write_sequences(out, key, pattern, limit):
    for sequence in expand(parser.parse(pattern.pattern, pattern.flags), limit):
        out.append(" ".join([key] + sequence))


def tables():
    out = []
    names = {}
    for sequence in expand(
        parser.parse(badness.BADNESS_RE.pattern, badness.BADNESS_RE.flags), 0x110000
    ):
        tokens = []
        for token in sequence:
            if "," in token and len(token) > 24:
                if token not in names:
                    names[token] = f"${len(names)}"
                    out.append(f"set {names[token]} {token}")
                token = names[token]
            tokens.append(token)
        out.append(" ".join(["bad"] + tokens))
    write_sequences(out, "spaced", chardata.ALTERED_UTF8_RE, 256)
    write_sequences(out, "lossy", chardata.LOSSY_UTF8_RE, 256)
    for key in ["first_of_2", "first_of_3", "first_of_4", "continuation", "continuation_strict"]:
        found = members(f"[{chardata.UTF8_CLUES['utf8_' + key]}]", 0x10000)
        out.append(f"{key} {ranges(found)}")
    for encoding in chardata.CHARMAP_ENCODINGS:
        high = bytes(range(128, 256)).decode(encoding)
        assert high.encode(encoding) == bytes(range(128, 256))
        assert bytes(range(128)).decode(encoding).replace("\ufffd", "\x1a").encode() == bytes(
            range(128)
        )
        out.append(" ".join(["charmap", encoding] + [f"{ord(c):x}" for c in high]))
    for table in (chardata.LIGATURES, chardata.WIDTH_MAP):
        for source, target in sorted(table.items()):
            out.append(" ".join(["replace", f"{source:x}"] + [f"{ord(c):x}" for c in target]))
    return out


def entities():
    return [
        " ".join([name[1:-1]] + [f"{ord(c):x}" for c in value])
        for name, value in sorted(chardata.HTML_ENTITIES.items())
    ]


directory = Path(sys.argv[1])
(directory / "tables.txt").write_text("\n".join(tables()) + "\n", encoding="ascii")
(directory / "entities.txt").write_text("\n".join(entities()) + "\n", encoding="ascii")
