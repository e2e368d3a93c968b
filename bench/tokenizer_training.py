"""Training a tokenizer: Attune beside Hugging Face's trainers, whole processes, on the same file with the same settings.

    python bench/tokenizer_training.py SHARED_DATA [--vocab-size 8000] [--rounds 1] [--python PYTHON]

SHARED_DATA has wikitext2/train.txt. Each side starts, reads, learns and saves; time and peak resident memory are the
process's, as the kernel saw them. For byte-level BPE the vocabularies must be equal, for the others of equal size.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
KINDS = ("gpt2", "bert", "t5")


def python_side(kind, size, source, out):
    """Trains with tokenizers and saves its tokenizer.json."""
    sys.path.insert(0, str(ROOT / "reference"))
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

    if kind == "gpt2":
        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        trainer = trainers.BpeTrainer(vocab_size=size, min_frequency=2, special_tokens=["<|endoftext|>"],
                                      initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
    elif kind == "bert":
        tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
        tokenizer.normalizer, tokenizer.pre_tokenizer = normalizers.BertNormalizer(), pre_tokenizers.BertPreTokenizer()
        trainer = trainers.WordPieceTrainer(vocab_size=size, min_frequency=2, limit_alphabet=1000, show_progress=False,
                                            special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
    else:
        tokenizer = Tokenizer(models.Unigram())
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
        trainer = trainers.UnigramTrainer(vocab_size=size, special_tokens=["<pad>", "</s>", "<unk>"], unk_token="<unk>", show_progress=False)
    tokenizer.train([source], trainer)
    os.makedirs(out)
    tokenizer.save(os.path.join(out, "tokenizer.json"))


def run(side, kind, args, source, out):
    """One process: seconds, peak MB and the tokens."""
    if side == "attune":
        line = [ROOT / "attune", "tokenizer", "train", "--like", kind, "--input", source, "--vocab-size", args.vocab_size, "--output", out]
    else:
        line = [args.python, __file__, args.data, "--side", kind, "--vocab-size", args.vocab_size, "--out", out]
    with tempfile.TemporaryFile("w+") as said:
        start = time.perf_counter()
        process = subprocess.Popen([str(part) for part in line], stdout=said, stderr=said, env=dict(os.environ, TOKENIZERS_PARALLELISM="true"))
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        if process.returncode != 0:
            sys.exit(f"{side} {kind}: exit {process.returncode}\n{said.read()[-4000:]}")
    model = json.loads((pathlib.Path(out) / "tokenizer.json").read_text(encoding="utf-8"))["model"]
    tokens = {piece for piece, _ in model["vocab"]} if isinstance(model["vocab"], list) else model["vocab"]
    return seconds, usage.ru_maxrss / 1024, tokens


def main():
    """Runs the rounds and prints a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data")
    parser.add_argument("--vocab-size", type=int, default=8000)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--python", default=sys.executable, help="Python with reference/requirements.txt")
    parser.add_argument("--side", choices=KINDS, help=argparse.SUPPRESS)
    parser.add_argument("--out", help=argparse.SUPPRESS)
    args = parser.parse_args()
    source = os.path.join(args.data, "wikitext2/train.txt")
    if args.side:
        return python_side(args.side, args.vocab_size, source, args.out)
    subprocess.run([ROOT / "attune", "--help"], stdout=subprocess.DEVNULL, check=True)  # built before it is timed
    print("| | Attune, s | tokenizers, s | times as fast | Attune, MB | tokenizers, MB | shared tokens |\n|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as work:
        for kind in KINDS:
            found = {"attune": [], "python": []}
            for k in range(args.rounds):
                for side in ("attune", "python") if k % 2 == 0 else ("python", "attune"):
                    found[side].append(run(side, kind, args, source, f"{work}/{kind}-{side}-{k}"))
            ours, theirs = found["attune"][0][2], found["python"][0][2]
            if kind == "gpt2" and ours != theirs:
                sys.exit("the vocabularies of byte-level BPE differ")
            seconds = {side: statistics.median(r[0] for r in runs) for side, runs in found.items()}
            memory = {side: statistics.median(r[1] for r in runs) for side, runs in found.items()}
            shared = len(set(ours) & set(theirs)) / len(set(theirs))
            print(f"| {kind} | {seconds['attune']:.1f} | {seconds['python']:.1f} | {seconds['python'] / seconds['attune']:.2f} |"
                  f" {memory['attune']:.0f} | {memory['python']:.0f} | {shared:.2%} |")
    return None


if __name__ == "__main__":
    main()
