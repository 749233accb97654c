"""Token ids by Python's `tokenizers` and `transformers` for tiny tokenizers of every kind that Brainlens runs.

    python make.py        (tokenizers 0.22, transformers 4.57)

Writes, beside itself: `bytes.json` (byte-level BPE model), `pieces.json` (SentencePiece-style BPE: tokens, scores),
`cases.json` (texts; per case the pipeline's tokenizer.json without its model, the config, and the ids).
"""

import json
import os
import tempfile
from pathlib import Path

from tokenizers import (AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers)
from transformers import LlamaTokenizerFast, PreTrainedTokenizerFast
from transformers.convert_slow_tokenizer import generate_merges

HERE = Path(__file__).parent

CORPUS = [
    "The quick brown fox jumps over the lazy dog, and the dog doesn't mind; it's 2024 after all.",
    "Language models predict the next word. They'll read 12345 words, we've read 678.",
    "def add(first, second):\n    return first + second  # sums\n\n\nprint(add(1, 22))\n",
    "Привет мир! Das Mädchen läuft über die Straße. El niño comió piñas en el café.",
    "你好，世界。 こんにちは世界 안녕하세요 세계",
    "HELLO WORLD HTTPServer camelCase snake_case   many   spaces\t\ttabs",
] * 4

TEXTS = [
    "",
    " ",
    "   ",
    "the quick brown fox",
    "The dog doesn't mind, it's LATE and WE'VE 'RE gone",
    "  leading and trailing   ",
    "two  blanks   three    four",
    "line one\nline two\n\n\nline five\r\nwindows\ttab",
    "def add(first, second):\n\treturn first + second  # 12345 + 6.78e-9\n",
    "1234567 years, 3.14 and 1,000,000; ½ x² ٣٤٥ Ⅷ １２３",
    "Привет мир, 你好世界, こんにちは, 안녕",
    "café cafe\u0301 niño Å Å",
    "emoji 🚀 family 👩‍👩‍👧 flag 🇩🇪 done",
    "HTTPServer XMLHttp camelCaseWords IOError",
    "punctuation!!! (really?) [yes] -- \"quoted\" 'single' `tick` $5 + 10% = <b>",
    "non\u00a0breaking\u2009thin\u3000ideographic",
    "next\u0085line and \ufeffmark and zero\u200bwidth",
    "<s>special</s> inside <unk> text",
    "<|begin|>hello<|end|> user<|sep|>x",
    "▁already ▁▁marked",
    "ends with newline\n",
    "\n\n  \n starts blank",
    "a",
    "supercalifragilisticexpialidocious",
]

GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
# From the tokenizer.json of Llama 3, Qwen 2 and Mistral Nemo.
LLAMA3 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
QWEN2 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
TEKKEN = (r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"
          r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"
          r"|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")

# From the tokenizer.json of GPT-4o's conversion (o200k), which Phi-4-mini has.
O200K = (r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
         r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
         r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")

BYTE_SPECIALS = ["<|end|>", "<|begin|>", "<|sep|>"]
PIECE_SPECIALS = ["<unk>", "<s>", "</s>"]


def byte_level_model():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(LLAMA3), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer.train_from_iterator(CORPUS, trainers.BpeTrainer(
        vocab_size=640, special_tokens=BYTE_SPECIALS, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False))
    model = json.loads(tokenizer.to_str())["model"]
    # A word that is a token but that its own merges do not reach shows whether `ignore_merges` is honoured.
    model["vocab"]["Ġlate"] = len(model["vocab"])
    model["vocab"]["Ġgone"] = len(model["vocab"])
    return model


def piece_vocabulary():
    """SentencePiece BPE as its trainer lays it out: specials, 256 bytes, merged pieces (score −rank), characters."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.pre_tokenizer = pre_tokenizers.Split("▁", "merged_with_next")
    corpus = [text.replace("\n", " ") for text in CORPUS]
    tokenizer.train_from_iterator(corpus, trainers.BpeTrainer(vocab_size=420, show_progress=False))
    model = json.loads(tokenizer.to_str())["model"]
    merged = ["".join(merge) for merge in model["merges"]]
    characters = [token for token in model["vocab"] if token not in set(merged)]
    # Runs of blanks are pieces of their own in Llama's vocabulary.
    merged += ["▁▁", "▁▁▁▁"]
    tokens = PIECE_SPECIALS + [f"<0x{byte:02X}>" for byte in range(256)]
    types = [2, 3, 3] + [6] * 256
    scores = [0.0] * len(tokens)
    for rank, piece in enumerate(dict.fromkeys(merged + characters)):
        tokens.append(piece)
        types.append(1)
        scores.append(float(-rank))
    return {"tokens": tokens, "types": types, "scores": scores}


def sentencepiece_bpe(vocabulary, text):
    """SentencePiece's own algorithm: merge the adjacent pair of best score, leftmost first; bytes for the unknown."""
    score = dict(zip(vocabulary["tokens"], vocabulary["scores"]))
    ids = {token: i for i, token in enumerate(vocabulary["tokens"])}
    symbols = list("▁" + text.replace(" ", "▁")) if text else []
    while True:
        pairs = [(score[a + b], -i) for i, (a, b) in enumerate(zip(symbols, symbols[1:])) if a + b in score]
        if not pairs:
            break
        i = -max(pairs)[1]
        symbols[i:i + 2] = [symbols[i] + symbols[i + 1]]
    result = []
    for symbol in symbols:
        result += [ids[symbol]] if symbol in ids else [ids[f"<0x{byte:02X}>"] for byte in symbol.encode()]
    return result


def byte_tokenizer(model, pre, normalizer=None, post=None, ignore_merges=False):
    tokenizer = Tokenizer(models.BPE(vocab=model["vocab"], merges=[tuple(m) for m in model["merges"]],
                                     ignore_merges=ignore_merges))
    tokenizer.pre_tokenizer = pre
    if normalizer is not None:
        tokenizer.normalizer = normalizer
    tokenizer.decoder = decoders.ByteLevel()
    if post is not None:
        tokenizer.post_processor = post
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in BYTE_SPECIALS])
    return tokenizer


def piece_tokenizer(vocabulary, normalizer, pre=None, post=None):
    """As transformers' LlamaConverter builds it."""
    vocab = {token: i for i, token in enumerate(vocabulary["tokens"])}
    merges = generate_merges(vocab, list(zip(vocabulary["tokens"], vocabulary["scores"])))
    tokenizer = Tokenizer(models.BPE(vocab, merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    if normalizer is not None:
        tokenizer.normalizer = normalizer
    if pre is not None:
        tokenizer.pre_tokenizer = pre
    tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(),
                                           decoders.Strip(content=" ", left=1)])
    if post is not None:
        tokenizer.post_processor = post
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in PIECE_SPECIALS])
    return tokenizer


def digits_bytes(individual=True):
    return pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=individual),
                                    pre_tokenizers.ByteLevel(add_prefix_space=False)])


def split_bytes(regex):
    return pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(regex), "isolated"),
                                    pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])


def template(tokenizer_vocab, single):
    names = [part for part in single.split() if not part.startswith("$")]
    return processors.TemplateProcessing(single=single, special_tokens=[(n, tokenizer_vocab[n]) for n in dict.fromkeys(names)])


def pipeline_of(tokenizer):
    pipeline = json.loads(tokenizer.to_str())
    model = pipeline.pop("model")
    pipeline["model"] = {key: value for key, value in model.items() if key not in ("vocab", "merges")}
    return pipeline


def transformers_ids(tokenizer, config, max_length=None):
    """Ids as `AutoTokenizer` gives them: the class that the config names decides on BOS and EOS."""
    classes = {"LlamaTokenizerFast": LlamaTokenizerFast, "PreTrainedTokenizerFast": PreTrainedTokenizerFast}
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "tokenizer.json")
        tokenizer.save(path)
        options = {key: value for key, value in config.items() if key != "tokenizer_class"}
        fast = classes[config["tokenizer_class"]](tokenizer_file=path, **options)
    if max_length is None:
        return [fast(text).input_ids for text in TEXTS]
    return [fast(text, truncation=True, max_length=max_length).input_ids for text in TEXTS]


def main():
    model = byte_level_model()
    vocabulary = piece_vocabulary()
    byte_vocab = model["vocab"]
    piece_vocab = {token: i for i, token in enumerate(vocabulary["tokens"])}
    llama_normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    fast = {"tokenizer_class": "PreTrainedTokenizerFast"}
    llama = {"tokenizer_class": "LlamaTokenizerFast", "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}
    cases = []

    def case(name, base, tokenizer, config=fast, pre=None, lengths=(1, 2, 5)):
        entry = {"name": name, "base": base, "pipeline": pipeline_of(tokenizer), "config": config,
                 "ids": transformers_ids(tokenizer, config)}
        specials = tokenizer.num_special_tokens_to_add(False)
        if "Llama" in config["tokenizer_class"]:
            specials = int(config.get("add_bos_token", True)) + int(config.get("add_eos_token", False))
        entry["truncated"] = {str(n): transformers_ids(tokenizer, config, n) for n in lengths if n > specials}
        if pre is not None:
            entry["ggufPre"] = pre
        cases.append(entry)

    case("GPT-2", "bytes", byte_tokenizer(model, pre_tokenizers.ByteLevel(add_prefix_space=False)), pre="gpt-2")
    case("GPT-2 with a prefix blank", "bytes", byte_tokenizer(model, pre_tokenizers.ByteLevel(add_prefix_space=True)),
         {**fast, "add_prefix_space": True})
    case("single digits (SmolLM)", "bytes", byte_tokenizer(model, digits_bytes()), pre="smollm")
    case("digit runs", "bytes", byte_tokenizer(model, digits_bytes(False)))
    case("single digits after NFC (Command R)", "bytes", byte_tokenizer(model, digits_bytes(), normalizers.NFC()),
         pre="command-r")
    case("Llama 3", "bytes", byte_tokenizer(
        model, split_bytes(LLAMA3), ignore_merges=True,
        post=processors.Sequence([processors.ByteLevel(trim_offsets=False), template(byte_vocab, "<|begin|> $A")])),
        pre="llama-bpe")
    case("Qwen 2", "bytes", byte_tokenizer(model, split_bytes(QWEN2), normalizers.NFC()), pre="qwen2")
    case("Tekken", "bytes", byte_tokenizer(model, split_bytes(TEKKEN), ignore_merges=True,
                                           post=template(byte_vocab, "<|begin|> $A")), pre="tekken")
    case("GPT-NeoX, MPT, OLMo", "bytes", byte_tokenizer(model, pre_tokenizers.ByteLevel(add_prefix_space=False),
                                                        normalizers.NFC()), pre="mpt")
    case("Falcon", "bytes", byte_tokenizer(model, pre_tokenizers.Sequence([
        pre_tokenizers.Punctuation("contiguous"), pre_tokenizers.ByteLevel(add_prefix_space=False),
        pre_tokenizers.Digits(individual_digits=False), pre_tokenizers.Split(Regex("[0-9][0-9][0-9]"), "isolated")])),
        pre="falcon")
    case("DBRX", "bytes", byte_tokenizer(model, split_bytes(LLAMA3)), pre="dbrx")
    case("GPT-4o", "bytes", byte_tokenizer(model, split_bytes(O200K)), pre="gpt-4o")
    case("BOS and EOS by template", "bytes", byte_tokenizer(
        model, pre_tokenizers.ByteLevel(add_prefix_space=False), post=template(byte_vocab, "<|begin|> $A <|end|>")))
    case("RoBERTa's post-processor", "bytes", byte_tokenizer(
        model, pre_tokenizers.ByteLevel(add_prefix_space=False),
        post=processors.RobertaProcessing(sep=("<|end|>", byte_vocab["<|end|>"]), cls=("<|begin|>", byte_vocab["<|begin|>"]),
                                          add_prefix_space=False)))
    case("special tokens named in the config only", "bytes",
         byte_tokenizer({**model, "vocab": {**byte_vocab, "<s>": len(byte_vocab)}},
                        pre_tokenizers.ByteLevel(add_prefix_space=False)), {**fast, "bos_token": "<s>"})
    for behaviour in ("merged_with_previous", "merged_with_next", "contiguous", "removed", "isolated"):
        case(f"blanks {behaviour}", "bytes", byte_tokenizer(model, pre_tokenizers.Sequence([
            pre_tokenizers.Split(" ", behaviour), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])))
    case("words and punctuation (Whitespace)", "bytes", byte_tokenizer(model, pre_tokenizers.Sequence([
        pre_tokenizers.Whitespace(), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])))

    case("Llama 2", "pieces", piece_tokenizer(vocabulary, llama_normalizer, post=template(piece_vocab, "<s> $A")), llama,
         pre="pieces")
    case("Llama 2 whose config switches BOS off", "pieces",
         piece_tokenizer(vocabulary, llama_normalizer, post=template(piece_vocab, "<s> $A")), {**llama, "add_bos_token": False})
    case("Llama 2 whose config switches EOS on", "pieces",
         piece_tokenizer(vocabulary, llama_normalizer, post=template(piece_vocab, "<s> $A")), {**llama, "add_eos_token": True})
    case("no prefix blank", "pieces", piece_tokenizer(vocabulary, normalizers.Replace(" ", "▁"),
                                                      post=template(piece_vocab, "<s> $A")), pre="pieces without prefix")
    case("Metaspace, first only, not split", "pieces", piece_tokenizer(
        vocabulary, None, pre_tokenizers.Metaspace("▁", "first", split=False)), llama)
    case("Metaspace, split", "pieces", piece_tokenizer(vocabulary, None, pre_tokenizers.Metaspace("▁", "always", split=True)))

    plain = next(entry for entry in cases if entry["name"] == "Llama 2")
    for text, ids in zip(TEXTS, plain["ids"]):
        if not any(special in text for special in PIECE_SPECIALS):
            assert ids[1:] == sentencepiece_bpe(vocabulary, text), text

    bytes_model = {"vocab": [t for t, _ in sorted({**byte_vocab, "<s>": len(byte_vocab)}.items(), key=lambda item: item[1])],
                   "merges": [" ".join(merge) for merge in model["merges"]]}
    for name, value in (("bytes", bytes_model), ("pieces", vocabulary), ("cases", {"texts": TEXTS, "cases": cases})):
        (HERE / f"{name}.json").write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n")


main()
