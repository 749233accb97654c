"""Small tokenizers for what models' vocabularies seldom show: normalizers, flags of added tokens, padding in the file,
Unigram and WordPiece; and the ids of Python's `tokenizers` library.

    python added.py    # needs tokenizers

Writes `added.json`: texts, models (a vocabulary that is a map as its tokens in order of id), and per case the rest of its
`tokenizer.json` with `ids` per text (without special tokens around).
"""
import json
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers

HERE = Path(__file__).parent

TEXTS = [
    "",
    " ",
    " the cat",
    "  the  cat  ",
    "the" + " " * 20 + "cat\t\t\n\n\n   end",
    "The CAT café cafe\u0301 ÀÉÎ ﬁne ①② Ａｂ ½ Å",
    "emoji 🚀👩‍👩‍👧 🇩🇪 ok",
    "<x>the<x> cat <x> end<x>",
    "the <X> cat",
    "  <l>  the  <r>  cat <b> end",
    "<m>the<m>",
    "a‘text’ “the—cat",
    "Straße İs ΣΑΣ ǅ",
    "你好 世界 abc",
    "\u00a0the\u3000cat\u200b\ufeffend",
    "catthe thecat  ",
    "<pad> the <pad>",
]

LETTERS = list("abcdefghijklmnopqrstuvwxyz")
WORDS = ["th", "the", "ca", "cat", "en", "end", "te", "tex", "text"]
MERGES = [("t", "h"), ("th", "e"), ("c", "a"), ("ca", "t"), ("e", "n"), ("en", "d"), ("t", "e"), ("te", "x"), ("tex", "t")]


def bytes_bpe(normalizer=None, prefix=False):
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocab = {token: i for i, token in enumerate(alphabet + WORDS + ["Ġthe", "Ġcat"])}
    merges = MERGES + [("Ġ", "the"), ("Ġ", "cat")]
    tokenizer = Tokenizer(models.BPE(vocab, merges))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=prefix)
    tokenizer.decoder = decoders.ByteLevel()
    if normalizer is not None:
        tokenizer.normalizer = normalizer
    return tokenizer


def pieces_bpe(normalizer, pre=None):
    tokens = ["<unk>"] + [f"<0x{byte:02X}>" for byte in range(256)] + ["▁", *LETTERS, *WORDS, "▁the"]
    tokenizer = Tokenizer(models.BPE({token: i for i, token in enumerate(tokens)}, [*MERGES, ("▁", "the")],
                                     unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    if normalizer is not None:
        tokenizer.normalizer = normalizer
    if pre is not None:
        tokenizer.pre_tokenizer = pre
    return tokenizer


def unigram(normalizer=None, fallback=False):
    pieces = [("<unk>", 0.0), ("▁", -2.0), ("▁the", -3.0), ("the", -3.5), ("▁cat", -3.6), ("cat", -4.0), ("end", -4.2),
              ("▁▁", -2.5)] + [(letter, -5.0 - i / 10) for i, letter in enumerate(LETTERS)]
    if fallback:
        pieces += [(f"<0x{byte:02X}>", -10.0) for byte in range(256)]
    tokenizer = Tokenizer(models.Unigram(pieces, 0, fallback))
    if normalizer is not None:
        tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace("▁", "always", split=True)
    return tokenizer


def word_piece(**options):
    tokens = ["[UNK]", "the", "cat", "end", "text", "##the", "##cat", "'", "“", "σ", "##σ", "##ς", "##α", *LETTERS,
              *(f"##{letter}" for letter in LETTERS), "你", "好"]
    tokenizer = Tokenizer(models.WordPiece({token: i for i, token in enumerate(tokens)}, unk_token="[UNK]",
                                           max_input_chars_per_word=100))
    tokenizer.normalizer = normalizers.BertNormalizer(**options)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return tokenizer


def with_tokens(tokenizer, *tokens, special=False):
    (tokenizer.add_special_tokens if special else tokenizer.add_tokens)(list(tokens))
    return tokenizer


def padded(tokenizer, direction):
    with_tokens(tokenizer, "<pad>", special=True)
    tokenizer.enable_padding(direction=direction, pad_id=tokenizer.token_to_id("<pad>"), pad_token="<pad>", length=32)
    return tokenizer


N = normalizers
LLAMA = N.Sequence([N.Prepend("▁"), N.Replace(" ", "▁")])
CASES = {
    "no normalizer": bytes_bpe(),
    "NFC": bytes_bpe(N.NFC()),
    "NFKC": bytes_bpe(N.NFKC()),
    "NFKD, accents stripped": bytes_bpe(N.Sequence([N.NFKD(), N.StripAccents()])),
    "Lowercase": bytes_bpe(N.Lowercase()),
    "Strip": bytes_bpe(N.Strip()),
    "Strip on the left": bytes_bpe(N.Strip(left=True, right=False)),
    "Replace a text": bytes_bpe(N.Replace("the", "cat")),
    "Replace a pattern": bytes_bpe(N.Replace(Regex(" {2,}"), " ")),
    "Prepend": bytes_bpe(N.Prepend("_")),
    "prefix blank": bytes_bpe(prefix=True),
    "special token": with_tokens(bytes_bpe(), "<x>", "<X>", "<m>", special=True),
    "added token, not normalized": with_tokens(bytes_bpe(N.Lowercase()), AddedToken("<x>", normalized=False)),
    "added token, normalized": with_tokens(bytes_bpe(N.Lowercase()), AddedToken("<x>", normalized=True)),
    "tokens that take the blanks on their left and right": with_tokens(
        bytes_bpe(), AddedToken("<l>", lstrip=True, normalized=False), AddedToken("<r>", rstrip=True, normalized=False),
        AddedToken("<b>", lstrip=True, rstrip=True, normalized=False), special=True),
    "the longer of two added tokens": with_tokens(bytes_bpe(), AddedToken("<x>", normalized=False),
                                                  AddedToken("<x> end", normalized=False)),
    "byte fallback, Prepend and Replace": pieces_bpe(LLAMA),
    "byte fallback, special token": with_tokens(pieces_bpe(LLAMA), AddedToken("<x>", normalized=False), special=True),
    "byte fallback, Metaspace first": with_tokens(pieces_bpe(None, pre_tokenizers.Metaspace("▁", "first", split=False)),
                                                  AddedToken("<x>", normalized=False), special=True),
    "byte fallback, Metaspace never": pieces_bpe(None, pre_tokenizers.Metaspace("▁", "never", split=False)),
    "Unigram": unigram(),
    "Unigram, NFKC, blanks merged": unigram(N.Sequence([N.NFKC(), N.Replace(Regex(" {2,}"), " ")])),
    "WordPiece, BERT's normalizer": word_piece(),
    "WordPiece, cased": word_piece(lowercase=False),
    "padded on the left": padded(bytes_bpe(), "left"),
    "padded on the right": padded(bytes_bpe(), "right"),
}


def ids_of(tokenizer):
    copy = Tokenizer.from_str(tokenizer.to_str())
    copy.no_padding()
    return [copy.encode(text, add_special_tokens=False).ids for text in TEXTS]


def main():
    shared, cases = [], []
    for name, tokenizer in CASES.items():
        json_ = json.loads(tokenizer.to_str())
        model = json_.pop("model")
        if isinstance(model["vocab"], dict):
            model["vocab"] = sorted(model["vocab"], key=model["vocab"].get)
        # The same model serves several cases.
        if model not in shared:
            shared.append(model)
        json_ = {key: value for key, value in json_.items() if value is not None}
        cases.append({"name": name, "model": shared.index(model), "pipeline": json_, "ids": ids_of(tokenizer)})
    written = {"texts": TEXTS, "models": shared, "cases": cases}
    (HERE / "added.json").write_text(json.dumps(written, ensure_ascii=False, separators=(",", ":")) + "\n")


main()
