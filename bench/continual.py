"""Continual learning: trec, then banking77, then sst2, a head each, and what is left of the first ones.

    python bench/continual.py DATA [--methods naive ewc rehearsal] [--lambda 10000] [--epochs 4] [--seeds 42]

DATA has the folders trec, banking77 and sst2. Runs recipes/continual.yaml once for each method and seed, and writes the
matrix of each to bench/results/continual.json and .md after each run.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import sides

PATHS = {"trec": "trec/train.txt", "banking77": "banking77/train.csv", "sst2": "sst2/stsa.binary.train"}


def run(args, folder, method, seed):
    """One sequence of the three tasks: what attune continual prints as JSON."""
    text = (sides.ROOT / "recipes/continual.yaml").read_text()
    for name, path in PATHS.items():
        copy = folder / path  # TREC is Latin-1; Attune reads UTF-8
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text((args.data / path).read_text("latin-1" if name == "trec" else "utf-8"))
        text = text.replace(f"path: {path},", f"path: {copy},").replace(f"path: {name}/", f"path: {args.data}/{name}/")
    recipe = folder / "continual.yaml"
    recipe.write_text(text)
    sets = [f"continual.method={method}", f"seed={seed}", f"train.epochs={args.epochs}", f"continual.lambda={args.strength}",
            f"output={folder / method}-{seed}"]
    line = [sides.ROOT / "attune", "continual", recipe, "--json"] + [word for s in sets for word in ("--set", s)]
    done = subprocess.run(line, capture_output=True, text=True, env=sides.environment("attune"))
    if done.returncode != 0:
        sys.exit(done.stderr[-3000:])
    result = json.loads(done.stdout)
    result.pop("output")
    return dict(result, method=method, seed=seed, strength=args.strength)


def report(args, runs):
    """Writes what was measured so far."""
    lines = []
    for r in runs:
        title = r["method"] + (f" (lambda {r['strength']:g})" if "ewc" in r["method"] or "l2" in r["method"] else "")
        lines += [f"**{title}**, seed {r['seed']}: average {r['average']:.4f}, backward transfer {r['backward_transfer']:+.4f}, "
                  f"forward transfer {r['forward_transfer']:+.4f}", "",
                  "| after | " + " | ".join(r["tasks"]) + " |", "|---|" + "---|" * len(r["tasks"]),
                  "| nothing | " + " | ".join(f"{v:.4f}" for v in r["before"]) + " |"]
        lines += [f"| {task} | " + " | ".join(f"{v:.4f}" for v in row) + " |" for task, row in zip(r["tasks"], r["matrix"])]
        lines.append("")
    table = "\n".join(lines)
    sides.write(args, "continual", {"epochs": args.epochs, "runs": runs}, table)
    return table


def main():
    """Every method of a seed before the next seed; earlier results of other methods stay."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--methods", nargs="+", default=["naive", "ewc", "rehearsal"])
    parser.add_argument("--lambda", dest="strength", type=float, default=10000)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--seeds", type=int, nargs="+", default=[42])
    parser.add_argument("--keep", action="store_true", help="add to the runs of an earlier call")
    parser.add_argument("--results", type=pathlib.Path, default=sides.ROOT / "bench/results")
    args = parser.parse_args()
    before = args.results / "continual.json"
    runs = json.loads(before.read_text())["runs"] if args.keep and before.exists() else []
    with tempfile.TemporaryDirectory() as name:
        for seed in args.seeds:
            for method in args.methods:
                runs.append(run(args, pathlib.Path(name), method, seed))
                print(f"seed {seed} {method}: {runs[-1]['matrix'][-1]}", file=sys.stderr, flush=True)
                table = report(args, runs)
    print(table)


if __name__ == "__main__":
    main()
