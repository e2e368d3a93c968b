"""Speed of tokenization: Attune and Python's tokenizers, one after the other in each round, on the same lines with the
same tokenizer.json, each in one batch on all cores.

    python bench/tokenization.py MODEL SHARED_DATA [--rounds 5] [--python PYTHON]

MODEL is a folder with tokenizer.json (reference/minilm_from_onnx.py makes one); SHARED_DATA has sst2, banking77 and
wikitext2. Attune hands over ids, types, words and UTF-16 offsets of every token; Python is timed twice, with the ids
taken out as lists (what a training run reads) and with the same four things. Both sides must find as many tokens.
(The file is not called tokenize.py: that would hide Python's own module from every script beside it.)
"""
import argparse
import json
import os
import pathlib
import shlex
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
FILES = ("sst2/stsa.binary.train", "banking77/train.csv", "wikitext2/valid.txt", "wikitext2/test.txt")
SIDES = ("attune", "python-ids", "python-all")
WARMUP, REPEATS = 3, 5


def read_lines(files):
    """As `attune bench tokenize` reads them: \\n, \\r\\n or \\r end a line, blank lines are left out."""
    text = (pathlib.Path(file).read_text(encoding="utf-8").replace("\r\n", "\n").replace("\r", "\n") for file in files)
    return [line for whole in text for line in whole.split("\n") if line.strip()]


def python_side(model, files, everything):
    """Prints what `attune bench tokenize --json` prints."""
    import tokenizers

    tokenizer = tokenizers.Tokenizer.from_file(os.path.join(model, "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    lines, seconds, tokens = read_lines(files), [], 0
    for k in range(WARMUP + REPEATS):
        start = time.perf_counter()
        found = tokenizer.encode_batch(lines)
        if everything:
            taken = [(e.ids, e.type_ids, e.word_ids, e.offsets) for e in found]
        else:
            taken = [e.ids for e in found]
        if k >= WARMUP:
            seconds.append(time.perf_counter() - start)
        tokens = sum(len(e.ids) for e in found)
        del found, taken
    median = statistics.median(seconds)
    print(json.dumps({"lines": len(lines), "tokens": tokens, "lines_per_s": round(len(lines) / median),
                      "tokens_per_s": round(tokens / median), "seconds": seconds}))


def run(side, args, files):
    """One process of one side."""
    if side == "attune":
        line = [str(ROOT / "attune"), "bench", "tokenize", args.model, "--data", *files, "--repeats", str(REPEATS), "--json"]
    else:
        line = [args.python, __file__, args.model, args.data, "--side", side]
    env = dict(os.environ, TOKENIZERS_PARALLELISM="true")
    done = subprocess.run(line, capture_output=True, text=True, env=env, check=False)
    if done.returncode != 0:
        sys.exit(f"{side}: exit {done.returncode} from: {shlex.join(line)}\n{done.stderr[-4000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def main():
    """Runs the rounds and prints a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("data")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--python", default=sys.executable, help="Python with reference/requirements.txt")
    parser.add_argument("--side", choices=SIDES[1:], help=argparse.SUPPRESS)
    args = parser.parse_args()
    files = [os.path.join(args.data, file) for file in FILES]
    if args.side:
        return python_side(args.model, files, args.side == "python-all")
    subprocess.run([ROOT / "attune", "--help"], stdout=subprocess.DEVNULL, check=True)  # built before it is timed
    found = {side: [] for side in SIDES}
    for k in range(args.rounds):
        # Each round starts with another side: being first or last is no one's advantage.
        for side in SIDES[k % len(SIDES):] + SIDES[:k % len(SIDES)]:
            found[side].append(run(side, args, files))
            print(f"round {k} {side}: {found[side][-1]['lines_per_s']} lines/s", file=sys.stderr, flush=True)
    counts = {(result["lines"], result["tokens"]) for results in found.values() for result in results}
    if len(counts) != 1:
        sys.exit(f"the sides differ in lines or tokens: {counts}")
    lines, tokens = counts.pop()
    print(f"{lines} lines, {tokens} tokens, {os.cpu_count()} cores, {args.rounds} rounds: median (min-max)\n")
    print("| | lines/s | Attune's, times |\n|---|---|---|")
    for side in SIDES:
        rates = [result["lines_per_s"] for result in found[side]]
        ratios = [a["lines_per_s"] / b["lines_per_s"] for a, b in zip(found["attune"], found[side])]
        print(f"| {side} | {statistics.median(rates):.0f} ({min(rates)}-{max(rates)}) | {statistics.median(ratios):.2f} |")
    return None


if __name__ == "__main__":
    main()
