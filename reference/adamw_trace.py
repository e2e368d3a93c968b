"""Golden traces of training: 100 AdamW steps, accumulation 4 x 8 against 1 x 32, and learning-rate schedules.

    python adamw_trace.py [OUT]            (OUT: attune-core/src/test/resources/golden)

OUT/adamw/steps/        a tiny sequence classifier (config.json, model.safetensors: the weights before) and the trace of
                        100 steps: golden.safetensors has batch.K/{input_ids,attention_mask,labels} (step s takes batch
                        s % batches) and final/PARAMETER; golden.json the settings, each step's loss, learning rate and
                        gradient norm before clipping. Attention's key biases are noise: see golden.has_gradient.
OUT/adamw/accumulation/ a tiny token classifier whose micro batches hold very different numbers of labelled tokens, run
                        by transformers' own Trainer: rows.K/{input_ids,attention_mask,labels} are the micro batches of
                        8, four a step; final/PARAMETER the weights after, which 1 x 32 reaches too (checked here).
OUT/adamw/schedules.json  learning rates of transformers' linear and cosine schedules, for several warm-ups.
"""
import json
import math
import sys
import tempfile
from pathlib import Path

import torch
from transformers import (
    BertForSequenceClassification, BertForTokenClassification, Trainer, TrainingArguments,
    get_cosine_schedule_with_warmup, get_linear_schedule_with_warmup)
from transformers.trainer_pt_utils import get_parameter_names

import golden
from family import masked_labels

torch.set_num_threads(1)
SETTINGS = dict(lr=2e-3, weight_decay=0.05, beta1=0.9, beta2=0.999, eps=1e-8, clip_norm=1.0, warmup_steps=10,
                steps=100, batches=20)
# Trainer.get_decay_parameter_names as it stands in transformers 5.17
NO_DECAY = [r"bias", r"layernorm", r"rmsnorm", r"(?:^|\.)norm(?:$|\.)", r"_norm(?:$|\.)"]


def parameter_groups(model, weight_decay):
    """Trainer's two groups: weights that decay; biases and LayerNorms, which do not."""
    decayed = set(get_parameter_names(model, [torch.nn.LayerNorm], NO_DECAY))
    named = list(model.named_parameters())
    return [{"params": [p for n, p in named if n in decayed], "weight_decay": weight_decay},
            {"params": [p for n, p in named if n not in decayed], "weight_decay": 0.0}]


def batch_lengths(generator, rows):
    """Row lengths from 4 to 16."""
    return torch.randint(4, 17, (rows,), generator=generator).tolist()


def trace_steps(out):
    """The 100-step trace."""
    s = SETTINGS
    model = golden.make_tiny(BertForSequenceClassification, 21, num_labels=3, problem_type="single_label_classification")
    golden.save_model(model, out)
    generator = torch.Generator().manual_seed(21)
    batches = []
    for k in range(s["batches"]):
        batch = golden.pad(golden.random_rows(batch_lengths(generator, 8), seed=100 + k), with_types=False)
        batches.append(dict(batch, labels=torch.randint(0, 3, (8,), generator=generator)))
    optimizer = torch.optim.AdamW(parameter_groups(model, s["weight_decay"]), lr=s["lr"],
                                  betas=(s["beta1"], s["beta2"]), eps=s["eps"])
    schedule = get_linear_schedule_with_warmup(optimizer, s["warmup_steps"], s["steps"])
    model.train()  # all dropout is 0
    losses, rates, norms = [], [], []
    for step in range(s["steps"]):
        loss = model(**batches[step % len(batches)]).loss
        loss.backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), s["clip_norm"]).item())
        rates.append(schedule.get_last_lr()[0])
        losses.append(loss.item())
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
    tensors = {f"batch.{k}/{n}": t for k, b in enumerate(batches) for n, t in b.items()}
    tensors.update({f"final/{n}": p for n, p in model.named_parameters()})
    golden.write(out, tensors, dict(s, loss=losses, lr_of_step=rates, gradient_norm=norms))
    print(f"steps: loss {losses[0]:.4f} -> {losses[-1]:.4f}, norms {min(norms):.2f}..{max(norms):.2f}")


def collate(rows):
    """Pads dictionaries of one row each to their longest."""
    batch = golden.pad([(r["input_ids"], torch.zeros_like(r["input_ids"])) for r in rows], with_types=False)
    batch["labels"] = torch.full(batch["input_ids"].shape, -100)
    for i, r in enumerate(rows):
        batch["labels"][i, : len(r["labels"])] = r["labels"]
    return batch


def token_mean(outputs, labels, num_items_in_batch):
    """The loss of a micro batch, divided by the labelled tokens of the whole window.

    Trainer hands the window's count to models too, but BERT's heads in transformers 5.17 ignore it and Trainer then
    does not divide by the number of micro batches either: their 4 x 8 loss is a sum of four means, four times too
    large. compute_loss_func is Trainer's own way to the right one.
    """
    loss = torch.nn.functional.cross_entropy(outputs.logits.flatten(0, 1), labels.flatten(), reduction="sum")
    return loss / num_items_in_batch


def run_trainer(rows, micro, accumulate):
    """Trains the token classifier with Trainer over the rows in order; returns the model, the logged losses and norms."""
    model = golden.make_tiny(BertForTokenClassification, 22, num_labels=5)
    with tempfile.TemporaryDirectory() as folder:
        args = TrainingArguments(
            output_dir=folder, num_train_epochs=1, per_device_train_batch_size=micro, gradient_accumulation_steps=accumulate,
            learning_rate=SETTINGS["lr"], weight_decay=SETTINGS["weight_decay"], max_grad_norm=SETTINGS["clip_norm"],
            lr_scheduler_type="linear", warmup_steps=2, optim="adamw_torch", train_sampling_strategy="sequential",
            logging_steps=1, save_strategy="no", report_to="none", use_cpu=True, disable_tqdm=True, seed=22)
        trainer = Trainer(model=model, args=args, train_dataset=rows, data_collator=collate, compute_loss_func=token_mean)
        trainer.train()
    logs = [e for e in trainer.state.log_history if "loss" in e]
    return model, [e["loss"] for e in logs], [e["grad_norm"] for e in logs]


def trace_accumulation(out, steps=6, micro=8, accumulate=4):
    """4 x 8 by Trainer, checked against 1 x 32."""
    generator = torch.Generator().manual_seed(22)
    rows = []
    for k in range(steps * accumulate):
        share = (0.1, 0.9, 0.5, 0.3)[k % 4]  # so that a mean of means differs from the mean over the window
        for ids, _ in golden.random_rows(batch_lengths(generator, micro), seed=300 + k):
            one = {"input_ids": ids[None], "attention_mask": torch.ones_like(ids)[None]}
            rows.append({"input_ids": ids, "labels": masked_labels(one, generator, share, classes=5)[0]})
    golden.save_model(golden.make_tiny(BertForTokenClassification, 22, num_labels=5), out)
    model, losses, norms = run_trainer(rows, micro, accumulate)
    whole, whole_losses, _ = run_trainer(rows, micro * accumulate, 1)
    pairs = zip(model.named_parameters(), whole.parameters())
    apart = max((a - b).abs().max().item() for (name, a), b in pairs if golden.has_gradient(name))
    assert apart < 2e-5, f"transformers' own 4 x 8 and 1 x 32 differ by {apart}"
    assert all(math.isclose(a, b, abs_tol=1e-4) for a, b in zip(losses, whole_losses)), (losses, whole_losses)
    tensors = {f"final/{n}": p for n, p in model.named_parameters()}
    for k in range(0, len(rows), micro):
        tensors.update({f"rows.{k // micro}/{n}": t for n, t in collate(rows[k : k + micro]).items()})
    golden.write(out, tensors, {
        "steps": steps, "micro_batch": micro, "accumulate": accumulate, "lr": SETTINGS["lr"], "warmup_steps": 2,
        "weight_decay": SETTINGS["weight_decay"], "clip_norm": SETTINGS["clip_norm"], "loss": losses,
        "gradient_norm": norms, "largest_difference_to_one_batch_of_32": apart})
    print(f"accumulation: 4 x 8 and 1 x 32 differ by {apart:.1e}, losses {losses}")


def trace_schedules(file):
    """Learning rate (base 1) of every step for a few runs."""
    runs = []
    for name, make in (("linear", get_linear_schedule_with_warmup), ("cosine", get_cosine_schedule_with_warmup)):
        for warmup, total in ((0, 7), (3, 20), (10, 100), (1, 5)):
            optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
            schedule = make(optimizer, warmup, total)
            factors = []
            for _ in range(total):
                factors.append(schedule.get_last_lr()[0])
                optimizer.step()
                schedule.step()
            runs.append({"schedule": name, "warmup_steps": warmup, "total_steps": total, "factors": factors})
    file.write_text(json.dumps(runs, indent=1) + "\n")


def main():
    """Writes all three under the resource root."""
    root = (Path(sys.argv[1]) if len(sys.argv) > 1 else golden.RESOURCES) / "adamw"
    trace_steps(root / "steps")
    trace_accumulation(root / "accumulation")
    trace_schedules(root / "schedules.json")


if __name__ == "__main__":
    main()
