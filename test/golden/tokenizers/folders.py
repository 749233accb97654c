"""Token ids by Python's `AutoTokenizer` for folders that name no tokenizer class, or cut texts on the left.

    python folders.py        (tokenizers 0.22, transformers 4.57; after make.py)

Reads `bytes.json`, `pieces.json` and `cases.json`, and writes `folders.json` beside itself: per folder the case whose
tokenizer.json it holds, what it changes there, its other files, and the ids (also cut to `length` tokens).
"""

import json
import tempfile
from pathlib import Path

from transformers import AutoTokenizer
from transformers.convert_slow_tokenizer import generate_merges

HERE = Path(__file__).parent
LENGTH = 5


def read(name):
    return json.loads((HERE / name).read_text())


def tokenizer_json(case):
    if case["base"] == "bytes":
        model = read("bytes.json")
        vocab = {token: i for i, token in enumerate(model["vocab"])}
        merges = [merge.split(" ") for merge in model["merges"]]
    else:
        pieces = read("pieces.json")
        vocab = {token: i for i, token in enumerate(pieces["tokens"])}
        merges = [list(merge) for merge in generate_merges(vocab, list(zip(pieces["tokens"], pieces["scores"])))]
    return {**case["pipeline"], "model": {**case["pipeline"]["model"], "vocab": vocab, "merges": merges}}


def main():
    golden = read("cases.json")
    cases = {case["name"]: case for case in golden["cases"]}
    # Python gives default tokens that the vocabulary lacks (<unk>) ids beyond it, which no model has rows for.
    texts = [text for text in golden["texts"] if text.strip() and "<unk>" not in text]
    names = {"bos_token": "<|begin|>", "eos_token": "<|end|>"}
    fast = {"tokenizer_class": "PreTrainedTokenizerFast"}
    left = {"direction": "Left", "max_length": 4, "strategy": "LongestFirst", "stride": 0}
    template, plain = "BOS and EOS by template", "GPT-2"
    rows = [
        ("llama, no tokenizer_config", "Llama 2", {}, {"model_type": "llama"}, None, None),
        ("llama, class null", "Llama 2", {}, {"model_type": "llama"}, {"tokenizer_class": None}, None),
        ("llama, BOS switched off, no class", "Llama 2", {}, {"model_type": "llama"}, {"add_bos_token": False}, None),
        ("llama, a class in config.json", template, {}, {"model_type": "llama", **fast}, None, None),
        ("llama, BOS by special_tokens_map", plain, {}, {"model_type": "llama"}, None, names),
        ("llama, special_tokens_map over tokenizer_config", plain, {}, {"model_type": "llama"},
         {"bos_token": "<|sep|>"}, {"bos_token": {"content": "<|begin|>", "lstrip": False, "rstrip": False,
                                                 "normalized": False, "single_word": False}, "eos_token": "<|end|>"}),
        ("llama, added_tokens_decoder outdoes special_tokens_map", plain, {}, {"model_type": "llama"},
         {"bos_token": "<|sep|>", "added_tokens_decoder": {}}, names),
        ("llama, template of the file replaced", template, {}, {"model_type": "llama"}, names, None),
        ("gpt2, no tokenizer_config", plain, {}, {"model_type": "gpt2"}, None, None),
        ("gpt2, template of the file kept", template, {}, {"model_type": "gpt2"}, None, None),
        ("cut on the left by tokenizer_config", template, {}, {"model_type": "llama"},
         {**fast, "truncation_side": "left"}, None),
        ("cut on the left by tokenizer.json", template, {"truncation": left}, {"model_type": "llama"}, fast, None),
        ("tokenizer_config outdoes tokenizer.json", template, {"truncation": left}, {"model_type": "llama"},
         {**fast, "truncation_side": "right"}, None),
        ("cut on the left, llama", "Llama 2", {}, {"model_type": "llama"},
         {"tokenizer_class": "LlamaTokenizer", "truncation_side": "left"}, None),
    ]
    folders = []
    for name, case, changes, config, tokenizer_config, special_tokens_map in rows:
        with tempfile.TemporaryDirectory() as folder:
            files = {"tokenizer.json": {**tokenizer_json(cases[case]), **changes}, "config.json": config,
                     "tokenizer_config.json": tokenizer_config, "special_tokens_map.json": special_tokens_map}
            for file, content in files.items():
                if content is not None:
                    (Path(folder) / file).write_text(json.dumps(content))
            tokenizer = AutoTokenizer.from_pretrained(folder)
        folders.append({
            "name": name, "case": case, "changes": changes, "config": config, "tokenizerConfig": tokenizer_config,
            "specialTokensMap": special_tokens_map, "class": type(tokenizer).__name__,
            "ids": [tokenizer(text).input_ids for text in texts],
            "cut": [tokenizer(text, truncation=True, max_length=LENGTH).input_ids for text in texts]})
        print(name, type(tokenizer).__name__, folders[-1]["ids"][1][:4], folders[-1]["cut"][1])
    (HERE / "folders.json").write_text(json.dumps({"texts": texts, "length": LENGTH, "folders": folders},
                                                  ensure_ascii=False, separators=(",", ":")) + "\n")


main()
