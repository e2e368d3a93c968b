"""Training speed on SST-2: Attune, transformers' Trainer as it comes (fp32), and its tuned settings (bf16, length
grouping, fused AdamW), one after the other in each round, so that a slow minute of the machine hits all three.

    python bench/train_sst2.py MODEL DATA [--rounds 5] [--python PYTHON] [--limit N] [--sides attune plain tuned]

Writes bench/results/train_sst2.json (every run) and .md (the table). The targets: 3 x plain and 1.5 x tuned in
examples/s, at most 0.6 x the peak resident memory.
"""
import argparse
import sys

import sides

SIDES = ("attune", "plain", "tuned")
FIGURES = (("examples/s", "examples_per_s"), ("eval examples/s", "eval_examples_per_s"),
           ("peak RSS MB", "peak_rss_mb"), ("test accuracy", "test_accuracy"))


def show(figure):
    """`median (min-max)` with as many digits as the figure deserves."""
    form = "{:.4f}" if figure["max"] <= 1 else "{:.0f}" if figure["min"] >= 1000 else "{:.1f}"
    return "{} ({}-{})".format(*(form.format(figure[k]) for k in ("median", "min", "max")))


def summary(runs, names):
    """Per side the spread of each figure, and per rival Attune's ratios, taken round by round."""
    result = {"sides": {}, "ratios": {}}
    for side in names:
        own = [r for r in runs if r["side"] == side]
        result["sides"][side] = {key: sides.spread([r[key] for r in own]) for _, key in FIGURES}
    for rival in names:
        if rival != "attune" and "attune" in names:
            pairs = list(zip((r for r in runs if r["side"] == "attune"), (r for r in runs if r["side"] == rival)))
            result["ratios"][rival] = {key: sides.spread([a[key] / b[key] for a, b in pairs])
                                       for key in ("examples_per_s", "peak_rss_mb")}
    return result


def table(found, names, machine, rounds):
    """The figures as a markdown table."""
    lines = ["| | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    for label, key in FIGURES:
        lines.append(f"| {label} | " + " | ".join(show(found["sides"][side][key]) for side in names) + " |")
    for label, key in (("Attune's examples/s, times", "examples_per_s"), ("Attune's peak RSS, times", "peak_rss_mb")):
        cells = [f"{show_ratio(found['ratios'][side][key])}" if side in found["ratios"] else "" for side in names]
        lines.append(f"| {label} | " + " | ".join(cells) + " |")
    about = (f"{rounds} interleaved rounds, median (min-max). {machine['cpu']}, {machine['cores']} cores;"
             f" torch {machine['torch']}, transformers {machine['transformers']}.")
    return "\n".join(lines + ["", about, ""])


def show_ratio(figure):
    """A ratio with two digits."""
    return "{median:.2f} ({min:.2f}-{max:.2f})".format(**figure)


def main():
    """Runs the rounds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    sides.add_arguments(parser)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--sides", nargs="+", choices=SIDES, default=list(SIDES))
    args = parser.parse_args()
    sides.prepare(args)
    machine, runs = sides.machine(args), []
    for k in range(args.rounds):
        # Each round starts with another side: being first or last is no one's advantage.
        for side in args.sides[k % len(args.sides):] + args.sides[: k % len(args.sides)]:
            runs.append(dict(sides.run(side, args, args.epochs), round=k))
            print("round {round} {side}: {examples_per_s} examples/s, {peak_rss_mb} MB, accuracy {test_accuracy}"
                  .format(**runs[-1]), file=sys.stderr, flush=True)
        # After every round: an hour's figures must not hang on the last minute.
        found = summary(runs, args.sides)
        text = table(found, args.sides, machine, k + 1)
        sides.write(args, args.name or "train_sst2", {"machine": machine, "runs": runs, **found}, text)
    print(text)


if __name__ == "__main__":
    main()
