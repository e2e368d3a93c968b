"""Loads a classifier that Attune saved and says what transformers thinks of it.

    python load_check.py FOLDER ROWS.jsonl

Prints one JSON object: missing, unexpected and mismatched keys, warnings (anything the load logged or warned),
architecture, tokenizer_ids (of a fixed sentence, to show that the tokenizer loads too) and the logits of each row.
"""
import argparse
import io
import json
import logging
import warnings

import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer
from transformers.utils import logging as transformers_logging

import rows


def main():
    """Loads with everything that could complain turned on."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("rows")
    args = parser.parse_args()
    log = io.StringIO()
    handler = logging.StreamHandler(log)
    handler.setLevel(logging.WARNING)
    transformers_logging.get_logger("transformers").addHandler(handler)
    transformers_logging.disable_progress_bar()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model, info = AutoModelForSequenceClassification.from_pretrained(
            args.folder, output_loading_info=True, dtype=torch.float32)
        tokenizer = AutoTokenizer.from_pretrained(args.folder)
    complaints = [str(w.message) for w in caught] + [line for line in log.getvalue().splitlines() if line.strip()]
    with torch.inference_mode():
        logits = [model.eval()(**rows.pad([row])).logits[0].tolist() for row in rows.read(args.rows)]
    print(json.dumps({
        "architecture": type(model).__name__, "missing": sorted(info["missing_keys"]),
        "unexpected": sorted(info["unexpected_keys"]), "mismatched": sorted(map(str, info["mismatched_keys"])),
        "warnings": complaints, "tokenizer_ids": tokenizer("A plain sentence.")["input_ids"], "logits": logits}))


if __name__ == "__main__":
    main()
