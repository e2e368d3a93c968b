"""Metrics of scikit-learn and scipy on random and adversarial predictions, for MetricParityTest.

    python metric_fixtures.py attune-core/src/test/resources/golden/metric/metrics.json
"""
import json, pathlib, sys, warnings
import numpy as np
from scipy.stats import pearsonr, spearmanr
from sklearn import metrics as m

warnings.filterwarnings("ignore")
rng = np.random.default_rng(42)


AVERAGED = [("precision", m.precision_score), ("recall", m.recall_score), ("f1", m.f1_score)]


def mean_area(columns):
    """ROC-AUC averaged over the columns (is positive, score) that hold both kinds of row."""
    areas = [m.roc_auc_score(y, score) for y, score in columns if 0 < y.sum() < len(y)]
    return {"roc_auc": np.mean(areas)} if areas else {}


def softmax_ties(labels, rows):
    """Probabilities from few values, so that many rows tie exactly."""
    p = np.round(rng.dirichlet(np.ones(labels), rows) * 4) + 0.5
    return p / p.sum(1, keepdims=True)


def classification(labels, rows, ties=False, gold=None, p=None):
    if p is None: p = softmax_ties(labels, rows) if ties else rng.dirichlet(np.ones(labels), rows)
    y = rng.integers(0, labels, rows) if gold is None else np.array(gold)
    p = np.asarray(p, float)
    pred = p.argmax(1)
    out = {"accuracy": m.accuracy_score(y, pred), "matthews": m.matthews_corrcoef(y, pred), "log_loss": m.log_loss(y, p, labels=list(range(labels)))}
    for name, f in AVERAGED:
        for average in ("micro", "macro", "weighted"): out[f"{name}_{average}"] = f(y, pred, average=average, zero_division=0)
        if labels == 2: out[name] = f(y, pred, pos_label=1, average="binary", zero_division=0)
    out |= mean_area([(y == k, p[:, k]) for k in ([1] if labels == 2 else range(labels))])
    if len(set(y)) == labels:      # the average above is scikit-learn's own wherever it has one
        assert abs(out["roc_auc"] - m.roc_auc_score(y, p[:, 1] if labels == 2 else p, multi_class="ovr", average="macro")) < 1e-12
    return {"labels": labels, "gold": y.tolist(), "probabilities": p.tolist(), "expected": {k: float(v) for k, v in out.items()}}


def multi_label(labels, rows, share=0.3, gold=None, p=None):
    p = np.round(rng.random((rows, labels)), 2) if p is None else np.array(p, float)
    y = rng.random((rows, labels)) < share if gold is None else np.array(gold, bool)
    if gold is None: y[0] = False
    pred = p > 0.5
    out = {"accuracy": m.accuracy_score(y, pred)}
    for name, f in AVERAGED:
        for average in ("micro", "macro", "weighted", "samples"): out[f"{name}_{average}"] = f(y, pred, average=average, zero_division=0)
    out |= mean_area([(y[:, k], p[:, k]) for k in range(labels)])
    return {"labels": labels, "gold": y.tolist(), "probabilities": p.tolist(), "expected": {k: float(v) for k, v in out.items()}}


def regression(rows=0, ties=False, pair=None):
    y = rng.normal(size=rows); p = y + rng.normal(size=rows)
    if ties: y, p = np.round(y), np.round(p)
    if pair is not None: y, p = (np.array(side, float) for side in pair)
    out = {"mse": m.mean_squared_error(y, p), "mae": m.mean_absolute_error(y, p)}
    if len(set(y)) > 1 and len(set(p)) > 1: out |= {"pearson": pearsonr(y, p)[0], "spearman": spearmanr(y, p)[0]}
    return {"gold": y.tolist(), "predicted": p.tolist(), "expected": {k: float(v) for k, v in out.items()}}


def adversarial_classification():
    right, wrong = [0.1, 0.9], [0.9, 0.1]
    yield classification(3, 4, gold=[0, 0, 0, 0])                                  # one class
    yield classification(2, 3, gold=[1, 1, 1])
    yield classification(4, 5, gold=[0, 0, 1, 1, 3])                               # absent class
    yield classification(6, 30, gold=[2] * 29 + [4])                               # one row of a class
    yield classification(2, 4, gold=[0, 0, 1, 1], p=[right, right, wrong, wrong])  # all wrong
    yield classification(2, 4, gold=[0, 0, 1, 1], p=[wrong, wrong, right, right])  # all right
    yield classification(2, 4, gold=[0, 1, 0, 1], p=[[0.5, 0.5]] * 4)              # every score ties
    yield classification(2, 5, gold=[0, 1, 0, 1, 1], p=[wrong] * 5)                # never predicted
    yield classification(3, 3, gold=[0, 1, 2], p=[[0, 1, 0], [0, 0, 1], [1, 0, 0]])  # sure and wrong: log loss is clipped
    yield classification(2, 1, gold=[1], p=[right])                                # one row


def adversarial_multi_label():
    yield multi_label(3, 4, gold=np.zeros((4, 3)))                                 # no gold label at all
    yield multi_label(3, 4, p=np.zeros((4, 3)))                                    # nothing predicted
    yield multi_label(3, 4, gold=np.zeros((4, 3)), p=np.zeros((4, 3)))             # both: rows agree on nothing
    yield multi_label(2, 4, gold=np.ones((4, 2)), p=np.ones((4, 2)))
    yield multi_label(2, 3, p=np.full((3, 2), 0.5))                                # exactly at the threshold
    yield multi_label(4, 20, share=0.05)                                           # rare labels, empty rows


def adversarial_regression():
    yield regression(pair=([0.1] * 3, [1, 2, 3]))         # constant, though its mean is not 0.1 exactly
    yield regression(pair=([1, 2, 3], [0.7] * 3))
    yield regression(pair=([1, 2, 3, 4], [4, 3, 2, 1]))   # all wrong
    yield regression(pair=([1, 2], [5, 9]))
    yield regression(pair=([1e8 + k for k in (0, 1, 2, 5)], [1e8 + k for k in (0, 2, 1, 5)]))  # large offset
    yield regression(pair=([1e-8 * k for k in (0, 1, 2, 5)], [1e9 * k for k in (0, 2, 1, 5)]))
    yield regression(pair=([0.0, -0.0, 1, 1, 2], [3, 3, 3, 4, 4]))  # signed zeros tie


cases = {
    "classification": [classification(int(rng.integers(2, 6)), int(rng.integers(3, 40)), ties) for ties in (False, True) for _ in range(25)]
        + list(adversarial_classification()),
    "multi_label": [multi_label(int(rng.integers(2, 5)), int(rng.integers(4, 25))) for _ in range(25)] + list(adversarial_multi_label()),
    "regression": [regression(int(rng.integers(3, 30)), ties) for ties in (False, True) for _ in range(12)] + list(adversarial_regression())}
pathlib.Path(sys.argv[1]).write_text(json.dumps(cases, separators=(",", ":")) + "\n")
print({k: len(v) for k, v in cases.items()})
