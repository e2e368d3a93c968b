"""Trains the reference's tokenizers, and reads what Attune trained.

    python tokenizer_trainer.py train CASE VOCAB_SIZE TEXT OUT.json
    python tokenizer_trainer.py encode FOLDER TEXT LINES OUT.json

`train` writes what reference/tokenizer_trainer_fixtures.py writes of a case, at another size, and for "t5" the tokens per
line of the first 2,000 lines. `encode` loads a folder with transformers' AutoTokenizer and writes its class, the ids of LINES
lines that are not blank, and what it decodes them to.
"""
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
import tokenizer_trainer_fixtures as fixtures  # noqa: E402


def lines_of(path, count):
    with open(path, encoding="utf-8", newline="\n") as file:
        return [line.rstrip("\n") for line in file if line.strip()][:count]


def train(case, size, source, out):
    trainer = {
        "gpt2": lambda: fixtures.bpe(["<|endoftext|>"], size),
        "llama": lambda: fixtures.bpe(["<|begin_of_text|>", "<|end_of_text|>"], size),
        "bert": lambda: fixtures.wordpiece(size),
        "t5": lambda: fixtures.unigram(size),
    }[case]
    tokenizer = fixtures.CASES[case][0]()
    tokenizer.train([source], trainer())
    result = fixtures.described(tokenizer)
    if case == "t5":
        lines = lines_of(source, 2000)
        result["tokens_per_line"] = sum(len(e.ids) for e in tokenizer.encode_batch(lines)) / len(lines)
    Path(out).write_text(json.dumps(result, ensure_ascii=False), encoding="utf-8")


def encode(folder, source, count, out):
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    ids = [tokenizer(line)["input_ids"] for line in lines_of(source, count)]
    roles = {name: getattr(tokenizer, name + "_token_id") for name in ("bos", "eos", "unk", "sep", "pad", "cls", "mask")}
    Path(out).write_text(json.dumps({"class": type(tokenizer).__name__, "size": len(tokenizer), "roles": roles, "ids": ids,
                                     "decoded": [tokenizer.decode(row) for row in ids]}), encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1] == "train":
        train(sys.argv[2], int(sys.argv[3]), sys.argv[4], sys.argv[5])
    else:
        encode(sys.argv[2], sys.argv[3], int(sys.argv[4]), sys.argv[5])
