"""A small GPT-2 on WikiText-2 by both sides, from the same random weights on the same batches: the two loss curves.

    python bench/gpt2_wikitext.py DATA [--steps 200 --layers 4 --width 192] [--tolerance 0.02]

Each line is the mean of ten steps. Rounding differs, so the curves drift apart slowly; within noise means less than
the tolerance at every point. Exits 1 otherwise.
"""
import argparse
import pathlib
import sys
import tempfile

import causal_lm

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    causal_lm.add_arguments(parser, layers=4, width=192, heads=4, length=256, steps=200, batch=8)
    parser.add_argument("--tolerance", type=float, default=0.02, help="largest difference of two losses, in nats")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary) / "start"
        causal_lm.make(args, folder)
        ours = causal_lm.attune(args, folder, pathlib.Path(temporary) / "out")
        theirs = causal_lm.reference(args, folder)
    print("step   attune   transformers   difference")
    worst = 0
    for i, (a, b) in enumerate(zip(ours["losses"], theirs["losses"], strict=True)):
        worst = max(worst, abs(a - b))
        print(f"{10 * (i + 1):4d}   {a:7.4f}   {b:12.4f}   {a - b:+.5f}")
    print(f"largest difference {worst:.5f}; attune {ours['tokens_per_second']:.0f} tokens/s,"
          f" transformers {theirs['tokens_per_second']:.0f}")
    sys.exit(worst > args.tolerance)
