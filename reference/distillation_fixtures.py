"""Distillation of a tiny classifier, computed by torch, for DistillationTest.

    python distillation_fixtures.py [OUT]          (OUT: attune-core/src/test/resources/golden)

A random teacher of four layers and its student of two, made of the teacher's layers 0 and 2 as DistilBERT's was. For
each setting: the mean loss of three rows of unlike length and some of the student's gradients. Divergences are
torch.nn.functional.kl_div's, the cosine loss is torch.nn.CosineEmbeddingLoss, hidden states and attention are those
that transformers returns. A row's hidden and attention losses are means over its own tokens.
"""
import sys
from pathlib import Path

import torch
import torch.nn.functional as F
from transformers import BertForSequenceClassification

import golden

CLS, SEP = 2, 3  # of the vocabulary that the Java tests write: [PAD] [UNK] [CLS] [SEP] [MASK] w5 ..
TEXTS = [[9, 40, 12, 55, 7], [33, 8], [61, 20, 21, 5]]
LABELS = [2, 0, 1]
KEPT = [0, 2]
SETTINGS = {
    "answers": dict(temperature=2.0, alpha=0.5, hidden=0.0, matching="cosine", attention=0.0, layers=[]),
    "last": dict(temperature=3.0, alpha=0.7, hidden=0.8, matching="cosine", attention=0.4, layers=[]),
    "layers": dict(temperature=3.0, alpha=0.3, hidden=0.6, matching="mse", attention=0.2, layers=[1, 3]),
}
GRADIENTS = ["classifier.weight", "bert.encoder.layer.0.attention.self.query.weight",
             "bert.encoder.layer.1.output.dense.weight", "bert.embeddings.LayerNorm.weight"]


def student_of(teacher):
    """The teacher's embeddings, pooler and head over its layers KEPT."""
    student = BertForSequenceClassification(golden.tiny_config(num_labels=3, num_hidden_layers=len(KEPT),
                                                               attn_implementation="eager")).eval()
    state = {}
    for name, value in teacher.state_dict().items():
        parts = name.split(".")
        if "layer" in parts:
            at = parts.index("layer") + 1
            if int(parts[at]) not in KEPT:
                continue
            parts[at] = str(KEPT.index(int(parts[at])))
        state[".".join(parts)] = value.clone()
    student.load_state_dict(state)
    return student


def batch():
    """The texts with their special tokens, padded."""
    width = max(map(len, TEXTS)) + 2
    ids = torch.zeros(len(TEXTS), width, dtype=torch.long)
    mask = torch.zeros_like(ids)
    for row, words in enumerate(TEXTS):
        tokens = [CLS, *words, SEP]
        ids[row, :len(tokens)] = torch.tensor(tokens)
        mask[row, :len(tokens)] = 1
    return dict(input_ids=ids, attention_mask=mask)


def matching(student, teacher, mask, setting):
    """Hidden states and attention of the matched layers: a mean over layers, a sum over rows."""
    pairs = list(enumerate(setting["layers"])) or [(len(KEPT) - 1, len(teacher.attentions) - 1)]
    total = 0.0
    for row in range(len(TEXTS)):
        n = int(mask[row].sum())
        for own, other in pairs:
            s, t = student.hidden_states[own + 1][row, :n], teacher.hidden_states[other + 1][row, :n]
            far = (F.cosine_embedding_loss(s, t, torch.ones(n)) if setting["matching"] == "cosine" else F.mse_loss(s, t))
            a, b = student.attentions[own][row, :, :n, :n], teacher.attentions[other][row, :, :n, :n]
            looks = F.kl_div(a.log(), b, reduction="sum") / (a.shape[0] * n)
            total = total + (setting["hidden"] * far + setting["attention"] * looks) / len(pairs)
    return total


def loss(student, teacher, inputs, setting):
    """The mean over rows of the whole loss."""
    with torch.no_grad():
        wanted = teacher(**inputs, output_hidden_states=True, output_attentions=True)
    own = student(**inputs, output_hidden_states=True, output_attentions=True)
    temperature, alpha = setting["temperature"], setting["alpha"]
    soft = F.kl_div(F.log_softmax(own.logits / temperature, -1), F.softmax(wanted.logits / temperature, -1),
                    reduction="sum") * temperature ** 2
    hard = F.cross_entropy(own.logits, torch.tensor(LABELS), reduction="sum")
    inside = matching(own, wanted, inputs["attention_mask"], setting)
    return ((1 - alpha) * hard + alpha * soft + inside) / len(TEXTS), wanted.logits


def main():
    """Writes distillation/ with the teacher's and the student's folders."""
    root = (Path(sys.argv[1]) if len(sys.argv) > 1 else golden.RESOURCES) / "distillation"
    teacher = golden.make_tiny(BertForSequenceClassification, 31, num_labels=3, num_hidden_layers=4,
                               attn_implementation="eager")
    golden.save_model(teacher, root / "teacher")
    golden.save_model(student_of(teacher), root / "student")
    tensors, values = {}, dict(texts=[" ".join(f"w{i}" for i in text) for text in TEXTS], labels=LABELS, kept=KEPT,
                               settings=SETTINGS, losses={})
    for name, setting in SETTINGS.items():
        student = student_of(teacher)
        total, logits = loss(student, teacher, batch(), setting)
        total.backward()
        values["losses"][name] = total.item()
        parameters = dict(student.named_parameters())
        tensors.update({f"{name}/{key}": parameters[key].grad for key in GRADIENTS})
        tensors["teacher_logits"] = logits
    golden.write(root, tensors, values)


if __name__ == "__main__":
    main()
