"""GGUF files that hold their tokenizer, written by the `gguf` package, and the ids that the vocabularies' own libraries give.

    pip install --no-deps gguf==0.19.0          (beside requirements.txt)
    python gguf_vocabulary_fixtures.py [OUT]     (OUT: attune-core/src/test/resources/golden)
    python gguf_vocabulary_fixtures.py --real DATA OUT

OUT/gguf/vocabulary_llama.gguf and vocabulary_gpt2.gguf are random models of one layer with the vocabularies of
golden/tokenizer/llama (SentencePiece BPE with bytes) and golden/tokenizer/gpt2 (byte-level BPE). OUT/gguf/vocabulary.json has
lines of text and their ids: by sentencepiece, and by the tokenizers library for each way in which llama.cpp splits words
("gpt-2", "smollm", "llama-bpe", "qwen2"), the patterns as llama.cpp writes them.

With --real the files, too large for git, are OUT/llama-260K.gguf, the trained model and vocabulary of DATA/llama-260K, and
OUT/gpt2-vocabulary.gguf, a random model with DATA/vocab/gpt2.
"""
import json
import struct
import sys
from pathlib import Path

try:
    import gguf
except ImportError:
    print('{"missing": "gguf"}')  # for the live check, which is skipped then
    sys.exit(0 if "--real" in sys.argv else 1)
import numpy
import sentencepiece
from gguf_fixtures import RESOURCES, finish
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}{{ '<turn>' + message['role'] + ': ' + message['content'] + eos_token }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<turn>assistant: ' }}{% endif %}")
CONTRACTIONS = "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])"
WORDS = "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|%s| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"
GPT2 = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"


def model(path, width, vocabulary, length=64):
    """A writer with the sizes of a model of one layer and random weights for it."""
    random = numpy.random.default_rng(20261124)
    writer = gguf.GGUFWriter(path, "llama")
    sizes(writer, width, 2 * width, 1, 2, 2, length)
    shapes = {"token_embd": (vocabulary, width), "output_norm": (width,), "blk.0.attn_norm": (width,), "blk.0.ffn_norm": (width,)}
    shapes |= {f"blk.0.attn_{name}": (width, width) for name in ("q", "k", "v", "output")}
    shapes |= {"blk.0.ffn_gate": (2 * width, width), "blk.0.ffn_up": (2 * width, width), "blk.0.ffn_down": (width, 2 * width)}
    for name, shape in shapes.items():
        writer.add_tensor(name + ".weight", random.normal(0, 0.5, shape).astype(numpy.float32))
    return writer


def sizes(writer, width, inner, layers, heads, key_heads, length):
    """The metadata of a Llama."""
    writer.add_context_length(length)
    writer.add_embedding_length(width)
    writer.add_block_count(layers)
    writer.add_feed_forward_length(inner)
    writer.add_head_count(heads)
    writer.add_head_count_kv(key_heads)
    writer.add_layer_norm_rms_eps(1e-5)


def sentence_piece(writer, processor):
    """A SentencePiece vocabulary as llama.cpp's converter writes it."""
    count = processor.vocab_size()
    pieces = [processor.id_to_piece(i) for i in range(count)]
    types = [2 if processor.is_unknown(i) else 3 if processor.is_control(i) else 6 if processor.is_byte(i) else 1 for i in range(count)]
    if "<tool>" in pieces:
        types[pieces.index("<tool>")] = 4  # the library does not tell which pieces its user defined
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(pieces)
    writer.add_token_scores([processor.get_score(i) for i in range(count)])
    writer.add_token_types(types)
    special(writer, processor.bos_id(), processor.eos_id())
    writer.add_unk_token_id(processor.unk_id())
    writer.add_add_bos_token(True)
    writer.add_add_eos_token(False)


def byte_level(writer, folder):
    """A byte-level vocabulary, likewise."""
    vocabulary = json.loads((folder / "vocab.json").read_text("utf-8"))
    tokens = sorted(vocabulary, key=vocabulary.get)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types([3 if token == "<|endoftext|>" else 1 for token in tokens])
    writer.add_token_merges(list(map(" ".join, merges(folder))))
    special(writer, vocabulary["<|endoftext|>"], vocabulary["<|endoftext|>"])
    return vocabulary


def merges(folder):
    """The pairs of merges.txt."""
    lines = (folder / "merges.txt").read_text("utf-8").split("\n")
    return [tuple(line.split(" ")) for line in lines if line and not line.startswith("#version")]


def special(writer, bos, eos):
    """Ids with a meaning, and a chat template."""
    writer.add_bos_token_id(bos)
    writer.add_eos_token_id(eos)
    writer.add_chat_template(TEMPLATE)


def split(pattern):
    """Words by a pattern, then bytes."""
    words = pre_tokenizers.Split(Regex(pattern), "isolated")
    return pre_tokenizers.Sequence([words, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])


def byte_level_ids(vocabulary, pairs, lines):
    """Ids by each way to split words."""
    ways = {
        "gpt-2": (split(GPT2), None, False),
        "smollm": (pre_tokenizers.Sequence([pre_tokenizers.Split(Regex("\\p{N}"), "isolated"), split(GPT2)]), None, False),
        "llama-bpe": (split(CONTRACTIONS + WORDS % "\\p{N}{1,3}"), None, True),
        "qwen2": (split(CONTRACTIONS + WORDS % "\\p{N}"), normalizers.NFC(), False),
    }
    found = {}
    for name, (words, normalizer, whole) in ways.items():
        tokenizer = Tokenizer(models.BPE(vocabulary, pairs, ignore_merges=whole))
        tokenizer.pre_tokenizer = words
        if normalizer:
            tokenizer.normalizer = normalizer
        found[name] = [tokenizer.encode(line).ids for line in lines]
    return found


def texts():
    """Some golden lines, without special tokens, and what tells the ways to split apart."""
    rows = (RESOURCES / "tokenizer/lines.jsonl").read_text("utf-8").splitlines()
    lines = [json.loads(row)["text"] for row in rows]
    lines = [line for line in lines if line and len(line) < 120 and not any(mark in line for mark in "<>\0")]
    return lines[:: max(1, len(lines) // 50)] + [
        " leading space", "two  spaces  ", "12345 and 1 of 678", "It's HE'LL don't", "e\u0301te\u0301 caf\u00e9", "a\n\n b\r\n\tc", "x=1;y+=22!!"]


def write_tiny(folder):
    """The committed files."""
    lines = texts()
    processor = sentencepiece.SentencePieceProcessor(model_file=str(RESOURCES / "tokenizer/llama/tokenizer.model"))
    writer = model(folder / "vocabulary_llama.gguf", 8, processor.vocab_size())
    sentence_piece(writer, processor)
    finish(writer)
    source = RESOURCES / "tokenizer/gpt2"
    count = len(json.loads((source / "vocab.json").read_text("utf-8")))
    writer = model(folder / "vocabulary_gpt2.gguf", 8, count)
    vocabulary = byte_level(writer, source)
    finish(writer)
    golden = {"lines": lines, "llama": [[processor.bos_id()] + processor.encode(line) for line in lines]}
    golden |= byte_level_ids(vocabulary, merges(source), lines)
    (folder / "vocabulary.json").write_text(json.dumps(golden, ensure_ascii=False) + "\n", encoding="utf-8")


def write_seeds(folder):
    """What GgufFuzzTest begins with: headers with a vocabulary of a few tokens, and nothing else."""
    folder.mkdir(parents=True, exist_ok=True)
    writer = gguf.GGUFWriter(folder / "sentence-piece", "llama")
    writer.add_tokenizer_model("llama")
    tokens = ["<unk>", "<s>", "</s>", "\u2581", "a", "b", "ab", "\u2581ab"]
    writer.add_token_list(tokens)
    writer.add_token_scores([0.0, 0.0, 0.0, -5.0, -6.0, -7.0, -1.0, -2.0])
    writer.add_token_types([2, 3, 3, 1, 1, 1, 1, 4])
    special(writer, 1, 2)
    finish(writer)
    writer = gguf.GGUFWriter(folder / "byte-level", "llama")
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("llama-bpe")
    writer.add_token_list(["a", "b", "ab", "\u0120", "\u0120ab", "<end>"])
    writer.add_token_types([1, 1, 1, 1, 1, 3])
    writer.add_token_merges(["a b", "\u0120 ab"])
    special(writer, 5, 5)
    finish(writer)


def neighbours_kept(folder, out):
    """DATA/llama-260K: llama2.c has the rows of queries and keys in the order in which GGUF has them."""
    data = (folder / "aidreams260K.bin").read_bytes()
    width, inner, layers, heads, key_heads, count, length = struct.unpack("<7i", data[:28])
    values = numpy.frombuffer(data, dtype="<f4", offset=28)
    keys = width // heads * key_heads
    writer = gguf.GGUFWriter(out / "llama-260K.gguf", "llama")
    sizes(writer, width, inner, layers, heads, key_heads, length)
    at = 0

    def take(name, *shape):
        nonlocal at
        size = int(numpy.prod(shape))
        writer.add_tensor(name + ".weight", values[at : at + size].reshape(shape))
        at += size

    take("token_embd", abs(count), width)
    for name, *shape in (("attn_norm", width), ("attn_q", width, width), ("attn_k", keys, width), ("attn_v", keys, width),
                         ("attn_output", width, width), ("ffn_norm", width), ("ffn_gate", inner, width), ("ffn_down", width, inner),
                         ("ffn_up", inner, width)):
        for layer in range(layers):
            take(f"blk.{layer}.{name}", *shape)
    take("output_norm", width)
    with open(folder / "tok512.bin", "rb") as file:
        file.read(4)
        pieces, scores = [], []
        for _ in range(count):
            score, size = struct.unpack("<fi", file.read(8))
            pieces.append(file.read(size).decode()), scores.append(score)
    pieces = [piece.strip() if i < 3 else piece.replace(" ", "\u2581") for i, piece in enumerate(pieces)]
    writer.add_tokenizer_model("llama")
    writer.add_token_list(pieces)
    writer.add_token_scores(scores)
    writer.add_token_types([2, 3, 3] + [6] * 256 + [1] * (count - 259))
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(1)  # that is how these models end a story
    finish(writer)


def write_real(data, out):
    """The large files."""
    out.mkdir(parents=True, exist_ok=True)
    neighbours_kept(data / "llama-260K", out)
    writer = model(out / "gpt2-vocabulary.gguf", 8, 50257, 1024)
    byte_level(writer, data / "vocab/gpt2")
    finish(writer)


def main():
    """Writes one or the other."""
    if sys.argv[1:2] == ["--real"]:
        write_real(Path(sys.argv[2]), Path(sys.argv[3]))
        print("{}")
        return
    folder = (Path(sys.argv[1]) if len(sys.argv) > 1 else RESOURCES) / "gguf"
    folder.mkdir(parents=True, exist_ok=True)
    write_tiny(folder)
    write_seeds(folder.parent.parent / "org/attune/checkpoint/GgufFuzzTestInputs/anyBytesAreReadOrRefused")


if __name__ == "__main__":
    main()
