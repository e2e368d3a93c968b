"""Golden files of tokenizers: small ones of each kind, trained here, and what transformers makes of made-up lines.

    python tokenizer_fixtures.py [OUT]          (OUT: attune-core/src/test/resources/golden)

OUT/tokenizer/KIND/ gets the files a checkpoint of that kind ships (none has a tokenizer.json), rows.jsonl as
tokenize_lines.py writes it with two more keys, "decoded" and "text_only" (decode without and with skip_special_tokens), and
special.json: the ids of the special tokens and the size of the vocabulary. KIND llama2c holds a vocabulary in llama2.c's
format; its rows are checked here against run.c's algorithm.
"""
import json, random, shutil, struct, sys, tempfile
from pathlib import Path

import sentencepiece
from tokenizers import BertWordPieceTokenizer, ByteLevelBPETokenizer, Tokenizer, decoders, models, normalizers, processors
from transformers import AutoTokenizer, PreTrainedTokenizerFast
from transformers.tokenization_utils_base import generate_merges

import tokenize_lines

PROSE = """The ferry left the island at dawn, and nobody on the quay waved. A keeper counted lamps; there were seven, as always.
When the wind turned north-east the boats came home early, their nets half empty and their crews unusually quiet.
"Did you see it?" she asked. "I don't know what I saw," he said; "it wasn't a whale, and it wasn't the moon."
In 1987 the lighthouse was automated: 3 relays, 12 switches, 1,024 lines of code. It's still running, they're told.
Mathematics, music and bread have this in common - they reward patience. We've measured it, haven't we? I'd say so!
Über den Wolken liegt das Licht; le café était fermé, la fenêtre ouverte, et l'été déjà fini. Ça va très bien.
Tokens are learned from text, and text is learned from people. Learning to read is learning to listen twice.
The quick brown fox jumps over the lazy dog while the five boxing wizards jump quickly over it again and again.
def area(width, height):\treturn width * height  # two spaces before this comment, and a tab before return
中文 文字 日本語 の 文字 한국어 글자 ábc naïve coöperate emoji 😀 and more 😀 here""".splitlines()
ASCII = "".join(map(chr, range(33, 127)))
SPECIALS = ["", " ", "  two  spaces ", "<s> in a text </s>", "<mask>word <mask> .<mask>", "<|endoftext|>x", "[SEP][MASK] a", "<extra_id_0> to <extra_id_1>",
            "a" * 300, "x " * 200, "\u2581low\u2581line", "tab\tand\nline\r\nfeed", "<0x41> <tool> <turn>", "ﬁne Ａ① ½ ﷺ", "e\u0301\u0323 \u1e69 s\u0323\u0307", "I'm we'll 123456 $5.00"]


def texts(count):
    rng = random.Random(7)
    prose = [" ".join(rng.sample(" ".join(PROSE).split(" "), rng.randint(1, 9))) for _ in range(count // 2)]
    return SPECIALS + prose + [tokenize_lines.made_up(rng) for _ in range(count // 2)]


def sentencepiece_model(path, corpus, **options):
    with tempfile.TemporaryDirectory() as work:
        rules = Path(work) / "rules.tsv"       # a small map instead of the 240 KB of NFKC: ligature, full-width, circled, accents put together
        pairs = [("ﬁ", "fi"), ("Ａ", "A"), ("①", "1"), ("½", "1/2"), ("e\u0301", "é"), ("\u3000", " "), ("\t", " "), ("\u200b", "")]
        rules.write_text("".join(" ".join("%X" % ord(c) for c in a) + "\t" + " ".join("%X" % ord(c) for c in b) + "\n" for a, b in pairs), encoding="utf-8")
        options = {k: (str(rules) if v == "RULES" else v) for k, v in options.items()}
        sentencepiece.SentencePieceTrainer.train(sentence_iterator=iter(corpus), model_prefix=work + "/m", minloglevel=2, num_threads=1, **options)
        shutil.copy(work + "/m.model", path)


def wordpiece(folder, corpus):
    t = BertWordPieceTokenizer(lowercase=False)
    t.train_from_iterator(corpus, vocab_size=400, min_frequency=1, show_progress=False)
    t.save_model(str(folder))
    config(folder, do_lower_case=False, tokenizer_class="BertTokenizer")


def byte_level(specials):
    def make(folder, corpus):
        t = ByteLevelBPETokenizer()
        t.train_from_iterator(corpus, vocab_size=500, min_frequency=2, special_tokens=specials, show_progress=False)
        t.save_model(str(folder))
    return make


def gpt2(folder, corpus):
    byte_level(["<|endoftext|>"])(folder, corpus)
    config(folder, "config.json", model_type="gpt2")


def roberta(folder, corpus):
    byte_level(["<s>", "<pad>", "</s>", "<unk>", "<mask>"])(folder, corpus)
    config(folder, "config.json", model_type="roberta")


def bart(folder, corpus):
    byte_level(["<s>", "<pad>", "</s>", "<unk>", "<mask>"])(folder, corpus)
    config(folder, tokenizer_class="BartTokenizer", add_prefix_space=True,
           mask_token={"__type": "AddedToken", "content": "<mask>", "lstrip": True, "rstrip": False, "single_word": False, "normalized": False})


def t5(folder, corpus):
    sentencepiece_model(folder / "spiece.model", corpus, vocab_size=240, model_type="unigram", pad_id=0, eos_id=1, unk_id=2, bos_id=-1, normalization_rule_tsv="RULES")
    config(folder, tokenizer_class="T5Tokenizer", extra_ids=10, model_max_length=512)


LLAMA = dict(vocab_size=420, model_type="bpe", byte_fallback=True, normalization_rule_name="identity", remove_extra_whitespaces=False,
             split_digits=True, allow_whitespace_only_pieces=True, character_coverage=0.99)


def llama(folder, corpus):
    sentencepiece_model(folder / "tokenizer.model", corpus, user_defined_symbols=["<tool>"], control_symbols=["<turn>"], **LLAMA)
    config(folder, tokenizer_class="LlamaTokenizer", add_bos_token=True, add_eos_token=False, legacy=False)


def llama_legacy(folder, corpus):
    sentencepiece_model(folder / "tokenizer.model", corpus, **LLAMA)
    config(folder, tokenizer_class="LlamaTokenizer", add_bos_token=True, add_eos_token=True, legacy=True)
    config(folder, "special_tokens_map.json", pad_token="<pad>", eos_token={"content": "</s>", "lstrip": False, "normalized": False, "rstrip": False, "single_word": False})
    config(folder, "added_tokens.json", **{"<pad>": 420, "<|im_start|>": 421})


def config(folder, name="tokenizer_config.json", **values):
    (folder / name).write_text(json.dumps(values, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def write_llama2c(source, target):
    """tokenizer.bin as llama2.c's tokenizer.py writes it from a tokenizer.model."""
    sp = sentencepiece.SentencePieceProcessor(model_file=str(source))
    pieces, scores = [], []
    for i in range(sp.vocab_size()):
        piece = {1: "\n<s>\n", 2: "\n</s>\n"}.get(i, sp.id_to_piece(i)).replace("\u2581", " ")
        pieces.append(piece.encode()), scores.append(sp.get_score(i))
    with open(target, "wb") as f:
        f.write(struct.pack("<i", max(map(len, pieces))))
        for piece, score in zip(pieces, scores):
            f.write(struct.pack("<fi", score, len(piece)) + piece)
    return pieces, scores


def llama2c(pieces):
    """The same vocabulary for the tokenizers library. Unlike LlamaTokenizer it puts a space before a text that begins with one, as run.c does."""
    names = [p.decode().strip() if i < 3 else p.decode().replace(" ", "\u2581") for i, p in enumerate(pieces)]
    vocab = {name: i for i, name in enumerate(names)}
    t = Tokenizer(models.BPE(vocab, generate_merges(vocab), fuse_unk=True, byte_fallback=True))
    t.normalizer = normalizers.Sequence([normalizers.Prepend("\u2581"), normalizers.Replace(" ", "\u2581")])
    t.decoder = decoders.Sequence([decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    t.post_processor = processors.TemplateProcessing("<s> $A", "<s> $A <s>:1 $B:1", [("<s>", 1)])
    return PreTrainedTokenizerFast(tokenizer_object=t, unk_token="<unk>", bos_token="<s>", eos_token="</s>")


def run_c_encode(text, pieces, scores):
    """The encoder of llama2.c's run.c: characters, unknown ones as bytes, then the best-scored pair until there is none."""
    ids = {p: i for i, p in reversed(list(enumerate(pieces)))}
    tokens = [1] + ([ids[b" "]] if text else [])
    for c in text:
        b = c.encode()
        tokens += [ids[b]] if b in ids else [x + 3 for x in b]
    while True:
        best = None
        for i in range(len(tokens) - 1):
            merged = ids.get(pieces[tokens[i]] + pieces[tokens[i + 1]])
            if merged is not None and (best is None or scores[merged] > best[0]):
                best = (scores[merged], merged, i)
        if best is None:
            return tokens
        tokens[best[2]:best[2] + 2] = [best[1]]


def rows(tokenizer, lines):
    segments = "token_type_ids" in tokenizer.model_input_names
    rng = random.Random(11)
    found = [tokenize_lines.row(tokenizer._tokenizer, t) for t in lines]
    found += [tokenize_lines.row(tokenizer._tokenizer, rng.choice(lines), rng.choice(lines), rng.choice([0, 0, 8, 16, 33])) for _ in range(30)]
    for row in found:
        if not segments:
            row["types"] = [0] * len(row["ids"])
        row["decoded"] = tokenizer.decode(row["ids"])
        row["text_only"] = tokenizer.decode(row["ids"], skip_special_tokens=True)
    return found


def special(tokenizer):
    names = ["bos", "eos", "unk", "sep", "pad", "cls", "mask"]
    return {n: getattr(tokenizer, n + "_token_id") for n in names} | {"size": len(tokenizer)}


def write(folder, tokenizer, lines):
    with open(folder / "rows.jsonl", "w", encoding="utf-8") as out:
        for row in rows(tokenizer, lines):
            out.write(json.dumps(row, separators=(",", ":")) + "\n")
    config(folder, "special.json", **special(tokenizer))


def main(out):
    lines = texts(60)
    for make in (wordpiece, gpt2, roberta, bart, t5, llama, llama_legacy):
        folder = out / "tokenizer" / make.__name__
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        make(folder, PROSE * 3)
        write(folder, AutoTokenizer.from_pretrained(folder), lines)
    folder = out / "tokenizer" / "llama2c"
    folder.mkdir(exist_ok=True)
    source = out / "tokenizer" / "llama_legacy" / "tokenizer.model"
    pieces, scores = write_llama2c(source, folder / "tokenizer.bin")
    tokenizer = llama2c(pieces)
    for line in lines:
        if not any(s in line for s in ("<s>", "</s>", "<unk>", "\u2581")):
            assert run_c_encode(line, pieces, scores) == tokenizer(line).input_ids, line
    write(folder, tokenizer, lines)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent.parent / "attune-core/src/test/resources/golden")
