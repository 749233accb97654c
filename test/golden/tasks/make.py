"""Small tokenizers and where their tokens start: python test/golden/tasks/make.py

Four tokenizers of the kinds that language models have are trained on a few lines, and encode texts with accents, other
scripts and emoji. The starts are Python `tokenizers`' own offsets, in UTF-16 units, -1 for special tokens. Offsets are
asked for with the blank inside the token (trim_offsets=False), as a region's joining blank belongs to it.
"""
import json
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

HERE = Path(__file__).parent
CORPUS = [
    "The painting that the artist painted deteriorated, and the author next to the senators is good.",
    "As the criminal shot the woman yelled at the top of her lungs. What he did was prepare the meal.",
    "No author that the senators liked has had any success; the women hurt themselves and herself.",
    "Où est le café? Die Größe der Straße. naïve façade, jalapeño, über, Ελλάδα, Москва, 日本語の文",
] * 4
TEXTS = {
    "a SyntaxGym sentence with a blank before its full stop": "As the doctor studied the book .",
    "accents in one code point": "Où est le café , über Straße .",
    "accents as combining marks": "Cafe\u0301 nai\u0308ve u\u0308ber .",
    "other scripts": "Ελλάδα Москва 日本語の文 .",
    "emoji outside the basic plane": "He said 👍🏽 and 🧠 yes .",
    "characters that no vocabulary has": "a \u2603 ₿ b",
    "a leading blank and a double one": " the  women",
    "numbers and signs": "127 + 35 = 162 , 50% ?",
}


def byte_level(prefix):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=prefix, trim_offsets=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tokenizer.train_from_iterator(CORPUS, trainers.BpeTrainer(vocab_size=360, initial_alphabet=alphabet, show_progress=False))
    return tokenizer


def normalised():
    """Qwen's kind: byte-level after NFC."""
    tokenizer = byte_level(prefix=False)
    tokenizer.normalizer = normalizers.NFC()
    return tokenizer


def sentence_piece():
    """Llama's kind: '▁' for blanks, one in front, bytes for what is not in the vocabulary, BOS."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", byte_fallback=True, fuse_unk=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    specials = ["<unk>", "<s>", "</s>"] + [f"<0x{byte:02X}>" for byte in range(256)]
    trainer = trainers.BpeTrainer(vocab_size=420, special_tokens=specials, show_progress=False)
    # Words apart while training, so that no piece spans a blank.
    words = [f"{word}" for line in CORPUS[:3] for word in line.split()]
    tokenizer.train_from_iterator(words, trainer)
    definition = json.loads(tokenizer.to_str())
    definition["added_tokens"] = [token for token in definition["added_tokens"] if token["id"] < 3]
    tokenizer = Tokenizer.from_str(json.dumps(definition))
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 1)])
    return tokenizer


def utf16(text, index):
    return len(text[:index].encode("utf-16-le")) // 2


TOKENIZERS = {
    "byte-level": (byte_level(prefix=False), {}),
    "byte-level-prefix": (byte_level(prefix=True), {"add_prefix_space": True}),
    "byte-level-nfc": (normalised(), {}),
    "sentence-piece": (sentence_piece(), {"bos_token": "<s>"}),
}

cases = []
for name, (tokenizer, config) in TOKENIZERS.items():
    definition = json.loads(tokenizer.to_str())
    (HERE / f"{name}.json").write_text(json.dumps({"json": definition, "config": config}, ensure_ascii=False, separators=(",", ":")) + "\n")
    for what, text in TEXTS.items():
        encoding = tokenizer.encode(text)
        starts = [-1 if special else utf16(text, start) for (start, _), special in zip(encoding.offsets, encoding.special_tokens_mask)]
        cases.append({"tokenizer": name, "what": what, "text": text, "ids": encoding.ids, "starts": starts})
(HERE / "token-starts.json").write_text("[\n" + ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases) + "\n]\n")
print({name: tokenizer.get_vocab_size() for name, (tokenizer, _) in TOKENIZERS.items()}, len(cases), "cases")
