"""A training step of a causal language model with GPT-2's vocabulary: tokens/s and peak memory of both sides.

    python bench/causal_lm_step.py DATA [--rounds 3] [--layers 4 --width 256 --batch 8 --length 512]

The sides take turns, each in a process of its own, fp32, no dropout, the same weights and batches; the figures are
medians over the rounds. Targets: at most 0.6 of transformers' memory, at least 1.3 times its tokens/s.
"""
import argparse
import pathlib
import statistics
import tempfile

import causal_lm

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    causal_lm.add_arguments(parser, layers=4, width=256, heads=4, length=512, steps=20, batch=8, rounds=3)
    args = parser.parse_args()
    ours, theirs = [], []
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary) / "start"
        causal_lm.make(args, folder)
        for r in range(args.rounds):
            ours.append(causal_lm.attune(args, folder, pathlib.Path(temporary) / f"out{r}"))
            theirs.append(causal_lm.reference(args, folder))
    for name, unit, scale in (("tokens_per_second", "tokens/s", 1), ("peak_memory_bytes", "MB", 1e6)):
        a, b = (statistics.median(run[name] for run in side) / scale for side in (ours, theirs))
        print(f"{name}: attune {a:.0f} {unit}, transformers {b:.0f} {unit}, ratio {a / b:.2f}")
