"""The two sides of a benchmark on SST-2: how each is started, and what is known of the machine they ran on."""
import json
import os
import pathlib
import platform
import shlex
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
BASELINE = ROOT / "reference/hf_baseline.py"
ATTUNE = ("{root}/attune bench train --model {attune_model} --data {data} --epochs {epochs} --batch-size {batch}"
          " --lr {lr} --max-length {max_length} --seed {seed} --limit {limit} --json")


def add_arguments(parser):
    """The arguments both benchmarks take."""
    parser.add_argument("model", help="the built-in model as a Hugging Face folder (reference/minilm_from_onnx.py)")
    parser.add_argument("data", help="folder with stsa.binary.train, .dev and .test")
    parser.add_argument("--python", default=sys.executable, help="Python with reference/requirements.txt")
    parser.add_argument("--attune-model", default="builtin:all-minilm-l6-v2")
    parser.add_argument("--attune", default=ATTUNE, help="Attune's command line; {name} is filled in")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--lr", type=float, default=5e-5)
    parser.add_argument("--max-length", type=int, default=128)
    parser.add_argument("--limit", type=int, default=0, help="first N training rows only; 0: all")
    parser.add_argument("--name", help="of the result files; default: the script's")
    parser.add_argument("--results", type=pathlib.Path, default=ROOT / "bench/results")


def command(side, args, epochs, seed):
    """The command line of one run of `attune`, `plain` or `tuned`."""
    if side == "attune":
        values = dict(vars(args), root=ROOT, epochs=epochs, seed=seed)
        return [part.format(**values) for part in shlex.split(args.attune)]
    line = [args.python, str(BASELINE), args.model, args.data, "--epochs", str(epochs), "--seed", str(seed),
            "--batch", str(args.batch), "--lr", str(args.lr), "--max-length", str(args.max_length),
            "--limit", str(args.limit)]
    return line + (["--tuned"] if side == "tuned" else [])


def environment(side):
    """All cores for both. What Attune's launcher would set is not forced upon Python, nor the reverse."""
    env = dict(os.environ)
    for name in ("OPENBLAS_CORETYPE", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        env.pop(name, None)
    if side != "attune":
        env.update(TOKENIZERS_PARALLELISM="true", HF_HUB_OFFLINE="1", TRANSFORMERS_VERBOSITY="error")
    return env


def prepare(args):
    """Lets Attune build itself and make its class archive first: neither belongs to a run."""
    launcher = command("attune", args, 1, 0)[0]
    subprocess.run([launcher, "--help"], stdout=subprocess.DEVNULL, check=True)


def last_object(printed):
    """The JSON object that is all of the output or its last line (Trainer prints Python dictionaries before it)."""
    for text in [printed, *reversed(printed.splitlines())]:
        try:
            value = json.loads(text)
        except json.JSONDecodeError:
            continue
        if isinstance(value, dict):
            return value
    return None


def run(side, args, epochs=1, seed=42):
    """Runs one side once: its JSON object, with peak_rss_mb as the kernel saw it (the largest process of the run)."""
    line = command(side, args, epochs, seed)
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        process = subprocess.Popen(line, stdout=out, stderr=err, env=environment(side))
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        printed, complaints = out.read(), err.read()
    result = last_object(printed)
    if process.returncode != 0 or result is None:
        sys.exit(f"{side}: exit {process.returncode} from: {shlex.join(line)}\n{printed[-2000:]}{complaints[-4000:]}")
    return dict(result, peak_rss_mb=usage.ru_maxrss // 1024, side=side, seed=seed, epochs=epochs)


def spread(values):
    """Median, least and largest."""
    return {"median": statistics.median(values), "min": min(values), "max": max(values), "values": list(values)}


def machine(args):
    """What a reader needs to judge the figures; no names and no paths."""
    cpuinfo = pathlib.Path("/proc/cpuinfo")
    model = next((text.split(":", 1)[1].strip() for text in cpuinfo.read_text().splitlines()
                  if text.startswith("model name")), platform.machine()) if cpuinfo.exists() else platform.machine()
    stack = subprocess.run(
        [args.python, "-c", "import torch, transformers; print(torch.__version__, transformers.__version__)"],
        capture_output=True, text=True, check=True).stdout.split()
    commit = subprocess.run(["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"], capture_output=True, text=True)
    return {"cpu": model, "cores": os.cpu_count(), "memory_gb": round(
        os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30), "torch": stack[0], "transformers": stack[1],
        "attune_commit": commit.stdout.strip(), "load_before": round(os.getloadavg()[0], 2)}


def write(args, name, results, table):
    """Writes NAME.json and NAME.md."""
    args.results.mkdir(parents=True, exist_ok=True)
    (args.results / f"{name}.json").write_text(json.dumps(results, indent=2) + "\n")
    (args.results / f"{name}.md").write_text(table)
