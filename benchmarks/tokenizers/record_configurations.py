"""Makes random tokenizer.json files with random texts and records what HuggingFace tokenizers does
with them, one JSON object a line, for ReplayConfigurations.java.

Usage: record_configurations.py COUNT SEED [MAX_BYTES] > recorded.jsonl
MAX_BYTES leaves out longer lines (for the small sample of the tests).
Needs tokenizers; sentencepiece for the tables of the normalizer Precompiled.
"""

import base64
import json
import os
import random
import sys
import tempfile

from tokenizers import Tokenizer

CHUNKS = (
    list("abcdeABCZ019.,!?'-_()[]") + [" ", " ", " ", "  ", "   ", "\n", "\n\n", "\r\n", "\t"]
    + ["é", "e\u0301", "ß", "ſ", "İ", "ı", "Σ", "ς", "1", "٣", "½", "²", "Ⅷ", "ﬁ", "ﬀ", "ﷺ", "㌀", "㋿"]
    + ["\u200b", "\u200d", "\u00a0", "\u3000", "\ufeff", "\ufffd", "\u0085", "\u2028", "\0", "\x07", "\x7f"]
    + ["中", "文", "か", "が", "か\u3099", "한", "\u1112\u1161\u11ab", "ก\u0e49", "क\u094d\u0937", "אָ", "א\u05b8\u05bc"]
    + ["😀", "👨\u200d👩\u200d👧", "🇩🇪", "\U0001e900", "\U00020000", "\U000e0001", "\u0378", "\U00010ffff"[:1]]
    + ["▁", "Ġ", "</w>", "##", "@@", "<0x41>", "<s>", "</s>", "<unk>", "[MASK]", "<x>", "|", "hello", "world",
       " the", "don't", "'ll", "'S", "2024", "12345", " do not", " n't", "can 't", "ab", "cd", "Ab", "\u0301",
       "\u0345\u0300", "\u1e9b\u0323", "\u0344", "K", "Å", "\u0958", "\U0001d15e", "\ua7ce", "\U00016ea0"]
)

PUBLISHED = [
    r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    r" ?[^(\s|[.,!?…。，、।۔،])]+",
    r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    "[\u4e00-\u9fa5\u0800-\u4e00\uac00-\ud7a3]+", r"\s?[A-Za-zµÀ-ÖØ-öø-ƺ]+", r"\s+$", r"[\r\n]", r"\p{N}{1,3}", r"[0-9][0-9][0-9]",
    r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+",
    r" {2,}", r"\s+", r"\s", r"``", r"[\p{Han}]+|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}&&[^\p{Han}]]+|.", r"\w+|[^\w\s]+",
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+",
]

ATOMS = [r"\s", r"\S", r"\w", r"\W", r"\d", r"\D", r"\p{L}", r"\P{L}", r"\p{Lu}", r"\p{N}", r"\p{P}", r"\p{M}",
         r"\p{Han}", r"\p{S}", r"\p{Z}", "a", "b", "é", "'", r"\.", r"\n", " ", ".", "[a-c]", "[^a]", r"[^\s\p{L}]",
         r"[\w&&[^a]]", "[é-中]", r"\x41", r"\u00e9", "(?:ab)", "(a|bc)", "(?i:a)", "(?i:S)", r"(?i:[k-s])", "(?>a+)"]
ZERO = [r"(?=\S)", r"(?!\S)", r"(?=a)", r"(?!b)", r"(?<=\s)", r"(?<!a)", "^", "$", r"\b", r"\B", r"\A", r"\z", r"\Z"]


class Maker:
    def __init__(self, seed, tables):
        self.r = random.Random(seed)
        self.tables = tables

    def pick(self, *values):
        return self.r.choice(values)

    def chance(self, p):
        return self.r.random() < p

    def text(self, longest=14):
        return "".join(self.r.choice(CHUNKS) for _ in range(self.r.randrange(longest)))

    def regex(self):
        if self.chance(0.45):
            return self.r.choice(PUBLISHED)
        return "|".join(self.branch() for _ in range(self.r.choice([1, 1, 2, 3])))

    def branch(self):
        out = ""
        for _ in range(self.r.randint(1, 3)):
            if self.chance(0.2):
                out += self.r.choice(ZERO)
            out += self.r.choice(ATOMS) + self.r.choice(["", "", "", "+", "*", "?", "{1,3}", "{2}", "+?", "*?", "?+", "++", "{2,}"])
        return out + (self.r.choice(ZERO) if self.chance(0.15) else "")

    def pattern(self):
        if self.chance(0.4):
            return {"String": self.pick(" ", "a", "ab", "▁", "é", "##", "\n", "  ", "``", "#")}
        return {"Regex": self.regex()}

    def content(self):
        return self.pick("", " ", "▁", "x", "ab", "  ", "é", "<s>", "\u0301")

    def normalizer(self, depth=0):
        kind = self.pick("NFC", "NFD", "NFKC", "NFKD", "Lowercase", "Strip", "StripAccents", "Replace", "Replace",
                         "Prepend", "BertNormalizer", "Nmt", "ByteLevel", "Precompiled", "Sequence", "Sequence")
        n = {"type": kind}
        if kind == "Strip":
            n.update(strip_left=self.chance(0.5), strip_right=self.chance(0.5))
        elif kind == "Replace":
            n.update(pattern=self.pattern(), content=self.content())
        elif kind == "Prepend":
            n["prepend"] = self.pick("▁", " ", "xy")
        elif kind == "BertNormalizer":
            n.update(clean_text=self.chance(0.5), handle_chinese_chars=self.chance(0.5),
                     strip_accents=self.pick(None, True, False), lowercase=self.chance(0.5))
        elif kind == "Precompiled":
            n["precompiled_charsmap"] = self.r.choice(self.tables)
        elif kind == "Sequence":
            if depth > 1:
                return self.normalizer(depth)
            n["normalizers"] = [self.normalizer(depth + 1) for _ in range(self.r.randint(0, 3))]
        return n

    def metaspace(self):
        scheme = self.pick("always", "first", "never")
        m = {"type": "Metaspace", "replacement": self.pick("▁", "▁", "▁", "_")}
        form = self.pick("old", "new", "both")
        if form != "old":
            m.update(prepend_scheme=scheme, split=self.chance(0.7))
        if form != "new":
            m["add_prefix_space"] = form == "old" or scheme != "never"
        return m

    def behavior(self):
        return self.pick("Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous")

    def bytelevel(self):
        b = {"type": "ByteLevel", "add_prefix_space": self.chance(0.5), "trim_offsets": self.chance(0.5)}
        if self.chance(0.8):
            b["use_regex"] = self.chance(0.6)
        return b

    def pre_tokenizer(self, depth=0):
        kind = self.pick("ByteLevel", "ByteLevel", "Whitespace", "WhitespaceSplit", "BertPreTokenizer", "Punctuation",
                         "Digits", "Metaspace", "Metaspace", "CharDelimiterSplit", "Split", "Split", "FixedLength",
                         "Sequence", "Sequence")
        if self.chance(0.01):
            kind = "UnicodeScripts"
        p = {"type": kind}
        if kind == "ByteLevel":
            return self.bytelevel()
        if kind == "Metaspace":
            return self.metaspace()
        if kind == "Punctuation" and self.chance(0.8):
            p["behavior"] = self.behavior()
        elif kind == "Digits":
            p["individual_digits"] = self.chance(0.5)
        elif kind == "CharDelimiterSplit":
            p["delimiter"] = self.pick(" ", "a", "-", "中")
        elif kind == "Split":
            p.update(pattern=self.pattern(), behavior=self.behavior(), invert=self.chance(0.4))
        elif kind == "FixedLength":
            p["length"] = self.r.randint(1, 6)
        elif kind == "Sequence":
            if depth > 1:
                return self.pre_tokenizer(depth)
            p["pretokenizers"] = [self.pre_tokenizer(depth + 1) for _ in range(self.r.randint(0, 3))]
        return p

    def decoder(self, depth=0):
        kind = self.pick("ByteLevel", "WordPiece", "Metaspace", "BPEDecoder", "ByteFallback", "Fuse", "Strip", "Replace",
                         "CTC", "Sequence", "Sequence")
        d = {"type": kind}
        if kind == "ByteLevel":
            return self.bytelevel()
        if kind == "Metaspace":
            return self.metaspace()
        if kind == "WordPiece":
            d.update(prefix=self.pick("##", "a", "▁"), cleanup=self.chance(0.5))
        elif kind == "BPEDecoder":
            d["suffix"] = self.pick("</w>", "@@", "a")
        elif kind == "Strip":
            d.update(content=self.pick(" ", "a", "▁"), start=self.r.randrange(3), stop=0 if self.chance(0.95) else 1)
        elif kind == "Replace":
            d.update(pattern=self.pattern(), content=self.content())
        elif kind == "CTC":
            d.update(pad_token=self.pick("<x>", "a"), word_delimiter_token="|", cleanup=self.chance(0.5))
        elif kind == "Sequence":
            if depth > 1:
                return self.decoder(depth)
            d["decoders"] = [self.decoder(depth + 1) for _ in range(self.r.randint(0, 3))]
        return d

    def words(self, seen):
        """Pieces of texts as the model sees them, to make a vocabulary of."""
        words = []
        for text in seen:
            for _ in range(6):
                if text:
                    i = self.r.randrange(len(text))
                    words.append(text[i:i + self.r.randint(1, 4)])
        return words

    def model(self, seen):
        kind = self.pick("BPE", "BPE", "BPE", "WordPiece", "WordLevel", "Unigram", "Unigram")
        chars = list(dict.fromkeys(c for text in seen for c in text))
        self.r.shuffle(chars)
        chars = chars[:int(len(chars) * self.pick(0.6, 0.9, 1, 1))] or ["a"]
        words = self.words(seen)
        if kind == "BPE":
            return self.bpe(chars)
        if kind == "Unigram":
            tokens = list(dict.fromkeys(["<unk>"] + chars + words + self.bytes(self.chance(0.4))))
            unk = self.pick(0, 0, 0, None)
            m = {"type": kind, "unk_id": unk,
                 "vocab": [[t, round(-self.r.random() * 8, self.pick(0, 1, 6))] for t in tokens]}
            if self.chance(0.7):
                m["byte_fallback"] = self.chance(0.5)
            return m
        unk = self.pick("<unk>", "<unk>", "<unk>", "[UNK]")
        if kind == "WordLevel":
            tokens = list(dict.fromkeys(["<unk>"] + words + chars))
            return {"type": kind, "vocab": self.ids(tokens), "unk_token": unk}
        prefix = self.pick("##", "##", "", "▁")
        tokens = list(dict.fromkeys(["<unk>"] + chars + words + [prefix + t for t in chars + words]))
        return {"type": kind, "unk_token": unk, "continuing_subword_prefix": prefix,
                "max_input_chars_per_word": self.pick(100, 100, 5), "vocab": self.ids(tokens)}

    def bytes(self, all_of_them):
        return ["<0x%02X>" % b for b in range(256)] if all_of_them else []

    def ids(self, tokens):
        ids = list(range(len(tokens)))
        if self.chance(0.2):
            self.r.shuffle(ids)
        if self.chance(0.1):
            ids = [i + 3 if i > 4 else i for i in ids]
        return dict(zip(tokens, ids))

    def bpe(self, chars):
        prefix = "##" if self.chance(0.15) else None
        suffix = "</w>" if self.chance(0.2) else None
        tokens = list(dict.fromkeys(["<unk>"] + chars + ([prefix + c for c in chars] if prefix else [])
                                    + ([c + suffix for c in chars] if suffix else [])
                                    + ([prefix + c + suffix for c in chars] if prefix and suffix else [])))
        known, merges = set(tokens), []
        for _ in range(self.r.randint(0, 60)):
            a, b = self.r.choice(tokens), self.r.choice(tokens)
            if prefix and not b.startswith(prefix) or a == "<unk>" or b == "<unk>" or " " in a + b and self.chance(0.5):
                continue
            new = a + (b[len(prefix):] if prefix else b)
            if [a, b] in merges or len(new) > 12:
                continue
            merges.append([a, b])
            if new not in known:
                known.add(new)
                tokens.append(new)
        byte_fallback = self.chance(0.25)
        tokens = list(dict.fromkeys(tokens + self.bytes(byte_fallback or self.chance(0.1))))
        m = {"type": "BPE", "dropout": None, "unk_token": self.pick(None, None, "<unk>", "<unk>", "[UNK]"),
             "continuing_subword_prefix": prefix, "end_of_word_suffix": suffix, "fuse_unk": self.chance(0.4),
             "byte_fallback": byte_fallback, "ignore_merges": self.chance(0.3)}
        m = {k: v for k, v in m.items() if k == "type" or self.chance(0.9)}
        m["vocab"] = self.ids(tokens)
        m["merges"] = [" ".join(x) for x in merges] if not any(" " in t for x in merges for t in x) and self.chance(0.5) else merges
        return m

    def added(self, vocabulary):
        tokens = []
        for content in self.r.sample(["<s>", "</s>", "[MASK]", "<x>", "ab", "a", " b", "  ", "É", "中文", "<unk>", "lo"],
                                     self.r.choice([0, 0, 1, 2, 4])):
            special = self.chance(0.5)
            tokens.append({"id": vocabulary.get(content, len(vocabulary) + len(tokens)) if self.chance(0.9) else 7,
                           "content": content, "single_word": self.chance(0.2), "lstrip": self.chance(0.2),
                           "rstrip": self.chance(0.2), "normalized": self.chance(0.5), "special": special})
        return tokens

    def post_processor(self, depth=0):
        kind = self.pick("TemplateProcessing", "BertProcessing", "RobertaProcessing", "ByteLevel", "Sequence")
        if kind == "ByteLevel":
            return self.bytelevel()
        p = {"type": kind}
        if kind == "Sequence":
            if depth:
                return self.post_processor(depth)
            p["processors"] = [self.post_processor(1) for _ in range(self.r.randint(0, 2))]
        elif kind == "TemplateProcessing":
            text, token = {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "<s>", "type_id": 0}}
            p.update(single=self.pick([token, text], [text, token], [token, text, token], [text], [text, token, text]),
                     pair=[text, {"Sequence": {"id": "B", "type_id": 1}}],
                     special_tokens={"<s>": {"id": "<s>", "ids": self.pick([1], [2, 3]), "tokens": ["<s>"]}})
        else:
            p.update(sep=["</s>", 2], cls=["<s>", 1])
            if kind == "RobertaProcessing":
                p.update(trim_offsets=self.chance(0.5), add_prefix_space=self.chance(0.5))
        return p

    def truncation(self):
        return {"direction": self.pick("Left", "Right"), "max_length": self.r.randint(0, 9),
                "strategy": self.pick("LongestFirst", "LongestFirst", "OnlyFirst", "OnlySecond"), "stride": self.pick(0, 0, 0, 1)}

    def padding(self):
        return {"strategy": self.pick("BatchLongest", {"Fixed": self.r.randint(1, 20)}), "direction": self.pick("Left", "Right"),
                "pad_to_multiple_of": self.pick(None, None, 4, 7), "pad_id": 1, "pad_type_id": 0, "pad_token": "<pad>"}

    def configuration(self, texts):
        c = {"version": "1.0", "truncation": self.truncation() if self.chance(0.05) else None,
             "padding": self.padding() if self.chance(0.05) else None, "added_tokens": [],
             "normalizer": self.normalizer() if self.chance(0.6) else None,
             "pre_tokenizer": self.pre_tokenizer() if self.chance(0.8) else None,
             "post_processor": self.post_processor() if self.chance(0.3) else None,
             "decoder": self.decoder() if self.chance(0.7) else None}
        if self.chance(0.15):  # as GPT-2 and its heirs have it
            c.update(pre_tokenizer=self.bytelevel(), decoder=self.bytelevel(),
                     normalizer={"type": "NFC"} if self.chance(0.5) else None)
        c["model"] = self.model(self.seen(c, texts))
        vocabulary = c["model"]["vocab"]
        vocabulary = vocabulary if isinstance(vocabulary, dict) else {t: i for i, (t, _) in enumerate(vocabulary)}
        c["added_tokens"] = self.added(vocabulary)
        return c

    def seen(self, configuration, texts):
        """The texts as they reach the model."""
        probe = dict(configuration, model={"type": "WordLevel", "vocab": {"<unk>": 0}, "unk_token": "<unk>"},
                     truncation=None, padding=None, post_processor=None, decoder=None)
        try:
            t = Tokenizer.from_str(json.dumps(probe))
            seen = []
            for text in texts:
                if t.normalizer:
                    text = t.normalizer.normalize_str(text)
                seen += [w for w, _ in t.pre_tokenizer.pre_tokenize_str(text)] if t.pre_tokenizer else [text]
            return seen
        except BaseException:
            return texts


def varint(message, at):
    value = shift = 0
    while True:
        value |= (message[at] & 0x7F) << shift
        shift, at = shift + 7, at + 1
        if message[at - 1] < 0x80:
            return value, at


def field(message, number):
    """The bytes of a field of a protocol buffer."""
    at = 0
    while at < len(message):
        tag, at = varint(message, at)
        if tag & 7 == 2:
            size, at = varint(message, at)
            if tag >> 3 == number:
                return message[at:at + size]
            at += size
        elif tag & 7 == 0:
            _, at = varint(message, at)
        else:
            at += 8 if tag & 7 == 1 else 4


def tables():
    import sentencepiece
    found = []
    rules = ["41\t61\n42\t62\n", "FB01\t66 69\nC9\tE9\n65 301\tE9\n20\t\n", "61\t\n62 63\t78 79 7A\n4E2D\t4E 6F\n3000\t20\n",
             "65\t45\n65 301\t1F600\n30AB 3099\t30AC\n1112 1161\tD558\n", None]
    for rule in rules:
        with tempfile.TemporaryDirectory() as folder:
            text = os.path.join(folder, "text")
            with open(text, "w") as f:
                f.write("\n".join("abc de fgh %d" % i for i in range(100)))
            options = {}
            if rule is None:
                options["normalization_rule_name"] = "nmt_nfkc"
            else:
                options["normalization_rule_tsv"] = os.path.join(folder, "rules.tsv")
                with open(options["normalization_rule_tsv"], "w") as f:
                    f.write(rule)
            sentencepiece.SentencePieceTrainer.train(
                input=text, model_prefix=os.path.join(folder, "m"), vocab_size=40, hard_vocab_limit=False,
                minloglevel=2, **options)
            with open(os.path.join(folder, "m.model"), "rb") as f:
                normalizer = field(f.read(), 3)
            found.append(base64.b64encode(field(normalizer, 2)).decode())
    return found


def record(maker):
    texts = [maker.text() for _ in range(4)] + ["", maker.text(40)]
    configuration = maker.configuration(texts)
    entry = {"configuration": configuration}
    try:
        tokenizer = Tokenizer.from_str(json.dumps(configuration))
    except BaseException as e:
        return dict(entry, error=str(e)[:200])
    entry["size"] = tokenizer.get_vocab_size()
    entry["cases"] = []
    for text in texts:
        case = {"text": text}
        try:
            case["ids"] = tokenizer.encode(text).ids
            case["bare"] = tokenizer.encode(text, add_special_tokens=False).ids
            case["decoded"] = tokenizer.decode(case["bare"], skip_special_tokens=False)
        except BaseException as e:
            case = {"text": text, "error": str(e)[:200]}
        entry["cases"].append(case)
    return entry


def main():
    count, seed = int(sys.argv[1]), int(sys.argv[2])
    longest = int(sys.argv[3]) if len(sys.argv) > 3 else 1 << 40
    os.environ["RUST_BACKTRACE"] = "0"
    all_tables = [t for t in tables() if len(t) < longest]
    written = i = 0
    while written < count:
        line = json.dumps(record(Maker(seed * 1_000_003 + i, all_tables)), ensure_ascii=False, separators=(",", ":"))
        i += 1
        if len(line.encode()) <= longest:
            print(line)
            written += 1


main()
