"""The reference's side of causal language modelling: a random GPT-2, and its training on the batches Attune takes.

    python gpt2_wikitext.py make FOLDER TOKENIZER --layers 4 --width 192 --heads 4 --length 256
    python gpt2_wikitext.py train FOLDER TEXT --steps 300 --batch 8 --length 256 --lr 1e-3 --warmup 0.1 --seed 42

`train` prints one JSON object: the mean loss of every ten steps (of fewer at the end, if the run is shorter),
tokens a second and the peak of resident memory.
"""
import argparse, json, pathlib, resource, shutil, time
import torch
from transformers import GPT2Config, GPT2LMHeadModel, GPT2TokenizerFast, get_cosine_schedule_with_warmup

MASK = (1 << 64) - 1
GAMMA = 0x9E3779B97F4A7C15


def mix(z):
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def permutation(seed, epoch, count):
    """The order of rows in one epoch: Fisher and Yates over SplitMix64, as org.attune.data.Shuffle has it."""
    state = mix((mix((seed + GAMMA) & MASK) + epoch) & MASK)
    order = list(range(count))
    for i in range(count - 1, 0, -1):
        state = (state + GAMMA) & MASK
        j = ((mix(state) >> 32) * (i + 1)) >> 32
        order[i], order[j] = order[j], order[i]
    return order


def make(args):
    torch.manual_seed(args.seed)
    tokenizer = GPT2TokenizerFast.from_pretrained(args.source)
    config = GPT2Config(vocab_size=len(tokenizer), n_layer=args.layers, n_embd=args.width, n_head=args.heads,
                        n_positions=args.length, resid_pdrop=0, embd_pdrop=0, attn_pdrop=0,
                        bos_token_id=tokenizer.eos_token_id, eos_token_id=tokenizer.eos_token_id)
    GPT2LMHeadModel(config).save_pretrained(args.folder)
    for name in ("vocab.json", "merges.txt"):
        shutil.copyfile(pathlib.Path(args.source) / name, pathlib.Path(args.folder) / name)


def rows(folder, text, length):
    """Lines that are not blank, joined by line breaks, and an end token; cut into full rows."""
    tokenizer = GPT2TokenizerFast.from_pretrained(folder)
    lines = [line for line in pathlib.Path(text).read_text(encoding="utf-8").split("\n") if line.strip()]
    pieces = [lines[0]] + ["\n" + line for line in lines[1:]]
    ids = [i for encoded in tokenizer(pieces)["input_ids"] for i in encoded] + [tokenizer.eos_token_id]
    return torch.tensor(ids[: len(ids) // length * length]).reshape(-1, length)


def train(args):
    data = rows(args.folder, args.source, args.length)
    model = GPT2LMHeadModel.from_pretrained(args.folder).train()
    decayed = [p for p in model.parameters() if p.dim() > 1]
    plain = [p for p in model.parameters() if p.dim() == 1]
    optimizer = torch.optim.AdamW([{"params": decayed, "weight_decay": 0.1}, {"params": plain, "weight_decay": 0.0}],
                                  lr=args.lr, betas=(0.9, 0.95), eps=1e-8)
    warmup = -int(-(args.steps * args.warmup) // 1)
    schedule = get_cosine_schedule_with_warmup(optimizer, warmup, args.steps)
    per_epoch = -(-len(data) // args.batch)
    losses, points, order = [], [], []
    start = time.perf_counter()
    for step in range(args.steps):
        if step % per_epoch == 0:
            order = permutation(args.seed, step // per_epoch, len(data))
        at = step % per_epoch * args.batch
        batch = data[order[at:at + args.batch]]
        loss = model(input_ids=batch, labels=batch).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        losses.append(loss.item())
        if len(losses) == 10:
            points.append(sum(losses) / 10)
            losses = []
    seconds = time.perf_counter() - start
    print(json.dumps({"losses": points, "seconds": seconds,
                      "tokens_per_second": args.steps * args.batch * args.length / seconds,
                      "peak_memory_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("job", choices=["make", "train"])
    parser.add_argument("folder")
    parser.add_argument("source", help="folder of the tokenizer (make) or file of text (train)")
    for name, default in dict(layers=4, width=192, heads=4, length=256, steps=300, batch=8, seed=42).items():
        parser.add_argument("--" + name, type=int, default=default)
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--warmup", type=float, default=0.1)
    arguments = parser.parse_args()
    {"make": make, "train": train}[arguments.job](arguments)
