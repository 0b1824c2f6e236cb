"""What the methods of Python's str say of every code point: see the README beside it."""

import hashlib
import json
import pathlib
import sys
import unicodedata

# Unicode 15 and 16 have changed these: they have a capital now, or a case, or are part of names.
CHANGED = {0x19B, 0x264, 0x10FC, 0x30FB, 0xA7F2, 0xA7F3, 0xA7F4, 0xAB69, 0xFF65}

METHODS = {
    "upper": str.upper,
    "lower": str.lower,
    "title": str.title,
    "titleInside": lambda c: ("a" + c + "B").title(),
    "capitalize": str.capitalize,
    "capitalizeRest": lambda c: ("A" + c).capitalize(),
    "swapcase": str.swapcase,
    "casefold": str.casefold,
    "repr": lambda c: repr(c),
    "split": lambda c: ",".join(("a" + c + "b").split()),
    "splitlines": lambda c: ",".join(("a" + c + "b").splitlines()),
    "strip": lambda c: (c + "a" + c).strip(),
}
QUESTIONS = [
    "isalnum", "isalpha", "isdecimal", "isdigit", "isidentifier", "islower", "isnumeric",
    "isprintable", "isspace", "istitle", "isupper",
]
for question in QUESTIONS:
    METHODS[question] = lambda c, q=question: str(getattr(c, q)()).lower()
METHODS["isidentifierInside"] = lambda c: str(("a" + c).isidentifier()).lower()


def ranges(points):
    found = []
    for point in points:
        if found and found[-1][1] == point - 1:
            found[-1][1] = point
        else:
            found.append([point, point])
    return found


points = [
    c for c in range(sys.maxunicode + 1)
    if unicodedata.category(chr(c)) not in ("Cn", "Co", "Cs") and c not in CHANGED
]
digests = {}
for name, method in METHODS.items():
    digest = hashlib.sha256()
    for c in points:
        digest.update(f"{c:x} {method(chr(c))}\n".encode())
    digests[name] = digest.hexdigest()
golden = {"unicode": unicodedata.unidata_version, "digests": digests, "points": ranges(points)}
path = pathlib.Path(__file__).with_name("codepoints.json")
path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
