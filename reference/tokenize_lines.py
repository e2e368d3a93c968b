"""Reference token ids, for TokenizerGoldenTest (committed) and TokenizerLiveParityTest (made on the fly).

    python tokenize_lines.py golden JAR OUT.jsonl           a few hundred made-up lines
    python tokenize_lines.py live TOKENIZER LINES OUT.jsonl every line of LINES (JSON strings), 300 pairs of lines

JAR is the Maven artifact of the built-in model. TOKENIZER is a tokenizer.json; or a folder with a vocab.txt
alone, which transformers' BertTokenizer converts; or a folder that AutoTokenizer loads. A row is {"text", "pair", "max", "ids", "offsets"}: offsets
in UTF-16 units, special tokens (0, 0); "max" is 0 for no truncation.
"""
import json, pathlib, random, sys, zipfile
from tokenizers import Tokenizer

ALPHABETS = ["abcdefghij klmnop qrstuvwxyz", "ABC DEF", "éèüñ ßøå", "中文字符日本語 한국어", "😀👍🏽👩‍👩‍👧 🇫🇷", "e\u0301a\u0308 o\u0302",
             "0123 456.78,9", "!?;:'\"()[]{}<>#@&*-_/\\", "\u0000\u0001\u001f\u007f\t\r", "\u200b\u200d\ufeff\u00a0\u3000", "ابجد אבגד", "\U0001d54f\U0001f9ea𝔘"]

def utf16(text):
    """The UTF-16 index of each character, and of the end."""
    indices = [0]
    for c in text: indices.append(indices[-1] + (2 if c > "\uffff" else 1))
    return indices

def row(tokenizer, text, pair=None, limit=0):
    if limit: tokenizer.enable_truncation(limit)
    else: tokenizer.no_truncation()
    e = tokenizer.encode(text, pair)
    indices = utf16(text), utf16(pair or "")
    offsets = [(0, 0) if s is None else (indices[s][a], indices[s][b]) for (a, b), s in zip(e.offsets, e.sequence_ids)]
    return {"text": text, "pair": pair, "max": limit, "ids": e.ids, "types": e.type_ids, "words": [-1 if w is None else w for w in e.word_ids], "offsets": offsets}

def made_up(rng):
    parts = ["".join(rng.choice(rng.choice(ALPHABETS)) for _ in range(rng.randint(0, 12))) for _ in range(rng.randint(0, 14))]
    return " ".join(parts)

def main():
    if sys.argv[1] == "golden":
        jar, out = sys.argv[2:4]
        tokenizer = Tokenizer.from_str(zipfile.ZipFile(jar).read("all-minilm-l6-v2-tokenizer.json").decode())
        tokenizer.no_padding()
        rng = random.Random(42)
        texts = ["", " ", "[SEP] in a text [MASK]", "a" * 300, "x " * 700] + [made_up(rng) for _ in range(150)]
        rows = [row(tokenizer, t) for t in texts]
        rows += [row(tokenizer, rng.choice(texts), rng.choice(texts), rng.choice([0, 3, 4, 7, 8, 16, 33])) for _ in range(80)]
        rows += [row(tokenizer, rng.choice(texts), None, rng.choice([2, 3, 9, 16])) for _ in range(40)]
    else:
        where, lines, out = sys.argv[2:5]
        if pathlib.Path(where).is_dir():
            from transformers import AutoTokenizer, BertTokenizer
            known = any((pathlib.Path(where) / name).exists() for name in ("tokenizer_config.json", "config.json"))
            whole = (AutoTokenizer if known else BertTokenizer).from_pretrained(where)
            tokenizer, segments = whole._tokenizer, "token_type_ids" in whole.model_input_names
        else:
            tokenizer, segments = Tokenizer.from_file(where), True
        tokenizer.no_padding()
        texts = [json.loads(l) for l in pathlib.Path(lines).read_text(encoding="utf-8").splitlines()]
        rows = [row(tokenizer, t) for t in texts] + [row(tokenizer, a, b) for a, b in zip(texts[:300], texts[1:])]
        for r in rows:
            if not segments: r["types"] = [0] * len(r["ids"])
    pathlib.Path(out).write_text("".join(json.dumps(r, separators=(",", ":")) + "\n" for r in rows), encoding="utf-8")
    print(len(rows), "rows")

if __name__ == "__main__":
    main()
