"""Rows of token ids in JSON lines ({"input_ids": [..], "label": 1}) and how they become padded batches."""
import json
import pathlib

import torch


def read(path):
    """All rows of a file."""
    return [json.loads(line) for line in pathlib.Path(path).read_text(encoding="utf-8").splitlines() if line.strip()]


def pad(rows, pad_id=0):
    """input_ids and attention_mask [B, T], padded on the right to the longest row."""
    width = max(len(r["input_ids"]) for r in rows)
    ids = torch.tensor([r["input_ids"] + [pad_id] * (width - len(r["input_ids"])) for r in rows])
    mask = torch.tensor([[1] * len(r["input_ids"]) + [0] * (width - len(r["input_ids"])) for r in rows])
    return {"input_ids": ids, "attention_mask": mask}
