"""Records a SentencePiece model and what LlamaTokenizer makes of texts: see README.md. Usage: python make_llama.py DIRECTORY"""
import json
import pathlib
import sys
import tempfile

import sentencepiece
from transformers import AutoTokenizer

root = pathlib.Path(sys.argv[1])
texts = [
    "the quick brown fox jumps over the lazy dog", "a tokenizer cuts texts into pieces",
    "user asks and the assistant answers", "what is said is said, and what is not is not"] * 3
with tempfile.TemporaryDirectory() as work:
    corpus = pathlib.Path(work, "in.txt")
    corpus.write_text("\n".join(texts))
    sentencepiece.SentencePieceTrainer.train(
        input=str(corpus), model_prefix=str(root / "llama"), model_type="bpe", vocab_size=330, byte_fallback=True,
        normalization_rule_name="identity", remove_extra_whitespaces=False)
    (root / "llama.vocab").unlink()
    folder = pathlib.Path(work, "folder")
    folder.mkdir()
    (folder / "tokenizer.model").write_bytes((root / "llama.model").read_bytes())
    (folder / "config.json").write_text('{"model_type": "llama"}')
    plain = {"content": "<|user|>", "lstrip": False, "normalized": False, "rstrip": False, "single_word": False,
             "special": True}
    cases = []
    for config in [
            {"add_bos_token": True},
            {"add_bos_token": True, "add_eos_token": True, "legacy": True},
            {"add_bos_token": False},
            {"add_bos_token": True, "bos_token": "</s>", "legacy": False},
            {"add_bos_token": True, "bos_token": plain | {"content": "<s>", "__type": "AddedToken"}, "added_tokens_decoder": {
                "330": plain, "331": plain | {"content": "<pad>"}}, "pad_token": "<pad>"}]:
        config["tokenizer_class"] = "LlamaTokenizer"
        (folder / "tokenizer_config.json").write_text(json.dumps(config))
        tokenizer = AutoTokenizer.from_pretrained(folder)
        cases.append({"config": config, "size": len(tokenizer), "ids": {
            text: tokenizer(text).input_ids for text in [
                "", "the fox", "the  fox\nü", "a</s>what is", "<s>user<|user|>asks <pad>", "<|user|> dog"]}})
    (root / "llama.json").write_text(json.dumps(cases, indent=1) + "\n")
