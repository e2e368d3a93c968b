"""Distillation on SST-2: a student of three layers with and without its teacher, the built-in model of six.

    python bench/distillation.py DATA [--seeds 1 2 3] [--epochs 2] [--limit 0]

DATA has stsa.binary.train, .dev and .test. Trains the teacher once, then for each seed the same student in four ways:

    labels            layers 0, 2, 4 of the built-in model, no teacher
    labels, teacher's start    layers 0, 2, 4 of the teacher, otherwise without it
    answers           the same start, and the teacher's logits (temperature 2, alpha 0.5)
    answers + states  and its hidden states (MSE, layers 1, 3, 5)

Everything else is alike. Writes bench/results/distillation.json and .md after each run. A step of the last arm runs the
teacher too, which its seconds show.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

import sides

TEACHER = "distillation: { teacher: TEACHER, temperature: 2.0, alpha: 0.5INSIDE }"
ARMS = {
    "labels": ("builtin:all-minilm-l6-v2", None),
    "labels, teacher's start": ("TEACHER", None),
    "answers": ("TEACHER", TEACHER.replace("INSIDE", "")),
    "answers + states": ("TEACHER", TEACHER.replace("INSIDE", ", hidden: 1.0, matching: mse, layers: [1, 3, 5]")),
}
RECIPE = """\
task: text-classification
seed: {seed}
model: {{ checkpoint: "{checkpoint}", precision: auto{layers} }}
data:
  train: {{ path: {data}/stsa.binary.train, format: label-first{limit} }}
  validation: {{ path: {data}/stsa.binary.dev, format: label-first }}
  test: {{ path: {data}/stsa.binary.test, format: label-first }}
  max_length: 128
train: {{ epochs: {epochs}, batch_size: 32, keep_best: accuracy{techniques} }}
optimizer: {{ adamw: {{ lr: {lr}, weight_decay: 0.0 }} }}
schedule: {{ linear: {{ warmup: 0.06 }} }}
output: {output}
"""


def train(folder, name, args, seed, checkpoint, layers="", technique=None, lr=1e-4):
    """One run: its test accuracy and seconds of training."""
    recipe = folder / f"{name}.yaml"
    recipe.write_text(RECIPE.format(
        seed=seed, checkpoint=checkpoint, layers=layers, data=args.data, epochs=args.epochs, output=folder / name,
        limit=f", limit: {args.limit}" if args.limit else "", lr=lr,
        techniques=f", techniques: {{ {technique} }}" if technique else ""))
    run = subprocess.run([sides.ROOT / "attune", "train", recipe, "--json"], capture_output=True, text=True,
                         env=sides.environment("attune"))
    if run.returncode != 0:
        sys.exit(run.stderr[-3000:])
    result = json.loads(run.stdout)
    training = result["training"]
    return {"accuracy": result["test"]["accuracy"]["value"], "examples_per_second": training["examples_per_second"],
            "steps": training["steps"]}


def report(args, teacher, runs):
    """Writes what was measured so far."""
    rows = f"{args.limit:,} training rows" if args.limit else "all training rows"
    lines = [f"Teacher: {teacher['accuracy']:.4f} on the test set (1,821 sentences); {rows}, {args.epochs} epochs.", "",
             "| student of 3 layers | " + " | ".join(f"seed {s}" for s in args.seeds) + " | mean | examples/s |",
             "|---|" + "---|" * (len(args.seeds) + 2)]
    for arm in ARMS:
        own = [r for r in runs if r["arm"] == arm]
        if own:
            values = [r["accuracy"] for r in own]
            cells = [f"{v:.4f}" for v in values] + [""] * (len(args.seeds) - len(values))
            speed = statistics.median(r["examples_per_second"] for r in own)
            lines.append(f"| {arm} | " + " | ".join(cells) + f" | {statistics.mean(values):.4f} | {speed:.0f} |")
    table = "\n".join(lines) + "\n"
    sides.write(args, "distillation", {"teacher": teacher, "epochs": args.epochs, "limit": args.limit, "runs": runs},
                table)
    return table


def main():
    """Teacher, then every arm of a seed before the next seed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--limit", type=int, default=0, help="training rows; 0: all")
    parser.add_argument("--results", type=pathlib.Path, default=sides.ROOT / "bench/results")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder, runs = pathlib.Path(name), []
        teacher = train(folder, "teacher", args, 42, "builtin:all-minilm-l6-v2", lr=5e-5)
        for seed in args.seeds:
            for number, (arm, (start, technique)) in enumerate(ARMS.items()):
                known = str(folder / "teacher")
                result = train(folder, f"{number}-{seed}", args, seed, start.replace("TEACHER", known),
                               ", layers: [0, 2, 4]", technique and technique.replace("TEACHER", known))
                runs.append(dict(result, arm=arm, seed=seed))
                print(f"seed {seed} {arm}: {result['accuracy']:.4f}", file=sys.stderr, flush=True)
                table = report(args, teacher, runs)
    print(table)


if __name__ == "__main__":
    main()
