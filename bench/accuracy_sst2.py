"""Test accuracy on SST-2 with one recipe on both sides: lr 5e-5, batch 32, linear schedule without warm-up, no weight
decay, max_length 128, dropout on, 3 epochs, 3 seeds.

    python bench/accuracy_sst2.py MODEL DATA [--seeds 1 2 3] [--epochs 3] [--tuned] [--python PYTHON]

Writes bench/results/accuracy_sst2.json and .md. The target: Attune's mean is at most 0.3 points below the reference's.
--tuned compares with the reference's bf16 settings, which take a fifth of the time and reach the same accuracy.
"""
import argparse
import statistics
import sys

import sides


def main():
    """Runs all seeds of both sides, interleaved."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    sides.add_arguments(parser)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--tuned", action="store_true")
    args = parser.parse_args()
    sides.prepare(args)
    rival, machine, runs = "tuned" if args.tuned else "plain", sides.machine(args), []
    for seed in args.seeds:
        for side in ("attune", rival):
            runs.append(sides.run(side, args, args.epochs, seed))
            print("seed {seed} {side}: accuracy {test_accuracy}".format(**runs[-1]), file=sys.stderr, flush=True)
        text = report(args, rival, machine, runs)
    print(text)


def report(args, rival, machine, runs):
    """Writes the results of the seeds run so far, so that a run cut short still leaves what it measured."""
    of = {side: [r["test_accuracy"] for r in runs if r["side"] == side] for side in ("attune", rival)}
    mean = {side: statistics.mean(values) for side, values in of.items()}
    points = 100 * (mean["attune"] - mean[rival])
    seeds = [r["seed"] for r in runs if r["side"] == rival]
    lines = ["| seed | Attune | transformers (" + rival + ") |", "|---|---|---|"]
    lines += [f"| {seed} | {a:.4f} | {b:.4f} |" for seed, a, b in zip(seeds, of["attune"], of[rival])]
    lines += [f"| mean | {mean['attune']:.4f} | {mean[rival]:.4f} |", "",
              f"Difference {points:+.2f} points; {args.epochs} epochs on {runs[0]['examples']} examples.", ""]
    sides.write(args, args.name or "accuracy_sst2",
                {"machine": machine, "runs": runs, "mean": mean, "difference_points": points}, "\n".join(lines))
    return "\n".join(lines)


if __name__ == "__main__":
    main()
