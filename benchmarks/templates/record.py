"""Random Jinja templates and what Jinja makes of them, in the two environments that matter here.

Usage: record.py COUNT SEED OUT     writes OUT/chat.jsonl and OUT/harness.jsonl, COUNT / 2 each

The rows are those of shared/template/src/test/resources/golden: names for the templates below
("doc"), or a template with the text ("expected") or the failure ("error"). Needs jinja2 and
transformers.
"""

import copy
import datetime
import json
import pathlib
import random
import re
import signal
import sys

import jinja2
from transformers.utils import chat_template_utils

DOC = {
    "text": "The quick  brown fox's tail ",
    "n": 3,
    "f": 2.5,
    "neg": -4,
    "b": True,
    "none": None,
    "big": 12345678901234567890,
    "small": 1e-07,
    "es": "",
    "num": "12",
    "uni": "Éa ŉ ß 😀\u200b ǆ",
    "html": "<a href='x'>&\"</a>",
    "lines": "one\n  two\r\n\nthree\t4",
    "xs": [3, 1, 2, 1],
    "ss": ["b", "A", "c", "a", "é"],
    "mixed": [1, "a", None, 2.5, True, [1, 2], {"k": "v"}],
    "pairs": [["a", 1], ["b", 2], ["c", 3]],
    "empty": [],
    "d": {"k": "v", "n": 1, "z": [1, 2], "a b": None},
    "ed": {},
    "items": "shadow",
    "values": [1, 2],
    "nested": {"a": {"b": [1, [2, 3.5, None, True], {"k": "v"}]}, "c": []},
    "messages": [
        {"role": "system", "content": "Be  brief."},
        {"role": "user", "content": "Hi <b>'you'</b>\n"},
        {"role": "assistant", "content": None, "tool_calls": [{"name": "f", "arguments": {"x": 1}}]},
        {"role": "user", "content": [{"type": "text", "text": "é"}]},
    ],
    "bos_token": "<s>",
    "eos_token": "</s>",
    "add_generation_prompt": True,
}
STRINGS = ["text", "es", "num", "uni", "html", "lines", "bos_token", "ss[0]", "d.k", "messages[0].role",
           "messages[1]['content']", "pairs[0][0]"]
INTS = ["n", "neg", "big", "xs[0]", "d.n", "xs|length"]
FLOATS = ["f", "small", "nested.a.b[1][1]"]
LISTS = ["xs", "ss", "mixed", "pairs", "empty", "values", "messages", "nested.a.b", "d.z"]
DICTS = ["d", "ed", "nested", "messages[0]", "messages[2]", "nested.a"]
WORDS = ["a", "b", "role", "user", " ", "  ", "", "é", "\\n", "x y", "The", "it\\'s", "<", "1", "1.50", "0x1f", "-7",
         "ß", "ŉ", "😀", "{}", "%s", "%d", "A-b c", ".", ",", "\\t", "\\\\", "ǆ", "\\u00e9", "_", "None", "true"]


class Generator:
    def __init__(self, seed, chat=False):
        self.chat = chat
        self.r = random.Random(seed)
        self.names = []  # set by the template so far
        self.macros = []
        self.loops = 0

    def pick(self, *choices):
        return self.r.choice(choices)

    def chance(self, p):
        return self.r.random() < p

    def word(self):
        quote = self.pick("'", "'", '"')
        text = self.r.choice(WORDS)
        if quote == '"':
            text = text.replace("\\'", "'")
        return quote + text + quote

    def any(self, depth):
        kind = self.pick(self.str, self.str, self.int, self.float, self.bool, self.list, self.dict, self.name)
        return kind(depth)

    def name(self, depth):
        if self.names and self.chance(0.7):
            return self.r.choice(self.names)
        return self.pick("none", "None", "nowhere", "d.nowhere", "xs[9]", "text.nowhere", "loop", "mixed[2]",
                         "mixed[-1]", "nested.a.b[-1].k", "namespace", "true", "False", "undefined", "messages[2].content")

    def loose(self, kind, depth):
        """Mostly of the kind."""
        return kind(depth) if self.chance(0.93) else self.any(depth)

    def str(self, depth):
        if depth <= 0 or self.chance(0.2):
            return self.pick(self.word(), self.word(), self.r.choice(STRINGS))
        d = depth - 1
        s = lambda: self.loose(self.str, d)
        i = lambda: self.loose(self.small, d)
        return self.pick(
            lambda: f"{s()} ~ {self.any(d)}",
            lambda: f"{s()} + {s()}",
            lambda: f"{s()} * {i()}",
            lambda: f"({s()})|{self.text_filter(d)}",
            lambda: f"({s()}).{self.text_method(d)}",
            lambda: f"({s()}).{self.text_method(d)}",
            lambda: f"({self.str(d)})[{self.pick('0', '-1', i(), '1:', ':-1', '::-1', '1:4', '::2', f'{i()}:{i()}', '-3:', f'::{i()}')}]",
            lambda: f"({s()} if {self.bool(d)} else {s()})",
            lambda: f"({s()} if {self.bool(d)})",
            lambda: f"({self.any(d)})|string",
            lambda: f"({self.any(d)})|tojson{self.pick('', '', '', '(indent=2)', '(2)', '(indent=none)')}",
            lambda: f"({self.loose(self.list, d)})|join{self.pick('', f'({self.word()})', '(d=' + self.word() + ')', '(attribute=0)')}",
            lambda: f"({self.word()}).join({self.loose(self.list, d)})",
            lambda: self.percent(d),
            lambda: self.braces(d),
            lambda: f"({self.name(d)})|default({s()}{self.pick('', ', true', ', boolean=true', ', false')})",
            lambda: f"({self.dict(d)})[{self.word()}]",
            lambda: f"({self.dict(d)}).{self.pick('k', 'a', 'role', 'content', 'nowhere')}",
            lambda: f"({self.str(d)} {self.pick('or', 'and')} {self.any(d)})",
            lambda: self.call_macro(d),
            lambda: f"({self.float(d)})|{self.pick('round', 'round(1)', 'round(2)', 'string')}",
            lambda: f"({self.list(d)})|{self.pick('first', 'last', 'max', 'min')}",
            lambda: self.missing(d),
        )()

    def missing(self, d):
        """A filter or a test that is not there, mostly where it is not reached."""
        name = self.pick("nowhere", "nowhere", "length.items", "upper.nowhere", "string . lower")
        value = self.pick(
            lambda: f"({self.str(d)})|{name}{self.pick('', '', '()', '(1)', '.x', '|upper')}",
            lambda: f"({self.any(d)}) is {self.pick('', 'not ')}{self.pick('nowhere', 'odd.even', 'defined.x', 'nowhere(1)', 'nowhere n')}",
        )()
        return self.pick(
            lambda: f"({value} if {self.pick('false', 'es', 'b', self.bool(d))} else {self.str(d)})",
            lambda: f"({self.str(d)} if {self.pick('true', 'b', 'n', self.bool(d))} else {value})",
            lambda: f"({self.pick('false', '0', 'es', '1 > 2', 'true', self.bool(d))} and {value})",
            lambda: f"({self.pick('true', '1', 'b', '2 > 1', 'none', self.bool(d))} or {value})",
            lambda: f"({self.pick('1 > 2', '2 > 1', 'n > 4')} {self.pick('<', '==')} {value})",
            lambda: value,
        )()

    def call_macro(self, depth):
        if not self.macros:
            return self.word()
        name, parameters = self.r.choice(self.macros)
        given = [self.any(depth - 1) for _ in range(self.r.randint(0, parameters))]
        if self.chance(0.3):
            given.append(f"p0={self.any(depth - 1)}")
        return f"{name}({', '.join(given)})"

    def percent(self, d):
        spec = self.pick("%s", "%d", "%5s|", "%-5s|", "%05d", "%.2f", "%r", "%x", "%X", "%o", "%e", "%g", "%+d", "%%", "%c", "%i",
                         "%5.1f", "%.3s", "%G", "%E", "%#x", "% d", "%*d", "%a", "%(k)s", "%F", "%#o", "%.0f", "%10.3e", "%u")
        value = self.pick(self.int, self.float, self.any)(d)
        if self.chance(0.3):
            return f"'{spec} {self.pick('%s', '%d', '%r')}' % ({value}, {self.any(d)})"
        if spec == "%(k)s":
            return f"'{spec}' % {self.pick('d', self.dict(d))}"
        if self.chance(0.3):
            return f"'{spec}'|format({value})"
        return f"'{spec}' % {self.pick('(' + value + ')', '(' + value + ',)')}"

    def braces(self, d):
        spec = self.pick("{}", "{0}", "{:5}|", "{:<5}|", "{:>5}|", "{:^7}|", "{:*^9}", "{:d}", "{:.2f}", "{:05d}", "{:x}", "{:,}", "{:+}",
                         "{!r}", "{!s:>6}", "{:e}", "{:g}", "{:%}", "{a}", "{0[0]}", "{:b}", "{:#x}", "{:_}", "{:n}", "{:.3}", "{:c}",
                         "{:010.3f}", "{:,.2f}", "{:=+6d}", "{!a}", "{{}}", "{0} {0}", "{} {}", "{:<}", "{0.k}", "{:s}", "{: }", "{:.1%}", "{:G}", "{:o}", "{:{}}")
        value = self.pick(self.int, self.float, self.str, self.any)(d)
        given = f"a={value}" if spec == "{a}" else self.pick(value, f"{value}, {self.any(d)}")
        return f"'{spec}'.format({given})"

    def text_filter(self, d):
        w = self.word
        return self.pick("upper", "lower", "title", "capitalize", "trim", "trim", f"trim({w()})", "length", "count", "list", "first", "last", "string",
                         f"replace({w()}, {w()})", f"replace({w()}, {w()}, {self.small(d)})", "wordcount", "reverse", "escape", "e", "safe",
                         f"indent({self.pick('', '2', '4, true', 'first=true', 'width=3, blank=true', w())})", "truncate(" + self.pick("", "5", "9, true", "7, true, ''", "8, false, '', 0", "3, end=''") + ")",
                         f"center({self.pick('', '9', '12')})", "int", "float", "int(7)", "float(1.5)", "int(base=16)", "int(0, 16)", "tojson", "abs", "sort", "unique|list", "urlencode",
                         "wordwrap", "wordwrap(" + self.pick("5", "7, false", "6, wrapstring='|'", "8, break_on_hyphens=false") + ")", "striptags", "forceescape",
                         f"default({w()})", f"d({w()}, true)", "batch(2)|list", "slice(2)|list", "sum", "round", "filesizeformat", "max", "min", "items|list", "xmlattr", "random|length", "select|list", "map('upper')|join", *([] if self.chat else ["regex_replace('[aeiou]', '_')", "regex_replace('(\\\\w+)', '<\\\\1>')"]), "join('-')", "dictsort", "groupby('x')|list")

    def text_method(self, d):
        w = self.word
        i = lambda: self.small(d)
        return self.pick("upper()", "lower()", "title()", "capitalize()", "swapcase()", "casefold()", "strip()", "lstrip()", "rstrip()", f"strip({w()})",
                         f"lstrip({w()})", f"rstrip({w()})", "split()", f"split({w()})", f"split({w()}, {i()})", f"split(none, {i()})", f"split({w()})[0]", f"split({w()})[-1]", f"rsplit({w()}, 1)",
                         f"split(maxsplit={i()})", f"replace({w()}, {w()})", f"replace({w()}, {w()}, {i()})", f"startswith({w()})", f"endswith({w()})", f"startswith(({w()}, {w()}))",
                         f"find({w()})", f"rfind({w()})", f"find({w()}, {i()})", f"index({w()})", f"rindex({w()})", f"count({w()})", f"partition({w()})", f"rpartition({w()})",
                         f"removeprefix({w()})", f"removesuffix({w()})", "isdigit()", "isalpha()", "isalnum()", "isupper()", "islower()", "isspace()", "isnumeric()", "isdecimal()",
                         "istitle()", "isascii()", "isidentifier()", "isprintable()", f"zfill({i()})", f"center({i()})", f"ljust({i()})", f"rjust({i()}, '*')", f"center({i()}, '.')",
                         "splitlines()", "splitlines(true)", "expandtabs()", "expandtabs(3)", "format()", f"join(ss)", "translate({97: 'x'})", "maketrans('a', 'b')", f"format_map(d)", f"count({w()}, {i()})", "nowhere()")

    def small(self, depth):
        return self.pick("0", "1", "2", "3", "5", "-1", "-2", "n", "4", "10", "xs[1]")

    def int(self, depth):
        if depth <= 0 or self.chance(0.25):
            return self.pick("0", "1", "2", "7", "42", "1_000", "0x1f", "0b101", "0o17", "-3", self.r.choice(INTS))
        d = depth - 1
        i = lambda: self.loose(self.int, d)
        return self.pick(
            lambda: f"({i()} {self.pick('+', '-', '*', '//', '%')} {i()})",
            lambda: f"{i()} {self.pick('+', '-', '*', '//', '%')} {i()}",
            lambda: f"{i()} ** {self.small(d)}",
            lambda: f"-({i()})",
            lambda: f"+{i()}",
            lambda: f"({i()})|abs",
            lambda: f"({self.any(d)})|int",
            lambda: f"({self.str(d)})|{self.pick('length', 'int', 'count', 'wordcount')}",
            lambda: f"({self.list(d)})|{self.pick('length', 'sum', 'count', 'first', 'last', 'max', 'min')}",
            lambda: f"({self.dict(d)})|length",
            lambda: f"({self.list(d)})." + self.pick("index(1)", "count(1)", "index('a')", "count('a')"),
            lambda: f"({self.str(d)}).{self.pick('find', 'count', 'rfind')}({self.word()})",
            lambda: f"({i()} if {self.bool(d)} else {i()})",
            lambda: self.pick("loop.index", "loop.index0", "loop.revindex", "loop.revindex0", "loop.length", "loop.depth", "loop.depth0") if self.loops else "n",
        )()

    def float(self, depth):
        if depth <= 0 or self.chance(0.3):
            return self.pick("0.0", "1.5", "2.0", "1e3", "1e-5", "3.14159", "1e16", "1.5e300", "0.1", "-2.5", "1E2", "1e22", self.r.choice(FLOATS))
        d = depth - 1
        x = lambda: self.loose(self.pick(self.float, self.int), d)
        return self.pick(
            lambda: f"({x()} {self.pick('+', '-', '*', '/', '/', '//', '%')} {x()})",
            lambda: f"{x()} ** {self.pick('2', '-1', '2.0')}",
            lambda: f"({x()})|round(" + self.pick("", "1", "2", "-1", "0, 'floor'", "1, 'ceil'", "method='floor'", "1, 'common'", "precision=3") + ")",
            lambda: f"({self.any(d)})|float",
            lambda: f"({self.list(d)})|sum",
            lambda: f"-{x()}",
            lambda: f"({x()})|abs",
        )()

    def bool(self, depth):
        if depth <= 0 or self.chance(0.15):
            return self.pick("true", "false", "b", "True", "none", self.name(0))
        d = depth - 1
        a = lambda: self.any(d)
        return self.pick(
            lambda: f"{self.int(d)} {self.pick('==', '!=', '<', '<=', '>', '>=')} {self.int(d)}",
            lambda: f"({self.str(d)}) {self.pick('==', '!=', '<', '>=')} ({self.str(d)})",
            lambda: f"({a()}) {self.pick('==', '!=')} ({a()})",
            lambda: f"({a()}) {self.pick('==', '!=', '<', '>')} ({a()})",
            lambda: f"({self.str(d)}) {self.pick('in', 'not in')} ({self.str(d)})",
            lambda: f"({a()}) {self.pick('in', 'not in')} ({self.list(d)})",
            lambda: f"({self.word()}) {self.pick('in', 'not in')} ({self.dict(d)})",
            lambda: f"not {self.bool(d)}",
            lambda: f"({self.bool(d)}) {self.pick('and', 'or')} ({self.bool(d)})",
            lambda: f"({a()}) is {self.pick('', 'not ')}{self.test(d)}",
            lambda: f"({a()}) is {self.pick('', 'not ')}{self.test(d)}",
            lambda: f"({self.name(d)}) is {self.pick('', 'not ')}{self.pick('defined', 'undefined', 'none')}",
            lambda: f"{self.int(d)} {self.pick('<', '<=')} {self.int(d)} {self.pick('<', '<=', '==')} {self.int(d)}",
            lambda: f"({self.str(d)}).{self.pick('startswith', 'endswith')}({self.word()})",
            lambda: self.pick("loop.first", "loop.last", "loop.changed(n)", "loop.previtem is defined", "loop.nextitem is defined") if self.loops else "b",
        )()

    def test(self, d):
        return self.pick("defined", "undefined", "none", "string", "number", "integer", "float", "boolean", "true", "false", "mapping", "sequence", "iterable",
                         "callable", "odd", "even", "upper", "lower", "escaped", "divisibleby(2)", "divisibleby 3", f"in({self.list(d)})", "in [1, 2]", "eq(1)", "equalto(1)", "ne 1", "lt(2)", "gt 0", "ge(1)", "le 1",
                         "lessthan(3)", "greaterthan(1)", "sameas(none)", "sameas true", "filter", "test")

    def list(self, depth):
        if depth <= 0 or self.chance(0.3):
            return self.r.choice(LISTS)
        d = depth - 1
        l = lambda: self.loose(self.list, d)
        return self.pick(
            lambda: "[" + ", ".join(self.any(d) for _ in range(self.r.randint(0, 3))) + self.pick("", "", "]"[:0]) + "]",
            lambda: "[" + ", ".join(self.int(d) for _ in range(self.r.randint(1, 4))) + "]",
            lambda: "[" + ", ".join(self.word() for _ in range(self.r.randint(1, 4))) + ",]",
            lambda: "(" + ", ".join(self.any(d) for _ in range(self.r.randint(2, 3))) + ")",
            lambda: "(" + self.any(d) + ",)",
            lambda: f"({self.list(d)})[{self.pick('1:', ':2', '::-1', '-2:', ':-1', '::2', '1:3', f'{self.small(d)}:{self.small(d)}')}]",
            lambda: f"({l()}) + ({l()})",
            lambda: f"({l()}) * {self.small(d)}",
            lambda: f"({l()})|{self.list_filter(d)}",
            lambda: f"({l()})|{self.list_filter(d)}",
            lambda: f"({self.dict(d)}).{self.pick('items()', 'keys()', 'values()', 'items()|list', 'keys()|list', 'values()|list')}",
            lambda: f"({self.dict(d)})|" + self.pick("dictsort", "items|list", "list", "dictsort(true)", "dictsort(by='value')", "dictsort(reverse=true)", "sort"),
            lambda: f"({self.str(d)}).split({self.pick('', self.word())})",
            lambda: f"range({self.pick('3', '1, 4', '5, 0, -2', '0', 'n', self.int(0))})",
            lambda: f"range({self.small(d)})|list",
            lambda: f"({self.str(d)})|list",
            lambda: f"({self.str(d)}).splitlines()",
            lambda: f"dict({self.pick('a=1', 'xs=xs', '')}).items()",
            lambda: f"({l()}).copy()",
        )()

    def list_filter(self, d):
        return self.pick("list", "sort", "sort(reverse=true)", "sort(case_sensitive=true)", "reverse|list", "unique|list", "first", "last", "map('upper')|list", "map('string')|list", "map('int')|list", "map('length')|list",
                         "map(attribute='role')|list", "map(attribute='nowhere', default='x')|list", "map(attribute=0)|list", "map(attribute='0')|list", "select|list", "select('string')|list", "select('number')|list", "select('odd')|list", "select('equalto', 1)|list", "select('in', [1, 2])|list",
                         "reject|list", "reject('none')|list", "reject('string')|list", "selectattr('role')|list", "selectattr('role', 'equalto', 'user')|list", "selectattr('role', '==', 'user')|list", "selectattr('content', 'string')|list", "rejectattr('role', 'in', ['user'])|list", "rejectattr('tool_calls', 'defined')|list",
                         "batch(2)|list", "batch(3, 'x')|list", "slice(2)|list", "slice(3, 'x')|list", "groupby('role')|list", "groupby('role')|map('first')|list", "groupby(0)|list", "groupby('type', default='q')|list", "sum(start=1)", "sum(attribute=1)", "sort(attribute='role')|map(attribute='role')|list", "sort(attribute=1)", "min", "max", "max(attribute=1)", "min(case_sensitive=true)", "tojson", "join(',')", "join(', ', attribute='role')", "length",
                         "map('tojson')|list", "map('tojson')", "map('replace', 'a', 'b')|list", "map('default', 'q')|list", "map('trim')|join", "unique(case_sensitive=true)|list", "unique(attribute='role')|map(attribute='role')|join(',')", "map('join', '-')|list", "map('escape')|list", "string", "items|list", "tojson|list", "map('round', 1)|list", "map('abs')|list", "map('first')|list", "map('select')|list", "sort(attribute='role,content')|length", "d(1)", "reject('odd')|map('float')|sum", "map(attribute='content')|select('string')|join('|')", "map('nowhere')|list", "map(attribute='a.b')|list", "select('nowhere')|list")

    def dict(self, depth):
        if depth <= 0 or self.chance(0.4):
            return self.r.choice(DICTS)
        d = depth - 1
        return self.pick(
            lambda: "{" + ", ".join(f"{self.pick(self.word(), self.word(), '1', 'n', 'text', 'true', '1.0', 'none', '(1, 2)')}: {self.any(d)}" for _ in range(self.r.randint(0, 3))) + "}",
            lambda: "{" + f"'k': {self.any(d)}, 'a': {self.any(d)}" + "}",
            lambda: f"dict({self.pick('', 'a=1', 'k=text, z=none', 'd', 'd, k=2', 'pairs', '[(1, 2)]', '**d')})",
            lambda: f"({self.dict(d)}).copy()",
            lambda: f"({self.dict(d)})|{self.pick('dictsort|first', 'items|first', 'tojson', 'length', 'list', 'string', 'default({})')}",
            lambda: f"({self.dict(d)}).get({self.word()}{self.pick('', ', {}', ', ' + self.any(d))})",
            lambda: f"({self.list(d)})|first",
            lambda: f"namespace({self.pick('', 'a=1', 'k=text', 'd')})",
        )()

    # statements

    def dash(self):
        return self.pick("", "", "", "-", "+") 

    def tag(self, text):
        return "{%" + self.pick("", "", "-", "+", "-") + self.pick(" ", "", "  ") .replace("", " ", 1) + text + " " + self.pick("", "", "-", "+") + "%}"

    def gap(self):
        return self.pick("", "", "\n", " ", "\n  ", "  \n", "x", " y\n", "\t", "\n\n")

    def statements(self, depth, count=None):
        return "".join(self.gap() + self.statement(depth) + self.gap() for _ in range(count or self.r.randint(1, 3)))

    def printed(self, depth):
        minus = self.pick("", "", "", "-", "+")
        close = self.pick("", "", "", "-")
        return "{{" + minus + " " + self.any(depth) + " " + close + "}}"

    def statement(self, depth):
        if depth <= 0 or self.chance(0.45):
            return self.printed(self.r.randint(1, 3))
        d = depth - 1
        kind = self.pick(self.if_, self.if_, self.for_, self.for_, self.set_, self.set_, self.capture, self.macro, self.call, self.filter, self.with_, self.raw, self.comment, self.namespace_, self.recursive, self.special, self.asking)
        return kind(d)

    def asking(self, d):
        """Statements with a missing filter in a branch."""
        inside = self.pick(
            lambda: "{{ " + self.missing(1) + " }}",
            lambda: self.tag("set v = " + self.missing(1)),
            lambda: self.tag("for x in " + self.missing(1)) + self.tag("endfor"),
            lambda: self.tag("for x in xs if " + self.missing(1)) + self.tag("endfor"),
            lambda: self.tag("filter nowhere") + "a" + self.tag("endfilter"),
            lambda: self.tag("set v | nowhere.x") + "a" + self.tag("endset"),
            lambda: self.tag("with v = " + self.missing(1)) + "a" + self.tag("endwith"),
            lambda: self.tag("macro mq(p=" + self.missing(1) + ")") + "a" + self.tag("endmacro"),
            lambda: self.tag("for x in xs") + "{{ " + self.missing(1) + " }}" + self.tag("endfor"),
            lambda: self.statements(d),
        )()
        test = self.pick("false", "es", "b", "none", self.bool(1), self.missing(1))
        out = self.tag("if " + test) + inside
        if self.chance(0.5):
            out += self.tag("else") + self.pick(inside, self.statements(d))
        return out + self.tag("endif")

    def if_(self, d):
        out = self.tag("if " + self.bool(2)) + self.statements(d)
        while self.chance(0.3):
            out += self.tag("elif " + self.bool(2)) + self.statements(d)
        if self.chance(0.5):
            out += self.tag("else") + self.statements(d)
        return out + self.tag("endif")

    def for_(self, d):
        target, sequence = self.pick(
            ("x", self.list(2)), ("x", self.list(1)), ("x", "xs"), ("k, v", self.dict(1) + ".items()"), ("k, v", "pairs"), ("(k, v)", "pairs"), ("k, v", f"({self.dict(1)})|dictsort"),
            ("x", self.str(1)), ("message", "messages"), ("x", self.dict(1)), ("k, (a, v)", "[[1, [2, 3]]]"), ("x, y", self.list(1)), ("x", self.any(1)), ("k, v", "(xs)|batch(2)"), ("role, group", "messages|groupby('role')"))
        condition = " if " + self.pick(self.bool(1), "x", "loop is undefined", "x is string", "k != 'a'") if self.chance(0.25) else ""
        kept, self.loops = list(self.names), self.loops + 1
        self.names += re.findall(r"\w+", target)
        inside = self.statements(d)
        if self.chance(0.5):
            inside += "{{ loop." + self.pick("index", "index0", "revindex", "revindex0", "first", "last", "length", "depth", "depth0", "previtem", "nextitem", "cycle('a', 'b')", "cycle(*xs)", "changed(n)", "changed(loop.index // 2)", "nowhere") + " }}"
        if self.chance(0.15):
            inside += self.tag(f"if loop.index == 2") + self.tag(self.pick("break", "continue")) + self.tag("endif") + "z"
        self.names, self.loops = kept, self.loops - 1
        tail = self.tag("else") + self.statements(d, 1) if self.chance(0.25) else ""
        return self.tag(f"for {target} in {sequence}{condition}") + inside + tail + self.tag("endfor")

    def recursive(self, d):
        return self.tag("for x in " + self.pick("[1, [2, [3]], 4]", "nested.a.b", "[[1], [2]]") + " recursive") + "{{ loop.depth }}:" + \
            "{% if x is string or x is not iterable or x is mapping %}{{ x }}{% else %}({{ loop(x) }}){% endif %}" + self.tag("endfor")

    def set_(self, d):
        name = self.pick("v", "w", "x", "q", "y")
        if self.chance(0.15):
            out = self.tag("set v, w = " + self.pick("1, 2", "pairs[0]", "xs[:2]", self.any(1), "'ab'", "(1, (2, 3))"))
            self.names += ["v", "w"]
            return out
        out = self.tag(f"set {name} = {self.any(3)}")
        self.names.append(name)
        return out

    def capture(self, d):
        name = self.pick("c", "v")
        out = self.tag(f"set {name}{self.pick('', '', ' | upper', ' | trim', ' | indent(2)', ' | length')}") + self.statements(d) + self.tag("endset")
        self.names.append(name)
        return out

    def macro(self, d):
        name = self.pick("m", "mm", "show")
        count = self.r.randint(0, 3)
        required = self.r.randint(0, count)
        parameters = [f"p{i}" + ("" if i < required else "=" + self.pick(self.any(1), self.word())) for i in range(count)]
        kept = list(self.names)
        self.names += [f"p{i}" for i in range(count)]
        body = self.statements(d) + self.pick("", "", "{{ caller() }}", "{{ varargs }}", "{{ kwargs }}", "{{ caller is defined }}", "{{ " + name + ".name }}", "{{ varargs|length }}{{ kwargs|length }}")
        self.names = kept
        self.macros.append((name, count))
        after = self.pick("", "{{ %s.arguments }}" % name, "{{ %s.name }}{{ %s.catch_kwargs }}{{ %s.catch_varargs }}{{ %s.caller }}" % (name, name, name, name), "{{ %s(1, 2, 3, 4) }}" % name, "{{ %s() }}" % name, "{{ %s(q=1) }}" % name, "{{ %s(*xs) }}" % name, "{{ %s(**d) }}" % name) if self.chance(0.4) else ""
        return self.tag(f"macro {name}({', '.join(parameters)})") + body + self.tag("endmacro") + after

    def call(self, d):
        if not self.macros:
            return self.macro(d)
        name, count = self.r.choice(self.macros)
        return self.tag(f"call{self.pick('', '', '(u)', '(u=1)')} {name}({', '.join(self.any(1) for _ in range(self.r.randint(0, count)))})") + self.statements(d) + self.pick("", "{{ u }}") + self.tag("endcall")

    def filter(self, d):
        return self.tag("filter " + self.pick("upper", "trim", "indent(2)", "replace('a', 'b')", "title|trim", "length", "escape", "wordcount", "tojson", "reverse", "default('q')", "indent(width=2, first=true)|upper")) + self.statements(d) + self.tag("endfilter")

    def with_(self, d):
        return self.tag("with " + self.pick("", "v = 1", "v = text, w = v", "x = xs|first", "v, w = 1, 2" , f"v = {self.any(1)}")) + self.statements(d) + self.pick("", "{{ v }}") + self.tag("endwith")

    def raw(self, d):
        return self.tag("raw") + self.pick("{{ x }}", "{% if %}", " a \n", "{# c #}", "") + self.tag("endraw")

    def comment(self, d):
        return self.pick("{#", "{#-", "{#+") + self.pick(" c ", "", " {{ x }} ", "\n") + self.pick("#}", "-#}", "+#}")

    def namespace_(self, d):
        out = self.tag(f"set ns = namespace({self.pick('', 'k=0', 'k=text, v=1', 'd')})") + self.tag(f"for x in {self.pick('xs', 'ss')}") + self.tag(f"set ns.{self.pick('k', 'v')} = {self.pick('x', 'loop.index', self.any(1), 'ns.k ~ x')}") + self.tag("endfor") + self.pick("{{ ns.k }}", "{{ ns.v }}", "{{ ns.nowhere }}", "{{ ns['k'] }}")
        self.names.append("ns.k")
        return out

    def special(self, d):
        return self.pick("{% generation %}" + self.statements(d) + "{% endgeneration %}", "{{ raise_exception('no: ' ~ n) }}", "{{ strftime_now('%Y-%m-%d %d %b %H') }}",
                         "{% set j = joiner('|') %}{{ j() }}{{ j() }}", "{% set c = cycler('a', 'b') %}{{ c.next() }}{{ c.next() }}{{ c.current }}{{ c.next() }}{{ c.reset() }}{{ c.current }}", "{% do xs.append(1) %}", "{{ lipsum is defined }}",
                         "{% if xs %}{% endif %}", "{{ ''.join(ss) }}", "{{ d['items'] is callable }}", "{% block a %}x{% endblock %}", "{{ super() }}", "{% include 'x' %}", "{% include 'x' ignore missing %}", "{% autoescape false %}{{ html }}{% endautoescape %}", "{{ messages[0]['role']|upper ~ '\\n' }}", "{{- bos_token }}", "{%- if add_generation_prompt %}{{ '<|assistant|>' }}{%- endif %}", "{% set x %}a{% endset %}{{ x|upper }}", "{{ x is defined and x }}", "{{ 1 if n else }}", "{{ (1, 2) < (1, 3) }}", "{{ [1, 2] < [1, 'a'] }}", "{{ 'a' < 1 }}", "{{ {} }}{{ () }}{{ [] }}", "{{ {'a': 1, 'a': 2} }}", "{{ {1: 'a', true: 'b', 1.0: 'c'} }}", "{{ [1, 1.0, true]|unique|list }}", "{{ 'a' 'b' }}", "{{ \"a\" 'b' ~ 'c' }}", "{{ 1.0e5 }}{{ 1e100 }}{{ 123456789.123 }}", "{{ n.real }}{{ f.is_integer() }}{{ n.bit_length() }}", "{{ xs is sameas xs }}", "{{ -n ** 2 }}{{ 2 ** 3 ** 2 }}", "{{ not n is none }}", "{{ n is not none }}", "{{ xs.0 }}{{ xs.1 }}", "{{ pairs.0.1 }}", "{{ d|attr('items') is callable }}", "{{ d|attr('k') }}", "{{ text|attr('upper')() }}")

    def broken(self, text):
        """A small change that may break the template."""
        at = self.r.randint(0, max(0, len(text) - 1))
        return self.pick(text[:at] + text[at + 1:], text[:at] + self.pick("(", "}", "'", "|", "%", " in ", "[", ".", ",", "=", "{%", "{{", "~", "#}") + text[at:])

    def template(self):
        self.names, self.macros, self.loops = [], [], 0
        text = self.statements(self.r.randint(0, 3), self.r.randint(1, 3))
        return self.broken(text) if self.chance(0.04) else text


class FixedTime(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return datetime.datetime(2024, 7, 3, 9, 5, 6)


def environments():
    chat_template_utils.datetime = FixedTime
    harness = jinja2.Environment(undefined=jinja2.StrictUndefined, keep_trailing_newline=True)
    harness.filters["regex_replace"] = lambda s, pattern, repl, count=0: re.sub(pattern, repl, s, count=count)
    return {"chat": chat_template_utils._cached_compile_jinja_template, "harness": harness.from_string}


class TooLong(Exception):
    pass


def too_long(*_):
    raise TooLong()


def rendered(compiled, template):
    row = {"template": template}
    signal.setitimer(signal.ITIMER_REAL, 2)
    try:
        text = compiled(template).render(**copy.deepcopy(DOC))
        json.dumps(text, ensure_ascii=False).encode()
        if len(text) > 20000 or re.search(r"0x[0-9a-f]{8,}", text):
            return None  # too long, or the address of an object
        row["expected"] = text
    except TooLong:
        return None
    except BaseException as e:
        row["error"] = re.sub(r"0x[0-9a-f]{8,}", "0x", f"{type(e).__name__}: {e}")[:300]
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return row


def main(count, seed, out):
    signal.signal(signal.SIGALRM, too_long)
    out.mkdir(parents=True, exist_ok=True)
    for name, compiled in environments().items():
        generator, rows, seen = Generator(f"{seed} {name}", name == "chat"), 0, set()
        with open(out / (name + ".jsonl"), "w", encoding="utf-8") as file:
            print(json.dumps({"doc": DOC}, ensure_ascii=False), file=file)
            while rows < count // 2:
                template = generator.template()
                row = None if template in seen or "random" in template else rendered(compiled, template)
                seen.add(template)
                # a quarter of failures is enough
                if row is None or "error" in row and generator.chance(0.6):
                    continue
                print(json.dumps(row, ensure_ascii=False), file=file)
                rows += 1
        print(f"{rows} templates in {out / (name + '.jsonl')}")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), pathlib.Path(sys.argv[3]))
