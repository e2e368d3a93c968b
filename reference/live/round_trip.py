"""Loads what Attune saved, and saves what Attune shall load: every family and head.

    python round_trip.py load FOLDER NAME..     (FOLDER/FAMILY/NAME holds what Attune saved of golden/FAMILY/NAME)
    python round_trip.py save FOLDER NAME..     (writes FOLDER/FAMILY/NAME: a new random model of each golden config, in shards)

Both write golden.safetensors into each folder: the inputs of all the golden's cases and transformers' outputs for them.
Prints one JSON object with, by FAMILY/NAME, the missing, unexpected and mismatched keys and whatever the load complained of.
"""
import argparse
import io
import json
import logging
import sys
import warnings
from pathlib import Path

import torch
import transformers
from safetensors.torch import load_file
from transformers.utils import logging as transformers_logging

sys.path.insert(0, str(Path(__file__).parent.parent))
import family  # noqa: E402
import golden  # noqa: E402

INPUTS = ("input_ids", "attention_mask", "token_type_ids", "position_ids", "decoder_input_ids", "decoder_attention_mask")


def architecture(folder):
    """The class that config.json names."""
    return getattr(transformers, json.loads((folder / "config.json").read_text())["architectures"][0])


def load(folder, log):
    """A model and what transformers thinks of its files, with everything that could complain turned on."""
    log.seek(0)
    log.truncate()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model, info = architecture(folder).from_pretrained(folder, output_loading_info=True, dtype=torch.float32)
    complaints = [str(w.message) for w in caught] + [line for line in log.getvalue().splitlines() if line.strip()]
    found = {key: sorted(map(str, info[f"{key}_keys"])) for key in ("missing", "unexpected", "mismatched")}
    return model.eval(), dict(found, complaints=complaints)


def save(original, folder, seed):
    """A new model of the original's config, saved in shards of a few tensors each."""
    config = transformers.AutoConfig.from_pretrained(original)
    model = golden.make_tiny(architecture(original), seed, config=lambda: config)
    model.save_pretrained(folder, max_shard_size="20KB")
    return model


def run(model, original, folder):
    """The outputs for the golden's inputs, written beside the model."""
    model.set_attn_implementation("eager")
    tensors = load_file(original / "golden.safetensors")
    written = {}
    for case in sorted({name.split("/")[0] for name in tensors}):
        batch = {name: tensors[f"{case}/{name}"] for name in INPUTS if f"{case}/{name}" in tensors}
        if "attention_mask" in batch and batch["attention_mask"].dim() != batch["input_ids"].dim():
            continue  # packed texts, whose mask transformers wants in another form: FamilyParityTest has them
        with torch.no_grad():
            out = family.outputs(model(**batch, output_hidden_states=True), states=not family.head_of(model))
        written.update({f"{case}/{name}": value for name, value in dict(batch, **out).items()})
    golden.write(folder, written, {})


def main():
    """Goes over all folders."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("direction", choices=("load", "save"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="+", help="FAMILY/NAME of the golden folders")
    args = parser.parse_args()
    log = io.StringIO()
    handler = logging.StreamHandler(log)
    handler.setLevel(logging.WARNING)
    transformers_logging.get_logger("transformers").addHandler(handler)
    report = {}
    for seed, name in enumerate(args.names):
        original, folder = golden.RESOURCES / name, args.folder / name
        if args.direction == "load":
            # Of some odd configs transformers complains even if it saved them itself, of some but once: so this first.
            own = load(original, log)[1]["complaints"]
            model, report[name] = load(folder, log)
            report[name]["complaints"] = [line for line in report[name]["complaints"] if line not in own]
        else:
            model = save(original, folder, 1000 + seed)
        run(model, original, folder)
    print(json.dumps(report))


if __name__ == "__main__":
    main()
