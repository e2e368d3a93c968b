"""Gradients of techniques that change a batch's loss, for TechniqueParityTest.

    python technique_fixtures.py attune-core/src/test/resources/golden/techniques/techniques.json

The model is the tests' TinyClassifier: the mean of a row's embeddings, a norm, two linear layers. FreeLB is
written after the algorithm of the paper (Zhu et al. 2020), R-Drop after the authors' published loss, both with
torch's autograd; no part of Attune is used.
"""
import json, pathlib, sys
import torch
from torch import nn
import torch.nn.functional as F

torch.manual_seed(42)
ROWS, LENGTH, VOCABULARY, WIDTH, CLASSES = 4, 6, 30, 8, 3


class Tiny(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(VOCABULARY, WIDTH, padding_idx=0)
        self.scale = nn.LayerNorm(WIDTH, eps=1e-5)
        self.dense = nn.Linear(WIDTH, 16)
        self.head = nn.Linear(16, CLASSES)

    def forward(self, ids, mask, delta=None):
        words = self.embedding(ids)
        words = words if delta is None else words + delta
        mean = (words * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True)
        return self.head(F.gelu(self.dense(self.scale(mean))))


def freelb(model, ids, mask, labels, steps, step_size, radius):
    """Starts at 0, so that nothing random is left; gradients of (1 / K) sum of the mean losses."""
    model.zero_grad()
    delta = torch.zeros(ROWS, LENGTH, WIDTH)
    for _ in range(steps):
        delta = delta.detach().requires_grad_(True)
        loss = F.cross_entropy(model(ids, mask, delta), labels) / steps
        loss.backward()
        slope = delta.grad
        norm = slope.flatten(1).norm(dim=1).view(-1, 1, 1)
        moved = delta.detach() + step_size * slope / norm
        length = moved.flatten(1).norm(dim=1).view(-1, 1, 1)
        delta = torch.where(length > radius, moved * radius / length, moved) if radius > 0 else moved
    return {name: p.grad.flatten().tolist() for name, p in model.named_parameters()}


def r_drop(first, second, labels, alpha):
    """The authors' compute_kl_loss, summed over classes and rows, with their mean of both cross-entropies."""
    p, q = F.log_softmax(first, -1), F.log_softmax(second, -1)
    kl = (F.kl_div(p, q.exp(), reduction="sum") + F.kl_div(q, p.exp(), reduction="sum")) / 2
    nll = (F.cross_entropy(first, labels, reduction="sum") + F.cross_entropy(second, labels, reduction="sum")) / 2
    return (nll + alpha * kl).item(), kl.item()


def main():
    model = Tiny()
    lengths = [6, 3, 4, 1]
    ids = torch.randint(1, VOCABULARY, (ROWS, LENGTH))
    mask = torch.zeros(ROWS, LENGTH)
    for row, length in enumerate(lengths):
        mask[row, :length] = 1
        ids[row, length:] = 0
    labels = torch.tensor([0, 2, 1, 2])
    first, second = torch.randn(ROWS, CLASSES), torch.randn(ROWS, CLASSES)
    loss, kl = r_drop(first, second, labels, 0.7)
    out = {
        "torch": torch.__version__,
        "ids": ids.flatten().tolist(), "mask": mask.long().flatten().tolist(), "labels": labels.tolist(),
        "weights": {name: p.flatten().tolist() for name, p in model.named_parameters()},
        "freelb": [
            dict(steps=k, step_size=s, radius=r, gradients=freelb(model, ids, mask, labels, k, s, r))
            for k, s, r in ((1, 0.1, 0), (3, 0.5, 0), (4, 0.5, 0.8))
        ],
        "r_drop": dict(first=first.flatten().tolist(), second=second.flatten().tolist(), alpha=0.7, loss=loss, divergence=kl),
    }
    path = pathlib.Path(sys.argv[1])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(out) + "\n")


main()
