"""Writes regex.jsonl: what CPython's `re` finds and replaces, one case a line."""

import json
import random
import re
import sys

PATTERNS = [
    r"\s+", r"\S+", r"\w+", r"\W", r"\d+", r"\D+", r"\b", r"\b\w", r"\B.", r"[^\W\d]+", r"[\s,]+", r"[^\s\w]",
    r"(\w+)@(\w+)", r"(?P<first_word>\w+) (?P=first_word)", r"(a)|(b)|(c)", r"(a)?b", r"a{2}", r"a{,2}b", r"a{2,}",
    r"{\s*([^}]*?)\s*}", r"a{b}", r"{", r"}", r"[[]", r"[]a]+", r"[^]a]+", r"[a^]+", r"[a&&b]+", r"[a\]b]", r"[\b]",
    r"(?i)straße|ÄRGER", r"(?s)a.b", r"a.b", r"(?m)^\w+$", r"^\w+$", r"\w+\Z", r"\Aa", r"(?:ab)+", r"(?=a)\w",
    r"(?<!a)b", r"(?<=a)b", r"\x41\u00e9", r"\101", r"(.)\1", r"(a)(b)?\2?c", r"#### (\-?[0-9\.\,]+)",
    r"(-?[$0-9.,]{2,})|(-?[0-9]+)", r"(?i:ab)C", r"(?#comment)a", r"\$", r"\.$", r",", r"x*", r"", r"a|", r"(?:)a",
    r"\b(?:The |the |An |A |The |a |an )", r"[\d.-]+", r"[a-c\-z]+", r"\"\s*([^\"]*?)\s*\"", r"'\s*([^']*?)\s*'",
    r"[\u00e0-\u00ff]+", r"\t|\v|\f", r"a++b", r"(?>a+)b", r"[ab]\ [ab]", r"(?i)ſ|K", r"[^\S\n]+", r"(a)(?:(b)|c)",
]
TEXTS = [
    "", "a", "ab", "aab aaab b", "abab ABC abC", "The cat and the An a hat", "x = {  y } { z}", "a{b} a&b [x] ]a^",
    "Answer: 12.5 #### 1,234 and -7.", "$1,000.50 or 3", "one\ntwo\nthree\n", "a\nb", "a b\u00a0c\u2003d\x1ce\x85f\u200bg",
    "naïve éA Ärger STRASSE straße", "x²½ ٣٤ 一二 a_b", "a\u0301e", "ſ K k s", '" quoted  " and \' single \'', "foo@bar foo foo",
    "😀 a😀b", "aa bb abc aac", "\x07\x08\t\v\f", "b\u0300 \u0915\u094d\u0937",
]
TEMPLATES = ["", "<\\g<0>>", "-", "\\\\n\\n", "$1 \\\\1"]
SUBSTITUTIONS = [
    (r"(a)(b)?", r"<\2>", "ab a"), ("a", r"\.\-", "a"), ("a", r"\0", "a"), ("a", r"\101", "a"), ("a", r"\012x", "a"),
    ("a", r"\g<0>\g<0>", "a"), ("a", r"$1\$", "a"), (r"(?P<x_1>\d+)\s", r"[\g<x_1>]", "12 ٣٤\u2003z"), ("a", r"\t\a", "a"),
    (".", "-", "a\rb\u2028c\n"), ("$", "!", "a\n"), (r"(a)", "\\1\\\n", "a"),
]
BAD_TEMPLATES = [r"\q", r"\777", "\\", r"\1", r"\g<m>", r"\g", r"\8", r"\18"]
BAD = ["(", "[a", "a)", "*", "\\q", "(?P<x>a)(?P=y)", "a\\", "(?P<x>a)(?P<x>b)", "[b-a]", "a(?i)b"]


def case(pattern, text, template):
    compiled = re.compile(pattern)
    found = [list(m) if isinstance(m, tuple) else [m] for m in compiled.findall(text)]
    return {"pattern": pattern, "text": text, "found": found, "template": template,
            "replaced": compiled.sub(template, text)}


def random_pattern(rng):
    atoms = [r"\w", r"\d", r"\s", ".", "a", "b", "é", "[ab]", r"[^\d]", r"\b", "(a)", "(?:b|c)", "(a|bc)", "²", "$", "^"]
    parts = []
    for _ in range(rng.randint(1, 4)):
        atom = rng.choice(atoms)
        parts.append(atom + (rng.choice(["", "", "*", "+", "?", "{1,2}", "*?"]) if atom not in ("^", "$", r"\b") else ""))
    return "".join(parts)


rng = random.Random(7)
with open("regex.jsonl", "w", encoding="utf-8") as out:
    for pattern in PATTERNS:
        matching = [text for text in TEXTS if re.compile(pattern).search(text)]
        for text in rng.sample(matching, min(5, len(matching))) + [rng.choice(TEXTS)]:
            if len(text) < 60:
                out.write(json.dumps(case(pattern, text, rng.choice(TEMPLATES)), ensure_ascii=False) + "\n")
    for _ in range(250):
        pattern = random_pattern(rng)
        text = "".join(rng.choice("ab cé²1\n\x1c\u0301٣_") for _ in range(rng.randint(0, 12)))
        template = rng.choice(TEMPLATES + (["[\\1]"] if re.compile(pattern).groups else []))
        out.write(json.dumps(case(pattern, text, template), ensure_ascii=False) + "\n")
    for pattern in BAD:
        try:
            re.compile(pattern)
            sys.exit(f"{pattern} is no bad pattern")
        except re.error:
            out.write(json.dumps({"pattern": pattern, "error": True}) + "\n")
    for pattern, template, text in SUBSTITUTIONS:
        out.write(json.dumps(case(pattern, text, template), ensure_ascii=False) + "\n")
    for template in BAD_TEMPLATES:
        try:
            re.sub("a", template, "b")
            sys.exit(f"{template} is no bad template")
        except (re.error, IndexError):
            out.write(json.dumps({"pattern": "a", "bad_template": template}) + "\n")
