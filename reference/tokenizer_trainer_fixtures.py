"""Golden files of tokenizer training: what Hugging Face's trainers learn from a small text.

    python tokenizer_trainer_fixtures.py [OUT]          (OUT: attune-core/src/test/resources/golden)

OUT/tokenizer_trainer/ gets text.txt (several scripts, emoji, odd spaces), and for each case a file CASE.json with the
vocabulary by id, the merges or scores, and words: what the normalizer and pre-tokenizer make of the text.

The reference counts words in a hash table that is seeded anew in each run. For byte-level BPE that plays no part. WordPiece
numbers its continuing characters in the table's order, and of equally frequent pairs the lower numbers are merged first: the
script writes the order it got as "continuing". For unigram it decides in which order sums are rounded, so that vocabularies
differ from run to run; "runs" holds the pieces of several.
"""
import json
import sys
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

from tokenizer_fixtures import PROSE

ODD = ["", " ", "  two  spaces ", "tab\tand\u00a0no-break\u3000wide", "I'm we'll they'd've 123456 $5.00", "e\u0301 \u1e69 s\u0323\u0307 ﬁne Ａ① ½ ﷺ",
       "wow 😀👩‍👩‍👧 😀😀 !!! ... ---", "aaaa aaa aa a aaaaaaa", "x\u0001y\u200bz", "İstanbul ΑΣ ΣΑΣ straße", "ends with spaces   "]
LIMIT = 54  # no two characters of equal frequency stand at this border, where the reference leaves it to chance which goes
LLAMA3 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
BERT = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
ROBERTA = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]


def text():
    """A few pages: prose often enough that merges matter, lines of odd characters, blank lines."""
    lines = []
    for k in range(8):
        lines += [" ".join(line.split(" ")[k % 3:]) for line in PROSE] + ODD[k:] + [""]
    return "\n".join(lines) + "\n"


def byte_level(prefix_space=False, normalizer=None, llama=False):
    t = Tokenizer(models.BPE())
    if normalizer:
        t.normalizer = normalizer
    t.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=prefix_space)
    if llama:
        split = pre_tokenizers.Split(Regex(LLAMA3), behavior="isolated")
        t.pre_tokenizer = pre_tokenizers.Sequence([split, pre_tokenizers.ByteLevel(add_prefix_space=prefix_space, use_regex=False)])
    return t


def bpe(specials, vocab_size, min_frequency=2, **options):
    return trainers.BpeTrainer(vocab_size=vocab_size, min_frequency=min_frequency, special_tokens=specials, show_progress=False,
                               initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), **options)


def bert(lowercase=True, strip_accents=None):
    t = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    t.normalizer = normalizers.BertNormalizer(lowercase=lowercase, strip_accents=strip_accents)
    t.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return t


def wordpiece(vocab_size, min_frequency=2, limit_alphabet=1000, prefix="##", **options):
    return trainers.WordPieceTrainer(vocab_size=vocab_size, min_frequency=min_frequency, limit_alphabet=limit_alphabet, special_tokens=BERT,
                                     show_progress=False, continuing_subword_prefix=prefix, **options)


def t5():
    t = Tokenizer(models.Unigram())
    t.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    t.decoder = decoders.Metaspace()
    return t


def unigram(vocab_size, **options):
    return trainers.UnigramTrainer(vocab_size=vocab_size, special_tokens=["<pad>", "</s>", "<unk>"], unk_token="<unk>", show_progress=False, **options)


CASES = {
    "gpt2": (byte_level, lambda: bpe(["<|endoftext|>"], 600)),
    "roberta_prefix_space": (lambda: byte_level(True), lambda: bpe(ROBERTA, 500, min_frequency=4)),
    "gpt2_lowercase_nfkc": (lambda: byte_level(normalizer=normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])),
                            lambda: bpe(["<|endoftext|>"], 5000, min_frequency=0, max_token_length=6)),
    "llama": (lambda: byte_level(llama=True), lambda: bpe(["<|begin_of_text|>", "<|end_of_text|>"], 700)),
    "bert": (bert, lambda: wordpiece(500)),
    "bert_cased": (lambda: bert(False, True), lambda: wordpiece(400, min_frequency=0, limit_alphabet=LIMIT, initial_alphabet=["Ω", "q"])),
    "t5": (t5, lambda: unigram(300)),
    "t5_short": (t5, lambda: unigram(400, shrinking_factor=0.6, max_piece_length=6, n_sub_iterations=3, initial_alphabet=["Ω"])),
}


def words(tokenizer, lines):
    for line in lines:
        normal = tokenizer.normalizer.normalize_str(line) if tokenizer.normalizer else line
        yield from (word for word, _ in tokenizer.pre_tokenizer.pre_tokenize_str(normal))


def learned(make, trainer, source):
    tokenizer = make()
    tokenizer.train([str(source)], trainer())
    return described(tokenizer)


def described(tokenizer):
    model = json.loads(tokenizer.to_str())["model"]
    if model["type"] == "Unigram":
        return {"tokens": [piece for piece, _ in model["vocab"]], "scores": [score for _, score in model["vocab"]]}
    tokens = [token for token, _ in sorted(model["vocab"].items(), key=lambda entry: entry[1])]
    if model["type"] == "WordPiece":
        prefix = model["continuing_subword_prefix"]
        return {"tokens": tokens, "continuing": "".join(t[len(prefix):] for t in tokens if t.startswith(prefix) and len(t) == len(prefix) + 1)}
    return {"tokens": tokens, "merges": [" ".join(merge) for merge in model["merges"]]}


def main(out):
    folder = out / "tokenizer_trainer"
    folder.mkdir(parents=True, exist_ok=True)
    source = folder / "text.txt"
    source.write_bytes(text().encode())
    lines = [line + "\n" for line in text().split("\n")[:-1]]
    for name, (make, trainer) in CASES.items():
        result = learned(make, trainer, source)
        if "scores" in result:
            result["runs"] = [sorted(learned(make, trainer, source)["tokens"]) for _ in range(4)]
        result["words"] = list(words(make(), lines[:40]))
        (folder / f"{name}.json").write_text(json.dumps(result, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
        print(name, len(result["tokens"]))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent.parent / "attune-core/src/test/resources/golden")
