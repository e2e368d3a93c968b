"""Both sides of causal language modelling on the same weights and batches; the benchmarks beside it use this."""
import json
import os
import pathlib
import subprocess
import sys

from sides import environment

ROOT = pathlib.Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "reference/live/gpt2_wikitext.py"


def add_arguments(parser, **defaults):
    parser.add_argument("data", type=pathlib.Path, help="folder with wikitext2/ and vocab/gpt2/")
    parser.add_argument("--python", default=sys.executable, help="Python with reference/requirements.txt")
    parser.add_argument("--lr", type=float, default=1e-3)
    for name, default in defaults.items():
        parser.add_argument("--" + name, type=int, default=default)


def make(args, folder):
    subprocess.run([args.python, str(REFERENCE), "make", str(folder), str(args.data / "vocab/gpt2")]
                   + options(args, "layers", "width", "heads", "length"), check=True, env=environment("plain"))


def options(args, *names):
    return [part for name in names for part in ("--" + name, str(getattr(args, name)))]


def reference(args, folder):
    done = subprocess.run([args.python, str(REFERENCE), "train", str(folder), str(text(args))]
                          + options(args, "steps", "batch", "length", "lr"),
                          check=True, env=environment("plain"), stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.strip().splitlines()[-1])


def text(args):
    return (args.data / "wikitext2/test.txt").resolve()


def attune(args, folder, output):
    recipe = {
        "task": "causal-lm", "seed": 42, "model": {"checkpoint": str(folder), "precision": "fp32"},
        "data": {"train": {"path": str(text(args)), "documents": "file"}, "max_length": args.length},
        "train": {"max_steps": args.steps, "batch_size": args.batch, "clip_norm": 1.0, "group_by_length": False},
        "optimizer": {"adamw": {"lr": args.lr, "weight_decay": 0.1, "beta2": 0.95}},
        "schedule": {"cosine": {"warmup": 0.1}}, "output": str(output)}
    path = folder / "recipe.json"
    path.write_text(json.dumps(recipe))
    subprocess.run([str(ROOT / "attune"), "train", str(path)], check=True, env=environment("attune"),
                   stdout=subprocess.DEVNULL, stderr=None if os.environ.get("VERBOSE") else subprocess.DEVNULL)
    training = json.loads((output / "metrics.json").read_text())["training"]
    return {"losses": [point["loss"] for point in training["losses"]], "seconds": training["seconds"],
            "tokens_per_second": training["tokens_per_second"],
            "peak_memory_bytes": training["peak_memory_bytes"]}
