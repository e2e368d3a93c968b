"""Puts a new classification head on a pretrained body and saves it: the common starting point of a parity run.

    python make_model.py BASE OUT [--labels 2] [--seed 7]
"""
import argparse

import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer


def main():
    """Loads the body, draws the head, saves model and tokenizer."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base")
    parser.add_argument("out")
    parser.add_argument("--labels", type=int, default=2)
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    torch.manual_seed(args.seed)
    model = AutoModelForSequenceClassification.from_pretrained(
        args.base, num_labels=args.labels, problem_type="single_label_classification", dtype=torch.float32)
    model.save_pretrained(args.out)
    AutoTokenizer.from_pretrained(args.base).save_pretrained(args.out)


if __name__ == "__main__":
    main()
