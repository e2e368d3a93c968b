"""What torch.amp.GradScaler does with a run in which some steps overflow: scale, growth tracker and weights after each.

    python reference/scaler_fixtures.py

writes attune-core/src/test/resources/golden/scaler/scaler.json. One weight vector w learns from loss = sum(w * x) / 2 with
AdamW; in a step that is to overflow one x is 3e38, whose gradient times the scale is infinite in fp32.
"""
import json

import torch

from golden import RESOURCES

START = [0.5, -0.25, 1.0]
HUGE = 3e38
RUNS = {
    # name: settings of the scaler, and the steps (from 0) that overflow, of how many
    "defaults": (dict(), [0, 1, 7, 30], 40),
    "grows_fast": (dict(init_scale=4.0, growth_factor=3.0, backoff_factor=0.25, growth_interval=3), [5, 6, 13], 24),
    "grows_to_the_end_of_fp32": (dict(init_scale=2.0**120, growth_factor=8.0, growth_interval=1), [], 5),
    "long_interval": (dict(growth_interval=10), [4, 14, 15], 40),
}


def inputs(step, overflows):
    x = [0.1 * ((step * 7) % 5 - 2), 0.3, -0.2 * ((step * 3) % 4)]
    return [HUGE if overflows and i == step % 3 else value for i, value in enumerate(x)]


def run(settings, overflows, steps):
    w = torch.nn.Parameter(torch.tensor(START))
    optimizer = torch.optim.AdamW([w], lr=0.01, weight_decay=0.1)
    scaler = torch.amp.GradScaler("cpu", **settings)
    trace = []
    for step in range(steps):
        x = torch.tensor(inputs(step, step in overflows))
        optimizer.zero_grad()
        loss = (w * x).sum() / 2
        scaler.scale(loss).backward()
        scaler.unscale_(optimizer)
        scaler.step(optimizer)
        scaler.update()
        trace.append(dict(x=x.tolist(), scale=scaler.get_scale(), growth_tracker=scaler._get_growth_tracker(),
                          w=w.tolist()))
    return trace


def main():
    out = {name: dict(settings=settings, start=START, steps=run(settings, overflows, steps))
           for name, (settings, overflows, steps) in RUNS.items()}
    folder = RESOURCES / "scaler"
    folder.mkdir(exist_ok=True)
    (folder / "scaler.json").write_text(json.dumps(out, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
