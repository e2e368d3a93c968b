"""The diagonal Fisher information of a tiny classifier, example by example, for ElasticWeightsTest.

    python fisher_fixtures.py [OUT]          (OUT: attune-core/src/test/resources/golden)

The model is that of the Java tests (TinyClassifier: mean of embeddings, layer norm, two linear layers with GELU), the
rows are random ids, some of them twice in a row. torch.func.vmap(grad) gives each row's own gradient; the empirical
Fisher is the mean of their squares with the labels, the exact one sums over the classes with the model's probabilities.
"""
import sys
from pathlib import Path

import torch
import torch.nn.functional as F
from torch.func import grad, vmap

import golden

VOCABULARY, WIDTH, CLASSES, ROWS, LENGTH = 30, 8, 3, 7, 5


def weights():
    """Random parameters under the Java model's names."""
    torch.manual_seed(11)
    shapes = {"embedding.weight": (VOCABULARY, WIDTH), "scale.weight": (WIDTH,), "scale.bias": (WIDTH,),
              "dense.weight": (16, WIDTH), "dense.bias": (16,), "head.weight": (CLASSES, 16), "head.bias": (CLASSES,)}
    return {name: torch.randn(shape, dtype=torch.float64) * 0.5 for name, shape in shapes.items()}


def logits(state, ids):
    """Of one row of ids [T]."""
    mean = F.embedding(ids, state["embedding.weight"]).mean(0)
    hidden = F.layer_norm(mean, (WIDTH,), state["scale.weight"], state["scale.bias"], 1e-5)
    hidden = F.gelu(F.linear(hidden, state["dense.weight"], state["dense.bias"]))
    return F.linear(hidden, state["head.weight"], state["head.bias"])


def surprise(state, ids, label):
    """-log p(label | ids)."""
    return -F.log_softmax(logits(state, ids), -1).gather(0, label[None])[0]


def main():
    """Writes fisher/."""
    state = weights()
    generator = torch.Generator().manual_seed(12)
    ids = torch.randint(1, VOCABULARY, (ROWS, LENGTH), generator=generator)
    ids[2, 1], ids[4, 3] = ids[2, 0], ids[4, 0]
    labels = torch.randint(0, CLASSES, (ROWS,), generator=generator)
    each = vmap(grad(surprise), (None, 0, 0))
    empirical = {name: g.square().mean(0) for name, g in each(state, ids, labels).items()}
    p = F.softmax(torch.stack([logits(state, row) for row in ids]), -1)
    exact = {name: torch.zeros_like(value) for name, value in state.items()}
    for c in range(CLASSES):
        for name, g in each(state, ids, torch.full((ROWS,), c)).items():
            exact[name] += (g.square() * p[:, c].reshape(-1, *[1] * (g.dim() - 1))).mean(0)
    tensors = {f"{kind}/{name}": value.float()
               for kind, values in (("weights", state), ("empirical", empirical), ("exact", exact))
               for name, value in values.items()}
    root = (Path(sys.argv[1]) if len(sys.argv) > 1 else golden.RESOURCES) / "fisher"
    golden.write(root, tensors, dict(ids=ids.tolist(), labels=labels.tolist()))


if __name__ == "__main__":
    main()
