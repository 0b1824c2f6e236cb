"""Writes rows.jsonl: odd rows of JSON, and the text that Python's json.loads finds in them.

    python3 make_golden.py > rows.jsonl
"""
import json

DEEP = 100_000
texts = [
    '{"text": "a", "text": "b"}',
    '{"text": null, "text": "kept"}',
    '{"text": 1, "text": ["a", "b"]}',
    '{"text": ["a", 1], "text": "kept"}',
    '{"text": "\\ud800", "text": "kept"}',
    '{"text": {"text": 1, "text": 2}, "text": "kept"}',
    '{"text": [[[]], {"a": null}], "text": "kept"}',
    '{"text": "lost", "text": null}',
    '{"text": "lost", "text": 1, "text": [1]}',
    '{"text": "lost", "text": "\\udc00"}',
    '{"te\\u0078t": null, "text": "kept"}',
    '{"text": "kept", "te\\ud800xt": "other"}',
    '{"text": "kept", "\\ud800text": null}',
    '{"text": "kept", "text\\u0000": null}',
    '{"text": "kept", "meta": {"text": null, "text": {"text": 1}}}',
    '{"meta": {"text": "inner"}, "text": "outer"}',
    '{"meta": {"text": "inner"}}',
    '{"text": "kept", "n": NaN}',
    '{"text": "kept", "n": [Infinity, -Infinity, -0, -0.0, 1e400, -1E-400]}',
    '{"text": "kept", "n": -NaN}',
    '{"text": "kept", "n": +1}',
    '{"text": "kept", "n": nan}',
    '{"text": "kept", "n": inf}',
    '{"text": "kept", "n": INF}',
    '{"text": "kept", "n": +Infinity}',
    '{"text": "kept", "n": 01}',
    '{"text": "kept", "n": -01}',
    '{"text": "kept", "n": 1.}',
    '{"text": "kept", "n": .5}',
    '{"text": "kept", "n": 1.e5}',
    '{"text": "kept", "n": 1e}',
    '{"text": "kept", "n": 1e+}',
    '{"text": "kept", "n": 0x10}',
    '{"text": "kept", "n": 1_000}',
    '{"text": "kept", "n": -}',
    '{"text": "kept", "n": --1}',
    '{"text": "kept", "n": 9223372036854775808}',
    [('{"text": "kept", "n": ', 1), ("9", 2000), ("}", 1)],
    [('{"text": "kept", "n": 0.', 1), ("1", 2000), ("}", 1)],
    [('{"text": "kept", "', 1), ("k", 60_000), ('": 1}', 1)],
    '{"text": "kept", "": 1}',
    '{"text": ""}',
    '{"text": []}',
    '{"text": ["", ""]}',
    '{"text": "kept",}',
    '{"text": "kept", "l": [1,]}',
    '{"text": "kept" "a": 1}',
    "{'text': 'kept'}",
    '{text: "kept"}',
    '{"text": "kept"} ',
    ' \t\r {"text"\t:\r"kept"\t}\r',
    '{"text": "kept"}\f',
    '\u00a0{"text": "kept"}',
    '\u2028{"text": "kept"}',
    '{"text": "kept"}\u0000',
    '\ufeff{"text": "kept"}',
    '{"text": "kept"}\ufeff',
    '{\ufeff"text": "kept"}',
    '{"text": "\ufeffkept\ufeff"}',
    '{"text": "kept"} {"text": "kept"}',
    '{"text": "kept"}// comment',
    '/* comment */{"text": "kept"}',
    '{"text": "\\u00e9\\ud83d\\ude00\\u0000\\/\\b\\f\\n\\r\\t\\"\\\\"}',
    '{"text": "\\uD83D\\uDE00"}',
    '{"text": "\\u12G4"}',
    '{"text": "\\u 123"}',
    '{"text": "\\u+123"}',
    '{"text": "\\u12_4"}',
    '{"text": "\\x41"}',
    '{"text": "\\\'"}',
    '{"text": "\\',
    '{"text": "\\u12',
    '{"text": "kept',
    '{"text": ',
    '{"text"',
    "{",
    "",
    "  ",
    "null",
    "NaN",
    "1",
    "true",
    "True",
    '{"text": None}',
    '{"text": True}',
    '"bare"',
    '"bare" ',
    '"\\u0041"',
    "[]",
    '["kept"]',
    "{}",
    '{"Text": "kept"}',
    [('{"text": "kept", "deep": ', 1), ("[", 500), ("]", 500), ("}", 1)],
    [('{"text": "kept", "deep": ', 1), ("[", DEEP), ("]", DEEP), ("}", 1)],
    [('{"text":', DEEP), ("1", 1), ("}", DEEP)],
    [("[", DEEP)],
]


def text_of(row):
    """The document, or None where there is none: what preprocess_data.py would make of it."""
    try:
        value = json.loads(row)
    except (ValueError, RecursionError):
        return None
    if isinstance(value, str):
        text = value
    elif isinstance(value, dict):
        text = value.get("text")
    else:
        return None
    if isinstance(text, list) and all(isinstance(part, str) for part in text):
        text = "\n\n".join(text)
    if not isinstance(text, str):
        return None
    try:
        text.encode()  # half of a surrogate pair is no character
    except UnicodeEncodeError:
        return None
    return text


for row in texts:
    pieces = [(row, 1)] if isinstance(row, str) else row
    text = text_of("".join(piece * times for piece, times in pieces))
    print(json.dumps({"row": pieces, "text": text}))
