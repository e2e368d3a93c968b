"""Trains a classifier with torch's AdamW on given rows in given order, dropout off, and writes what every step gave.

    python train_steps.py START ROWS.jsonl OUT [--batch 8] [--accumulate 1] [--lr 5e-5] [--weight-decay 0.01]
                          [--warmup 10] [--clip 1.0]

START is a folder made by make_model.py, ROWS has lines {"input_ids": [..], "label": 1}; batch k is rows
[k * batch, (k + 1) * batch). Biases and LayerNorms do not decay, as in transformers' Trainer; the schedule is linear
with warm-up; a step's loss is the mean over all rows of its window. OUT gets the model afterwards (save_pretrained),
trace.json (loss, gradient_norm and lr of each step) and logits.json (of the first 20 rows, after training).
"""
import argparse
import json
import pathlib

import torch
from transformers import AutoModelForSequenceClassification, get_linear_schedule_with_warmup
from transformers.trainer_pt_utils import get_parameter_names

import rows as rows_module

# Trainer.get_decay_parameter_names as it stands in transformers 5.17
NO_DECAY = [r"bias", r"layernorm", r"rmsnorm", r"(?:^|\.)norm(?:$|\.)", r"_norm(?:$|\.)"]


def parameter_groups(model, weight_decay):
    """Trainer's two groups: weights that decay; biases and LayerNorms, which do not."""
    decayed = set(get_parameter_names(model, [torch.nn.LayerNorm], NO_DECAY))
    named = list(model.named_parameters())
    return [{"params": [p for n, p in named if n in decayed], "weight_decay": weight_decay},
            {"params": [p for n, p in named if n not in decayed], "weight_decay": 0.0}]


def train(model, rows, args):
    """Steps over all rows; returns loss, gradient norm and learning rate of each step."""
    window = args.batch * args.accumulate
    steps = len(rows) // window
    optimizer = torch.optim.AdamW(parameter_groups(model, args.weight_decay), lr=args.lr)
    schedule = get_linear_schedule_with_warmup(optimizer, args.warmup, steps)
    trace = {"loss": [], "gradient_norm": [], "lr": []}
    model.train()  # all dropout is 0
    for step in range(steps):
        total = 0.0
        for start in range(step * window, (step + 1) * window, args.batch):
            batch = rows[start : start + args.batch]
            logits = model(**rows_module.pad(batch)).logits
            labels = torch.tensor([r["label"] for r in batch])
            loss = torch.nn.functional.cross_entropy(logits, labels, reduction="sum") / window
            loss.backward()
            total += loss.item()
        trace["loss"].append(total)
        trace["gradient_norm"].append(torch.nn.utils.clip_grad_norm_(model.parameters(), args.clip).item())
        trace["lr"].append(schedule.get_last_lr()[0])
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
    return trace


def main():
    """Trains and writes the three files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("start")
    parser.add_argument("rows")
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--accumulate", type=int, default=1)
    parser.add_argument("--lr", type=float, default=5e-5)
    parser.add_argument("--weight-decay", type=float, default=0.01)
    parser.add_argument("--warmup", type=int, default=10)
    parser.add_argument("--clip", type=float, default=1.0)
    args = parser.parse_args()
    rows = rows_module.read(args.rows)
    model = AutoModelForSequenceClassification.from_pretrained(
        args.start, dtype=torch.float32, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
    trace = train(model, rows, args)
    model.save_pretrained(args.out)
    (args.out / "trace.json").write_text(json.dumps(trace))
    with torch.inference_mode():
        logits = [model.eval()(**rows_module.pad([row])).logits[0].tolist() for row in rows[:20]]
    (args.out / "logits.json").write_text(json.dumps(logits))
    print(json.dumps({"steps": len(trace["loss"]), "first_loss": trace["loss"][0], "last_loss": trace["loss"][-1]}))


if __name__ == "__main__":
    main()
