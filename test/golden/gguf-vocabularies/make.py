"""Cuts real vocabularies down to what a few texts need, with the ids that transformers gives those texts.

    python make.py llama.cpp/models        (gguf 0.17; the folder of llama.cpp's sources, also in llama-cpp-python's)

`ggml-vocab-*.gguf` hold the vocabularies of published models; `*.inp` and `*.out` beside them texts and the ids that the
models' own tokenizers gave in transformers, without special tokens. Writes `vocabularies.json.gz` beside itself: of each
vocabulary the tokens that lie somewhere in the texts, the merges that make them, and the expected tokens. Nothing else
can take part in tokenizing these texts, so the cut vocabulary gives what the whole one gives.
"""

import gzip
import json
import sys
import unicodedata
from pathlib import Path

from gguf import GGUFReader

HERE = Path(__file__).parent
NAMES = ["command-r", "deepseek-coder", "deepseek-llm", "falcon", "gpt-2", "gpt-neox", "llama-bpe", "llama-spm", "mpt",
         "phi-3", "qwen2", "refact", "starcoder"]
# The tokenizer of MPT is that of GPT-NeoX: an old file of it, which does not name its pre-tokenizer, has the same ids.
SAME_AS = {"gpt-neox": "mpt"}
CONTROL = 3
BYTE = 6


def byte_letters():
    """GPT-2's letters for bytes."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [b for b in range(256) if b not in plain]
    return {**{b: chr(b) for b in plain}, **{b: chr(256 + i) for i, b in enumerate(others)}}


LETTERS = byte_letters()


def read(path):
    fields = GGUFReader(path).fields
    return {name: field.contents() for name, field in fields.items() if name.startswith(("tokenizer.", "general.arch"))}


def reduce(folder, name):
    source = folder / f"ggml-vocab-{name}.gguf"
    io = folder / f"ggml-vocab-{SAME_AS.get(name, name)}.gguf"
    texts = Path(f"{io}.inp").read_text(encoding="utf-8").split("\n__ggml_vocab_test__\n")
    expected = [[int(i) for i in line.split()] for line in Path(f"{io}.out").read_text().split("\n")][: len(texts)]
    facts = read(source)
    tokens = facts["tokenizer.ggml.tokens"]
    types = facts["tokenizer.ggml.token_type"]
    if facts["tokenizer.ggml.model"] == "gpt2":
        spelled = ["".join(LETTERS[b] for b in form.encode()) for text in texts for form in
                   (text, unicodedata.normalize("NFC", text))]
    else:
        spelled = ["▁" + text.replace(" ", "▁") for text in texts]
    longest = max(len(token) for token in tokens)
    parts = {text[i:j] for text in set(spelled) for i in range(len(text))
             for j in range(i + 1, min(len(text), i + longest) + 1)} | set("".join(spelled))
    named = {value for key, value in facts.items() if key.endswith("_token_id")}
    # GPT-NeoX's first two tokens name the vocabulary.
    keep = [i for i, token in enumerate(tokens)
            if token in parts or types[i] == BYTE or i in named or i < 2 or any(i in ids for ids in expected)]
    local = {i: k for k, i in enumerate(keep)}
    metadata = {key: value for key, value in facts.items()
                if not isinstance(value, list) and not key.endswith("chat_template")}
    for key in [key for key in metadata if key.endswith("_token_id")]:
        metadata[key] = local[metadata[key]]
    metadata["tokenizer.ggml.tokens"] = [tokens[i] for i in keep]
    metadata["tokenizer.ggml.token_type"] = [types[i] for i in keep]
    if "tokenizer.ggml.scores" in facts and facts["tokenizer.ggml.model"] == "llama":
        metadata["tokenizer.ggml.scores"] = [facts["tokenizer.ggml.scores"][i] for i in keep]
    if "tokenizer.ggml.merges" in facts:
        metadata["tokenizer.ggml.merges"] = [m for m in facts["tokenizer.ggml.merges"] if m.replace(" ", "") in parts]
    return {"metadata": metadata, "texts": texts, "ids": [[local[i] for i in ids] for ids in expected]}


folder = Path(sys.argv[1])
content = json.dumps({name: reduce(folder, name) for name in NAMES}, ensure_ascii=False, separators=(",", ":"))
(HERE / "vocabularies.json.gz").write_bytes(gzip.compress(content.encode(), 9, mtime=0))
