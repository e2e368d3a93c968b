"""Curriculum learning on SST-2: how many examples it takes to a target, easy ones first against random order.

    python bench/curriculum.py DATA [--seeds 1 2 3] [--limit 4000] [--target 0.80]

DATA has stsa.binary.train, .dev and .test. Evaluates every ten steps on the development set and notes the first point at
or above the target and above each of a few others, and the accuracy at the end. Writes bench/results/curriculum.json and
.md after each run.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

import sides

ARMS = {
    "random order": None,
    "length, sqrt": "difficulty: length, schedule: sqrt",
    "rarity, sqrt": "difficulty: rarity, schedule: sqrt",
    "length, linear": "difficulty: length, schedule: linear",
    "length, baby steps": "difficulty: length, schedule: baby-steps",
}
RECIPE = """\
task: text-classification
seed: {seed}
model: {{ checkpoint: "builtin:all-minilm-l6-v2", precision: auto }}
data:
  train: {{ path: {data}/stsa.binary.train, format: label-first, limit: {limit} }}
  validation: {{ path: {data}/stsa.binary.dev, format: label-first }}
  max_length: 128
train: {{ epochs: 1, batch_size: 32, evaluate_every: 10, group_by_length: false{techniques} }}
optimizer: {{ adamw: {{ lr: 1.0e-4, weight_decay: 0.0 }} }}
schedule: {{ constant: {{ warmup: 10 }} }}
output: {output}
"""


def run(folder, args, seed, name, settings):
    """One run's accuracies by examples seen."""
    recipe, output = folder / f"{name}-{seed}.yaml", folder / f"{name}-{seed}"
    curriculum = f", techniques: {{ curriculum: {{ {settings}, start: 0.1, steps: 0.5 }} }}" if settings else ""
    recipe.write_text(RECIPE.format(seed=seed, data=args.data, limit=args.limit, techniques=curriculum, output=output))
    done = subprocess.run([sides.ROOT / "attune", "train", recipe, "--json"], capture_output=True, text=True,
                          env=sides.environment("attune"))
    if done.returncode != 0:
        sys.exit(done.stderr[-3000:])
    training = json.loads(done.stdout)["training"]
    return [(point["step"] * 32, point["accuracy"]["value"]) for point in training["evaluations"]]


def to_target(curve, target):
    """Examples seen at the first evaluation at or above the target; None where there is none."""
    return next((seen for seen, accuracy in curve if accuracy >= target), None)


def report(args, runs):
    """Writes what was measured so far."""
    lines = [f"Examples until the development set's accuracy reaches {args.target:.2f}; one pass over {args.limit} rows.", "",
             "| order | " + " | ".join(f"seed {s}" for s in args.seeds) + " | mean accuracy over the run | at the end |",
             "|---|" + "---|" * (len(args.seeds) + 2)]
    for arm in ARMS:
        own = [r["curve"] for r in runs if r["arm"] == arm]
        if own:
            cells = [str(to_target(c, args.target) or "never") for c in own] + [""] * (len(args.seeds) - len(own))
            over = statistics.mean(a for c in own for _, a in c)
            lines.append(f"| {arm} | " + " | ".join(cells)
                         + f" | {over:.4f} | {statistics.mean(c[-1][1] for c in own):.4f} |")
    table = "\n".join(lines) + "\n"
    sides.write(args, "curriculum", {"target": args.target, "limit": args.limit, "runs": runs}, table)
    return table


def main():
    """Every order of a seed before the next seed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--limit", type=int, default=2560)
    parser.add_argument("--target", type=float, default=0.80)
    parser.add_argument("--arms", nargs="+", default=list(ARMS), choices=list(ARMS))
    parser.add_argument("--results", type=pathlib.Path, default=sides.ROOT / "bench/results")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder, runs = pathlib.Path(name), []
        for seed in args.seeds:
            for number, arm in enumerate(args.arms):
                curve = run(folder, args, seed, str(number), ARMS[arm])
                runs.append(dict(arm=arm, seed=seed, curve=curve))
                print(f"seed {seed} {arm}: {to_target(curve, args.target)}", file=sys.stderr, flush=True)
                table = report(args, runs)
    print(table)


if __name__ == "__main__":
    main()
