"""Writes filters.jsonl: what the filters of lm-evaluation-harness make of responses."""

import json
import pathlib

import lm_eval.filters  # noqa: F401 registers them
from lm_eval.api.registry import get_filter

RESPONSES = ["Person: Ada, Bob\nLocation : none $$ date: 1 May", "PER: x $$ LOC: a, none, b$$", "the company: ACME org:none", "", "per:per",
             "people: a:b $ time: 5 pm\n\nplaces:Kenya, uganda $$"]
CHOICES = ["Guilty", "Guilty of Romance", " not this. ", "C"]
ANSWERS = ["The answer is (B).", "I say guilty of romance", "Guilty!", ": D", "nothing", "", "maybe NOT THIS", "it is: \n A", "(A) or (C)",
           "Guilty of Romance or Guilty", "C", "##(D)"]
with open(pathlib.Path(__file__).parent / "filters.jsonl", "w", encoding="utf-8") as out:
    def write(**line):
        out.write(json.dumps(line, ensure_ascii=False) + "\n")

    for response in RESPONSES:
        write(filter="format_span", response=response, filtered=get_filter("format_span")().apply([[response]], [{}])[0][0])
    for keywords in [{"regex_pattern": r"(\([A-Z]\))"}, {"regex_pattern": r"(\([A-Z]\))", "group_select": -1},
                     {"regex_pattern": r"(\([A-Z]\))", "ignore_case": True, "ignore_punctuation": True},
                     {"regex_pattern": "x{9}", "ignore_case": True, "regexes_to_ignore": ["gui", r"\s+"], "fallback": "?"}]:
        for response in ANSWERS:
            made = get_filter("multi_choice_regex")(**keywords).apply([[response]], [{"choices": CHOICES}])
            write(filter="multi_choice_regex", keywords=keywords, choices=CHOICES, response=response, filtered=made[0][0])
    for response in ["[('a', 'DET'), ('dog', 'NOUN')]", "", "('x', '')('y', 'V')", "('it''s', 'P')"]:
        made = get_filter("regex_pos")().apply([[response]], [{}])
        write(filter="regex_pos", response=response, filtered=list(made)[0][0])
