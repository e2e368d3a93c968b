"""Last hidden states of real sentences of many lengths, each alone and in padded batches, in fp32.

    python hidden_states.py MODEL DATA OUT.safetensors [--count 200] [--batch 16]

MODEL is a Hugging Face BERT folder, DATA the shared data folder. For sentence K the file holds ids.K [T],
alone.K [T, D] and batched.K [T, D] (its rows in a batch with its neighbours, padding cut off).
"""
import argparse
import json
import pathlib

import torch
from safetensors.torch import save_file
from transformers import AutoModel, AutoTokenizer

import rows


def sentences(data, count):
    """Short reviews, sentences of an encyclopedia and whole paragraphs, evenly from each file and interleaved."""
    data = pathlib.Path(data)
    reviews = [line[2:] for line in (data / "sst2/stsa.binary.test").read_text(encoding="utf-8").splitlines()]
    articles = [line for line in (data / "wikitext2/valid.txt").read_text(encoding="utf-8").splitlines() if line.strip()]
    squad = json.loads((data / "squad2/dev.json").read_text(encoding="utf-8"))["data"]
    paragraphs = [p["context"] for article in squad for p in article["paragraphs"]]
    sources = (reviews, articles, paragraphs)
    picked = [s[i * len(s) // count] for i in range(count) for s in sources]
    return picked[:count]


def main():
    """Runs both ways and writes the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("data")
    parser.add_argument("out")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--batch", type=int, default=16)
    args = parser.parse_args()
    tokenizer = AutoTokenizer.from_pretrained(args.model)
    tokenizer.backend_tokenizer.no_padding()  # MiniLM's tokenizer.json pads and cuts everything to 128
    model = AutoModel.from_pretrained(args.model, dtype=torch.float32).eval()
    texts = sentences(args.data, args.count)
    encoded = [{"input_ids": tokenizer(t, truncation=True, max_length=512)["input_ids"]} for t in texts]
    tensors = {}
    with torch.inference_mode():
        for k, row in enumerate(encoded):
            tensors[f"ids.{k}"] = torch.tensor(row["input_ids"])
            tensors[f"alone.{k}"] = model(**rows.pad([row])).last_hidden_state[0].clone()
        for start in range(0, len(encoded), args.batch):
            batch = encoded[start : start + args.batch]
            hidden = model(**rows.pad(batch)).last_hidden_state
            for i, row in enumerate(batch):
                tensors[f"batched.{start + i}"] = hidden[i, : len(row["input_ids"])].clone()
    save_file(tensors, args.out)
    lengths = sorted(len(r["input_ids"]) for r in encoded)
    print(json.dumps({"sentences": len(encoded), "shortest": lengths[0], "longest": lengths[-1], "largest_difference": max(
        (tensors[f"alone.{k}"] - tensors[f"batched.{k}"]).abs().max().item() for k in range(len(encoded)))}))


if __name__ == "__main__":
    main()
