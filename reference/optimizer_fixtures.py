"""Golden traces of optimizers: 20 steps each on the classifier and the batches of adamw_trace.py.

    python optimizer_fixtures.py [OUT]      (OUT: attune-core/src/test/resources/golden; adamw_trace.py has run)

OUT/optimizers/NAME/golden.safetensors holds final/PARAMETER, the weights after 20 steps; golden.json each step's loss.
groups               torch.optim.AdamW with parameter groups: layer-wise decay 0.8, and other rates for the classifier
head_only            the classifier alone, all else frozen
sgd, nesterov        torch.optim.SGD with momentum
adafactor            transformers' Adafactor as it comes: relative steps, scaled by the parameters
adafactor_fixed      with a rate of its own, a first moment and weight decay, as Trainer's optim="adafactor" and more
adafactor_warmup     relative steps with warmup_init
adamw8bit            AdamW whose two moments are kept in 8 bits, by the formulas in blockwise.py
OUT/optimizers/blockwise: 20 steps of the 8-bit AdamW on one vector with given gradients: start, gradients [20, n],
                     weights [20, n], and the codes and largest values of both moments after the last step.
Attention's key biases are noise: see golden.has_gradient.
"""
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file
from transformers import BertForSequenceClassification
from transformers.optimization import Adafactor

import blockwise
import golden
from adamw_trace import parameter_groups

torch.set_num_threads(1)
STEPS, LR, DECAY = 20, 2e-3, 0.05
LAYER_DECAY, HEAD_LR, HEAD_DECAY, BIAS_LR = 0.8, 1e-2, 0.2, 4e-3


def depth(name):
    """0 for the head and the pooler, 1 and 2 for the layers from the top, 3 for the embeddings."""
    if name.startswith("bert.embeddings"):
        return 3
    return 2 - int(name.split(".")[3]) if name.startswith("bert.encoder") else 0


def layered_groups(model):
    """A group a parameter, so that nothing hinges on how they are put together."""
    decayed = {id(p) for p in parameter_groups(model, 1.0)[0]["params"]}
    groups = []
    for name, parameter in model.named_parameters():
        group = {"params": [parameter], "lr": LR * LAYER_DECAY ** depth(name),
                 "weight_decay": DECAY if id(parameter) in decayed else 0.0}
        if name.startswith("classifier."):
            group.update(lr=HEAD_LR, weight_decay=HEAD_DECAY)
        elif name == "bert.encoder.layer.1.output.dense.bias":
            group.update(lr=BIAS_LR)
        groups.append(group)
    return groups


def head_only(model):
    """Freezes all but the classifier."""
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(name.startswith("classifier."))
    return torch.optim.AdamW(parameter_groups(model, DECAY), lr=LR)


RUNS = {
    "groups": lambda m: torch.optim.AdamW(layered_groups(m)),
    "head_only": head_only,
    "sgd": lambda m: torch.optim.SGD(parameter_groups(m, DECAY), lr=2e-2, momentum=0.9),
    "nesterov": lambda m: torch.optim.SGD(parameter_groups(m, DECAY), lr=2e-2, momentum=0.9, nesterov=True),
    "adafactor": lambda m: Adafactor(parameter_groups(m, 0.0)),
    "adafactor_fixed": lambda m: Adafactor(
        parameter_groups(m, DECAY), lr=LR, beta1=0.9, scale_parameter=False, relative_step=False),
    "adafactor_warmup": lambda m: Adafactor(parameter_groups(m, DECAY), warmup_init=True),
    "adamw8bit": lambda m: blockwise.AdamW8bit(parameter_groups(m, DECAY), lr=LR, smallest=0),
}


def trace_vector(out, numbers=1000):
    """Gradients of very unlike sizes, some zero, so that all of the code books is used."""
    generator = torch.Generator().manual_seed(31)
    sizes = 10.0 ** (torch.rand(numbers, generator=generator) * 6 - 5)
    sizes[::17] = 0
    gradients = torch.randn(STEPS, numbers, generator=generator) * sizes
    weights = torch.nn.Parameter(torch.randn(numbers, generator=generator))
    tensors = {"start": weights.detach().clone(), "gradients": gradients}
    optimizer = blockwise.AdamW8bit([{"params": [weights], "weight_decay": DECAY}], lr=LR, smallest=0)
    trace = []
    for gradient in gradients:
        weights.grad = gradient.clone()
        optimizer.step()
        trace.append(weights.detach().clone())
    state = optimizer.state[weights]
    tensors["weights"] = torch.stack(trace)
    for moment in ("first", "second"):
        tensors[f"{moment}.codes"], tensors[f"{moment}.largest"] = map(torch.from_numpy, state[moment])
    golden.write(out, tensors, {"lr": LR, "weight_decay": DECAY})


def main():
    """Writes every run."""
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else golden.RESOURCES
    trace_vector(root / "optimizers/blockwise")
    tensors = load_file(root / "adamw/steps/golden.safetensors")
    for name, make in RUNS.items():
        model = golden.make_tiny(
            BertForSequenceClassification, 21, num_labels=3, problem_type="single_label_classification").train()
        optimizer, losses = make(model), []
        for step in range(STEPS):
            batch = {key: tensors[f"batch.{step}/{key}"] for key in ("input_ids", "attention_mask", "labels")}
            loss = model(**batch).loss
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad()
            losses.append(loss.item())
        final = {f"final/{key}": value for key, value in model.named_parameters()}
        golden.write(root / "optimizers" / name, final, {"steps": STEPS, "loss": losses})
        print(f"{name}: loss {losses[0]:.4f} -> {losses[-1]:.4f}")


if __name__ == "__main__":
    main()
