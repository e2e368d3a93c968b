"""What the fixture scripts share: the tiny BERT's shape, random inputs, and how a golden folder is written.

All sizes differ from each other and none is a power of two, so that a swapped dimension cannot go unseen.
"""
import json
import pathlib
from dataclasses import dataclass

import torch
from safetensors.torch import save_file
from transformers import BertConfig
from transformers.utils import logging

logging.disable_progress_bar()

RESOURCES = pathlib.Path(__file__).parent.parent / "attune-core/src/test/resources/golden"
VOCAB, PAD, CLS, SEP, MASK = 71, 0, 1, 2, 3


@dataclass(frozen=True)
class Words:
    """The ids of a tiny vocabulary: padding, what a row begins and its parts end with, and [lowest, size) for words."""
    size: int
    pad: int
    first: int
    last: int
    lowest: int


BERT_WORDS = Words(VOCAB, PAD, CLS, SEP, MASK + 1)


def tiny_config(**changes):
    """A BERT of about 12,000 parameters without dropout, large initial weights so that no path is near zero."""
    settings = dict(
        vocab_size=VOCAB, hidden_size=24, num_hidden_layers=2, num_attention_heads=4, intermediate_size=40,
        max_position_embeddings=36, type_vocab_size=2, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
        initializer_range=0.2, pad_token_id=PAD)
    return BertConfig(**{**settings, **changes})


def make_tiny(model_class, seed, config=tiny_config, **changes):
    """A random tiny model in eval mode; biases and norms are random too (transformers starts them at 0 and 1)."""
    torch.manual_seed(seed)
    model = model_class(config(**changes)).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() == 1:
                parameter.add_(torch.randn_like(parameter) * 0.1)
    return model


def has_gradient(name):
    """False for the attention key's bias: it adds the same number to all scores of a query, which softmax cancels.

    Its true gradient is zero, what a backward pass computes is rounding noise, and Adam scales noise up to whole steps.
    No two implementations agree on it, and no output depends on it.
    """
    return not name.endswith("attention.self.key.bias")


def random_rows(lengths, seed, words=BERT_WORDS):
    """Token ids of so many rows: [CLS] words [SEP] words [SEP], and the token types of the two parts."""
    generator = torch.Generator().manual_seed(seed)
    rows = []
    for length in lengths:
        first = max(2, (length + 1) // 2)
        ids = torch.randint(words.lowest, words.size, (length,), generator=generator)
        ids[0], ids[first - 1], ids[-1] = words.first, words.last, words.last
        rows.append((ids, (torch.arange(length) >= first).long()))
    return rows


def pad(rows, side="right", with_types=True, pad_id=PAD):
    """Stacks rows to their longest as input_ids, attention_mask and (on request) token_type_ids, all [B, T] int64."""
    width = max(len(ids) for ids, _ in rows)
    shape = (len(rows), width)
    batch = {"input_ids": torch.full(shape, pad_id), "attention_mask": torch.zeros(shape, dtype=torch.long)}
    if with_types:
        batch["token_type_ids"] = torch.zeros(shape, dtype=torch.long)
    for row, (ids, types) in enumerate(rows):
        at = slice(0, len(ids)) if side == "right" else slice(width - len(ids), width)
        batch["input_ids"][row, at] = ids
        batch["attention_mask"][row, at] = 1
        if with_types:
            batch["token_type_ids"][row, at] = types
    return batch


def write(folder, tensors, values):
    """Writes golden.safetensors and golden.json; tensors become contiguous copies that share no memory."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    save_file({name: t.detach().clone().contiguous() for name, t in tensors.items()}, folder / "golden.safetensors")
    (folder / "golden.safetensors").chmod(0o644)
    (folder / "golden.json").write_text(json.dumps(values, indent=2, sort_keys=True) + "\n")


def save_model(model, folder):
    """Saves config.json and model.safetensors as save_pretrained does, without files nobody reads here."""
    model.save_pretrained(folder)
    folder = pathlib.Path(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    (folder / "model.safetensors").chmod(0o644)
