"""Metrics of scikit-learn and scipy on random and adversarial predictions, for MetricParityTest.

    python metric_fixtures.py attune-core/src/test/resources/golden/metric/metrics.json
"""
import json, pathlib, sys, warnings
import numpy as np
from scipy.stats import pearsonr, spearmanr
from sklearn import metrics as m

warnings.filterwarnings("ignore")
rng = np.random.default_rng(42)


def classification(labels, rows, ties=False, gold=None):
    p = rng.dirichlet(np.ones(labels), rows)
    if ties:
        p = np.round(p * 4) + 0.5
        p = p / p.sum(1, keepdims=True)
    y = rng.integers(0, labels, rows) if gold is None else np.array(gold)
    pred = p.argmax(1)
    names = list(range(labels))
    out = {"accuracy": m.accuracy_score(y, pred), "f1_micro": m.f1_score(y, pred, average="micro"), "matthews": m.matthews_corrcoef(y, pred),
           "f1_weighted": m.f1_score(y, pred, average="weighted"), "log_loss": m.log_loss(y, p, labels=names)}
    for name, f in [("precision", m.precision_score), ("recall", m.recall_score), ("f1", m.f1_score)]:
        out[name + "_macro"] = f(y, pred, average="macro")
        if labels == 2: out[name] = f(y, pred, pos_label=1, average="binary")
    if len(set(y)) == labels:
        out["roc_auc"] = m.roc_auc_score(y, p[:, 1] if labels == 2 else p, multi_class="ovr", average="macro")
    return {"labels": labels, "gold": y.tolist(), "probabilities": p.tolist(), "expected": {k: float(v) for k, v in out.items()}}


def multi_label(labels, rows):
    p = np.round(rng.random((rows, labels)), 2)
    y = rng.random((rows, labels)) < 0.3
    y[0] = False
    pred = p > 0.5
    out = {"accuracy": m.accuracy_score(y, pred), "f1_samples": m.f1_score(y, pred, average="samples", zero_division=0), "f1_weighted": m.f1_score(y, pred, average="weighted")}
    for name, f in [("precision", m.precision_score), ("recall", m.recall_score), ("f1", m.f1_score)]:
        out[name + "_micro"] = f(y, pred, average="micro"); out[name + "_macro"] = f(y, pred, average="macro")
    if all(0 < c < rows for c in y.sum(0)): out["roc_auc"] = m.roc_auc_score(y, p, average="macro")
    return {"labels": labels, "gold": y.tolist(), "probabilities": p.tolist(), "expected": {k: float(v) for k, v in out.items()}}


def regression(rows, ties):
    y = rng.normal(size=rows); p = y + rng.normal(size=rows)
    if ties: y, p = np.round(y), np.round(p)
    out = {"pearson": pearsonr(y, p)[0], "spearman": spearmanr(y, p)[0], "mse": m.mean_squared_error(y, p), "mae": m.mean_absolute_error(y, p)}
    return {"gold": y.tolist(), "predicted": p.tolist(), "expected": {k: float(v) for k, v in out.items()}}


cases = {
    "classification": [classification(int(rng.integers(2, 6)), int(rng.integers(3, 40)), ties) for ties in (False, True) for _ in range(25)]
        + [classification(3, 4, gold=[0, 0, 0, 0]), classification(2, 3, gold=[1, 1, 1]), classification(4, 5, gold=[0, 0, 1, 1, 3])],
    "multi_label": [multi_label(int(rng.integers(2, 5)), int(rng.integers(4, 25))) for _ in range(25)],
    "regression": [regression(int(rng.integers(3, 30)), ties) for ties in (False, True) for _ in range(12)]}
pathlib.Path(sys.argv[1]).write_text(json.dumps(cases, separators=(",", ":")) + "\n")
print({k: len(v) for k, v in cases.items()})
