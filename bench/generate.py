"""Generation side by side: Attune and transformers write with random models of one shape, one after the other in each round.

    python bench/generate.py [--rounds 5] [--families gpt2 t5] [--beams 1 4] [--precisions fp32 bf16] [--python PYTHON]

Writes bench/results/generate.json (every run) and .md (the table). The target: 2 x transformers' tokens/s. Tokens are
those of the best text of each prompt; no text ends early. Both sides first write for --warm-up-seconds, untimed.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import time

import sides

SHAPE = ("layers", "width", "heads", "batch_size", "prompt_tokens", "new_tokens", "repeats", "warm_up_seconds")


def write_with_transformers(args):
    """One run of transformers: the same figures as `attune bench generate --json`."""
    import resource

    import torch
    import transformers
    torch.manual_seed(1)
    length = args.prompt_tokens + args.new_tokens
    if args.family == "gpt2":
        config = transformers.GPT2Config(n_layer=args.layers, n_embd=args.width, n_head=args.heads, n_positions=length,
                                         bos_token_id=None, eos_token_id=None, pad_token_id=0)
        model = transformers.GPT2LMHeadModel(config)
    else:
        config = transformers.T5Config(num_layers=args.layers, d_model=args.width, d_kv=args.width // args.heads,
                                       d_ff=4 * args.width, num_heads=args.heads, vocab_size=32128, pad_token_id=0,
                                       eos_token_id=None, decoder_start_token_id=0)
        model = transformers.T5ForConditionalGeneration(config)
    model = model.eval().to(torch.bfloat16 if args.precision == "bf16" else torch.float32)
    model.generation_config.eos_token_id = None
    prompts = torch.randint(3, config.vocab_size, (args.batch_size, args.prompt_tokens))

    def once():
        start = time.perf_counter()
        with torch.inference_mode():
            output = model.generate(prompts, attention_mask=torch.ones_like(prompts), do_sample=False,
                                    num_beams=args.beam, max_new_tokens=args.new_tokens)
        seconds = time.perf_counter() - start
        added = output.shape[1] - (1 if args.family == "t5" else args.prompt_tokens)
        assert added == args.new_tokens, f"a text ended after {added} tokens"
        return seconds

    first = once()
    warm = time.perf_counter() + args.warm_up_seconds
    while time.perf_counter() < warm:
        once()
    seconds = [once() for _ in range(args.repeats)]
    tokens = args.batch_size * args.new_tokens
    print(json.dumps({
        "tokens_per_s": round(tokens * len(seconds) / sum(seconds), 1), "best_tokens_per_s": round(tokens / min(seconds), 1),
        "first_pass_s": round(first, 3), "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}))


def run(side, args, family, beams, precision):
    """Runs one side once."""
    shape = [part for name in SHAPE for part in ("--" + name.replace("_", "-"), str(getattr(args, name)))]
    what = ["--family", family, "--precision", precision, *shape]
    if side == "attune":
        line = [str(sides.ROOT / "attune"), "bench", "generate", "--beams", str(beams), *what, "--json"]
    else:
        line = [args.python, __file__, "--side", "transformers", "--beam", str(beams), *what]
    done = subprocess.run(line, capture_output=True, text=True, env=sides.environment(side))
    result = sides.last_object(done.stdout)
    if done.returncode != 0 or result is None:
        sys.exit(f"{side}: exit {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
    return dict(result, side=side, family=family, beams=beams, precision=precision)


def summary(runs):
    """Per case the spread of both sides' figures and of their ratio, taken round by round."""
    cases = []
    for case in sorted({(r["family"], r["beams"], r["precision"]) for r in runs}, key=str):
        own = [r for r in runs if (r["family"], r["beams"], r["precision"]) == case]
        mine, other = ([r for r in own if r["side"] == side] for side in ("attune", "transformers"))
        entry = dict(zip(("family", "beams", "precision"), case))
        for key in ("tokens_per_s", "peak_rss_mb"):
            entry[key] = {"attune": sides.spread([r[key] for r in mine]),
                          "transformers": sides.spread([r[key] for r in other]),
                          "ratio": sides.spread([a[key] / b[key] for a, b in zip(mine, other)])}
        cases.append(entry)
    return cases


def table(cases, machine, args):
    """The figures as a markdown table."""
    lines = ["| model | search | precision | Attune tokens/s | transformers tokens/s | times | peak RSS, times |",
             "|---|---|---|---|---|---|---|"]
    for case in cases:
        speed, memory = case["tokens_per_s"], case["peak_rss_mb"]
        search = "greedy" if case["beams"] == 1 else f"beam {case['beams']}"
        lines.append("| {} | {} | {} | {:.0f} | {:.0f} | {:.2f} ({:.2f}-{:.2f}) | {:.2f} |".format(
            case["family"], search, case["precision"], speed["attune"]["median"], speed["transformers"]["median"],
            speed["ratio"]["median"], speed["ratio"]["min"], speed["ratio"]["max"], memory["ratio"]["median"]))
    about = (f"{args.layers} layers, width {args.width}, {args.batch_size} prompts of {args.prompt_tokens} tokens,"
             f" {args.new_tokens} new ones; {args.rounds} interleaved rounds, median (min-max). {machine['cpu']},"
             f" {machine['cores']} cores; torch {machine['torch']}, transformers {machine['transformers']}.")
    return "\n".join(lines + ["", about, ""])


def main():
    """Runs the rounds, or one run of transformers."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--families", nargs="+", default=["gpt2", "t5"])
    parser.add_argument("--beams", type=int, nargs="+", default=[1, 4])
    parser.add_argument("--precisions", nargs="+", default=["fp32", "bf16"])
    for name, value in zip(SHAPE, (6, 512, 8, 8, 32, 64, 3, 8)):
        parser.add_argument("--" + name.replace("_", "-"), type=int, default=value)
    parser.add_argument("--python", default=sys.executable, help="Python with reference/requirements.txt")
    parser.add_argument("--name", default="generate", help="of the result files")
    parser.add_argument("--results", type=pathlib.Path, default=sides.ROOT / "bench/results")
    parser.add_argument("--side", help=argparse.SUPPRESS)
    parser.add_argument("--family", help=argparse.SUPPRESS)
    parser.add_argument("--beam", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--precision", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.side:
        write_with_transformers(args)
        return
    subprocess.run([str(sides.ROOT / "attune"), "--help"], stdout=subprocess.DEVNULL, check=True)
    machine, runs = sides.machine(args), []
    for k in range(args.rounds):
        for family in args.families:
            for precision in args.precisions:
                for beams in args.beams:
                    # Each round starts with the other side: being first is no one's advantage.
                    for side in ("attune", "transformers")[:: 1 if k % 2 == 0 else -1]:
                        runs.append(dict(run(side, args, family, beams, precision), round=k))
                        print("round {round} {family} beams {beams} {precision} {side}: {tokens_per_s} tokens/s,"
                              " {peak_rss_mb} MB".format(**runs[-1]), file=sys.stderr, flush=True)
        cases = summary(runs)
        text = table(cases, machine, args)
        sides.write(args, args.name, {"machine": machine, "runs": runs, "cases": cases}, text)
    print(text)


if __name__ == "__main__":
    main()
