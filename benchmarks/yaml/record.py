"""Records how PyYAML's FullLoader reads words and documents (seed 9)."""
import json, random, sys, yaml, math, datetime
out = sys.argv[1]
rng = random.Random(9)
curated = """~ null Null NULL nUll None none true True TRUE tRue false False FALSE yes Yes YES yEs no No NO on On ON oN off Off OFF y Y n N t f
0 -0 +0 00 01 007 08 09 010 0o10 0o7 0O7 0x1F 0X1F -0x1f +0xAB 0x 0x_ 0xG 0b101 -0b11 0b 0b2 0B1 1_000 1__0 _1 1_ 500_000_000 +12 -12 --1 1-2 1+2
1.0 1. .5 -.5 +.5 . .. ... -. +. 1.5.2 1_0.5 0.5_5 ._5 5._ 01.5 00.5 1e5 1E5 1e-5 1e+5 1.0e5 1.0e-5 1.0e+5 1.e+5 .5e+3 .5e3 -1.5E-3 1e 1e- e5 1.0e-8 1.0e_8 1e400 1.0e+400 1.0e-400
.inf .Inf .INF .iNf +.inf -.Inf .nan .NaN .NAN .Nan inf nan -inf 1:30 1:30:15 -1:30 1:60 190:20:30 190:20:30.15 0:30 1:3a 12:30:45.5 01:30 1:_30
2001-01-01 2001-1-1 2001-13-01 2001-01-01T00:00:00Z 9223372036854775807 9223372036854775808 -9223372036854775808 -9223372036854775809 99999999999999999999 0x7fffffffffffffff 0xffffffffffffffff 123456789012345678901234567890
969,30,1 90,5,5 a,b a=b a/b ./x ~/x <<x = << a.b 1.2.3 v1.0 1e5x 0x1Fg 12px 5% $HOME ${X} a\\b é ü1 １２ ٣ ½ 1,000 1'000 1k 1K 1e5_0 1_e5 1e_5 -_1 +_1 0_7 0_8 0.0_ 0_0 1.5_ ._ __ + - 1:-1""".split()
pieces = list("0123456789") * 2 + list("_.eE+-xXbBoO:aAfF") + ["inf", "nan", "NaN", "Inf", "0x", "0b", "e-", "e+", "E5", "1_0", "00", "yes", "No", "on", "null", "~", "10", ":30"]
words = list(dict.fromkeys(curated))
while len(words) < 900:
    w = "".join(rng.choice(pieces) for _ in range(rng.randint(1, 6)))
    if w not in words: words.append(w)
def kind(v):
    if v is None: return ["null", "null"]
    if isinstance(v, bool): return ["bool", json.dumps(v)]
    if isinstance(v, int): return ["int", str(v)]
    if isinstance(v, float): return ["float", repr(v)]
    if isinstance(v, str): return ["str", v]
    return [type(v).__name__, str(v)]
lines = []
for w in words:
    try:
        events = [e for e in yaml.parse("k: " + w + "\n") if isinstance(e, yaml.ScalarEvent)]
        if len(events) != 2 or events[1].value != w or events[1].style: continue
    except yaml.YAMLError: continue
    try: v = kind(yaml.load("k: " + w + "\n", yaml.FullLoader)["k"])
    except Exception as e: v = ["error", type(e).__name__]
    lines.append(json.dumps([w] + v, ensure_ascii=False))
open(out + "/scalars.jsonl", "w").write("\n".join(lines) + "\n")
docs = [
 "a: 1", "{a: 1, b: [1, 2,], }", "{a: 1,, b: 2}", "[1, 2]", "a: [1,,2]", "{\"a\": true, 'b': \"x\"}", "{\"a\":1}", "{a:1}", "{a: 1 b: 2}", "{\"a\": 1 \"b\": 2}",
 "base: &b {x: 1, y: 2}\nc:\n  <<: *b\n  y: 3", "base: &b {x: 1}\nother: &o {x: 2, z: 5}\nc: {<<: [*b, *o], w: 1}", "base: &b {x: 1}\nc: {w: 1, <<: *b}",
 "base: &b {x: 1}\nc: {x: 9, <<: *b}", "a: &a {x: 1}\nb: &b {<<: *a, y: 2}\nc: {<<: *b}", "a: &a {x: 1}\nb: &b {x: 2}\nc:\n  <<: *a\n  <<: *b", "c: {<<: {x: 1}}", "c: {<<: 5}", "c: {<<: [1]}", "c: {\"<<\": 5}",
 "<<: {x: 1}\ny: 2", "a: &x 5\nb: *x", "a: &x [1, 2]\nb: *x", "b: *x\na: &x 5", "a: &x 1\nb: &x 2", "a: &x 1\nb: *y", "a: &x {k: &y 3}\nb: [*x, *y]",
 "a: 1\n---\nb: 2", "---\na: 1\n...", "--- {a: 1}", "---\n---\na: 1", "a: 1\n...\n---\n", "a: 1\n...\nb: 2", "%YAML 1.1\n---\na: 1", "%YAML 1.2\n---\na: 1", "%YAML 2.0\n---\na: 1", "%FOO x\n---\na: 1", "%TAG ! tag:x,2000:\n---\na: 1", "a: 1\n---", "--- \n",
 "a: !!str 5", "a: !!int '5'", "a: !!int 5.5", "a: !!float 5", "a: !!float '1.5'", "a: !!bool 'yes'", "a: !!bool 5", "a: !!null ''", "a: !!null x", "a: !foo 5", "a: !!foo 5", "a: ! 5", "a: ! 'x'", "a: !!str", "a: !!seq [1]", "a: !!map {b: 1}", "a: !!seq {b: 1}", "a: !!str [1]", "a: !!python/object:os.system x", "a: !!python/object/apply:os.system ['echo']", "a: !!int x", "a: !!float x",
 "a:\t1", "a: 1\t", "a: 1 \t# c", "\ta: 1", "a:\n\tb: 1", "a:\n  b: 1\n\tc: 2", "{\n\ta: 1\n}", "{\n\t\"a\": 1,\n\t\"b\": 2\n}", "a: \"x\ty\"", "a: 'x\ty'", "a: x\ty", "- \ta", "a: [1,\t2]", "a: {b:\t1}", "a: |\n\tx", "a: |\n  \tx",
 "a: |\n  x\n  y\n", "a: >\n  x\n  y\n", "a: |-\n  x\n", "a: |+\n  x\n\n", "a: >-\n  x\n\n  y\n", "a: |2\n   x", "a: |0\n x", "a: |\n", "a: | x", "a: \"x\\ny\"", "a: \"\\x41\\u00e9\\U0001F600\"", "a: \"\\q\"", "a: \"\\/\"", "a: 'it''s'", "a: \"x", "a: 'x", "a: \"a\n  b\"", "a: a\n  b", "a: 'a\n\n  b'",
 "a: x # c", "a: x# c", "# c\na: 1", "a: 1\n# c", "a: #c", "#", "", " ", "\n\n", "a", "5", "~", "a: b: c", "a:b", "a :b", "a : b", "? a\n: b", "? [a]\n: b", "{? a : b}", "{a}", "{a, b: 1}", "[a: 1]", "a: [b: 1, c]", "? a", "a:\n- 1\n- 2", "a:\n - 1\n - 2", "a:\n  - 1\n - 2", "- a: 1\n  b: 2", "a: - 1", "a: [1, 2", "a: {b: 1", "a: 1]", "a: 1}", "}", "]", "a: [}", "a:\n  b: 1\n c: 2", "a: 1\n b: 2", " a: 1\nb: 2", " a: 1\n b: 2", "a: @x", "a: `x", "a: %x", "a: x%", "a: &", "a: *", "a: !", "a: |\n x\ny", "a: -", "a: - ", "a: ?", "a: ? b", "a: :", "a: ,", "a: [,]", "a: {,}", "a: \"b\": c", "\"a\": 1", "'a b': 1", "a b: 1", ": 1", "{: 1}", "a: {b: }", "a: {b:}", "a: [:]", "a: http://x.y/z", "a: [http://x]", "a: {b: http://x:80/}", "a: x:y", "a: [x:y]", "a: {x:y: 1}", "a: b,c", "a: [b,c d]", "a: -1", "a: - 1\nb: 2", "a: --- b", "a: ...", "a: 'x' y", "a: \"x\" # c", "a: \"x\"# c",
 "a: 1\r\nb: 2\r\n", "a: 1\rb: 2", "a: x\u2028b: 2", "a: \u00a0x", "\ufeffa: 1", "a: \ufeffx", "a: x\u0085y", "a: \u0007", "a: \u0000", "a: \u007f", "a: \ud7ff", "a: \U0001F600", "é: 1", "a: é", "a: \"\u2028\"", "a: >\n  x\n   y\n  z", "a:\n\n\n  b: 1", "a: &x\n  b: 1\nc: *x", "a: &x !!str 5", "a: !!str &x 5\nb: *x", "a: &x &y 1", "a: !!str !!int 5", "a: *x 1", "&a a: 1\nb: *a", "{&a a: 1, b: *a}", "*a : 1", "a: &1 x\nb: *1", "a: &a-b x\nb: *a-b", "a: &a.b x\nb: *a.b", "a: &é x",
]
def plain(v):
    if isinstance(v, dict): return {(k if isinstance(k, str) else "?"): plain(x) for k, x in v.items()}
    if isinstance(v, (list, tuple)): return [plain(x) for x in v]
    if isinstance(v, (datetime.date, datetime.datetime)): return str(v)
    return v
lines = []
for d in docs:
    row = {"yaml": d}
    try: row["value"] = plain(yaml.load(d, yaml.FullLoader))
    except Exception as e: row["error"] = type(e).__name__
    lines.append(json.dumps(row))
open(out + "/documents.jsonl", "w").write("\n".join(lines) + "\n")
print(len(lines), yaml.__version__)
