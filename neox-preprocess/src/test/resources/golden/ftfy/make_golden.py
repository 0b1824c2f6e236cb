"""Writes pairs.jsonl: seeded damaged texts, and what ftfy 6.3.1's fix_text makes of each.

Usage: python make_golden.py [COUNT [SEED [FILE]]]
"""

import html
import json
import random
import sys

from ftfy import chardata, fix_text

WORDS = (
    "schön|naïve café|voilà le travail|à la mode|às três|àquele homem|“quotes” ‘single’|— dash –"
    "|…|über|Привет мир|Ελληνικά|日本語|한국어|العربية|עברית|ไทย|हिन्दी|ಕನ್ನಡ|😀👩‍👧|€100|½ ¾ ²|ﬁnd ﬂuﬃ ŉ Ǆ ĳ"
    "|ＬＯＵＤ　ＮＯＩＳＥＳ|ﾊﾝｶｸ ｶﾞ|“Œuvre” œ|Łódź żółć|Škoda žluťoučký|İstanbul ğ ş|Ąžuolas|don't|plain"
    "|\xa0|Ã|Â|Å|(a), b.c!|1234|\t|\f|\r\n|\r|\n|\u2028|\u2029|\x85|e\u0301|A\u030a|\u1100\u1161|\u212a"
    "|\ufffd|?|\x1a|\ufeff|\u206a|\ufffc|\x00|\x07|\x7f|\x1b[36;44m|\x1b[|\x1b[٣m|\x1b[３１ｍ|<b>|&lt;p&gt;"
    "|&amp;eacute;|&eacute;|&EACUTE;|&nTILDE;|&#233;|&#xe9;|&#xE9|&#128;|&#0;|&#xd800;|&#x110000;|&#59;"
    "|&#12ab;|&#x1b;[0m|&#xfdd0;|&#13;|&#8217;|&hellip;|&Jscr;|&NotEqualTilde;|&szlig;&SZLIG;|&;|&#;|&#x;"
    "|&&amp;|À\n|í\xa0\x80í°\n"
).split("|")
ENCODINGS = chardata.CHARMAP_ENCODINGS + ["cp1252", "cp1251", "latin-1", "cp1252", "cp850", "cp866"]
SPECIAL = "".join(
    sorted({c for e in ENCODINGS for c in bytes(range(128, 256)).decode(e, "ignore")})
)


def words(rng):
    out = ""
    for _ in range(rng.randint(1, 3)):
        kind = rng.random()
        if kind < 0.8:
            out += rng.choice(WORDS)
        elif kind < 0.9:
            out += "".join(rng.choice(SPECIAL + " ") for _ in range(rng.randint(1, 4)))
        else:
            out += chr(rng.randint(0x20, 0xD7FF)) + chr(rng.randint(0x1F300, 0x1F6FF))
        out += rng.choice(["", " "])
    return out


def cesu8(text):
    data = text.encode("utf-16-be")
    units = [chr(data[i] << 8 | data[i + 1]) for i in range(0, len(data), 2)]
    return "".join(units).encode("utf-8", "surrogatepass").replace(b"\0", b"\xc0\x80")


def damage(rng, text):
    for _ in range(rng.choice([1, 1, 1, 2])):
        data = cesu8(text) if rng.random() < 0.15 else text.encode()
        if rng.random() < 0.15:
            data = data.replace(b"\xa0", b" ")
        if rng.random() < 0.15:
            at = rng.randrange(len(data))
            data = data[:at] + rng.choice([b"", b"\x1a", b"?", b" ", b"\xed"]) + data[at + 1 :]
        text = data.decode(rng.choice(ENCODINGS), "replace")
    return text


def sample(rng):
    text = ""
    for _ in range(rng.choice([1, 1, 2])):
        part = words(rng)
        kind = rng.random()
        if kind < 0.65:
            part = damage(rng, part)
        elif kind < 0.75:
            part = html.escape(damage(rng, part))
        text += part + rng.choice(["", "", "\n", " ", "<"])
    return text


def main(count=2800, seed=631, file="pairs.jsonl"):
    rng = random.Random(int(seed))
    with open(file, "w", encoding="utf-8") as out:
        for _ in range(int(count)):
            text = sample(rng)
            out.write(json.dumps([text, fix_text(text)], ensure_ascii=False) + "\n")


main(*sys.argv[1:])
