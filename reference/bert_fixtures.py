"""Golden files of BERT: a tiny random model per head with everything a forward and a backward pass give.

    python bert_fixtures.py [OUT]          (OUT: attune-core/src/test/resources/golden)

OUT/bert/HEAD/ gets config.json and model.safetensors as transformers saves them, golden.safetensors and golden.json.
Tensors are named CASE/NAME. The cases: `unpadded` (no token types given), `right` and `left` (padded on that side,
with token types), `right_no_types`. Names: input_ids, attention_mask, token_type_ids (where given), the labels,
last_hidden_state and pooler_output of the bare body, logits of a head (prediction_logits and seq_relationship_logits
for pre-training, start_logits and end_logits for question answering), hidden_states.0 to .2 (of the body in each case,
of a head in case `right`), and in case `right` grad/PARAMETER for each parameter. golden.json holds each CASE's loss. All in fp32, eval mode, seeds in HEADS.
"""
import sys
from pathlib import Path

import torch
from transformers import (
    BertForMaskedLM, BertForNextSentencePrediction, BertForPreTraining, BertForQuestionAnswering,
    BertForSequenceClassification, BertForTokenClassification, BertModel)

import golden

torch.set_num_threads(1)
CASES = {
    "unpadded": ([9, 9], "right", False),
    "right": ([11, 5, 8], "right", True),
    "left": ([11, 5, 8], "left", True),
    "right_no_types": ([7, 10], "right", False),
}


def masked_labels(batch, generator, share=0.3, classes=golden.VOCAB):
    """Labels [B, T]: a random class at about this share of the real tokens (at least one a row), -100 elsewhere."""
    real = batch["attention_mask"].bool()
    chosen = real & (torch.rand(real.shape, generator=generator) < share)
    chosen[torch.arange(len(real)), real.int().argmax(1)] = True
    return torch.where(chosen, torch.randint(0, classes, real.shape, generator=generator), -100)


def targets(head, batch, generator):
    """The label arguments of one head's forward method."""
    rows, width = batch["input_ids"].shape
    if head.startswith("sequence_classification_multi"):
        return {"labels": torch.randint(0, 2, (rows, 4), generator=generator).float()}
    if head == "sequence_classification_regression":
        return {"labels": torch.randn(rows, generator=generator)}
    if head.startswith("sequence_classification"):
        return {"labels": torch.randint(0, 3, (rows,), generator=generator)}
    if head == "masked_lm":
        return {"labels": masked_labels(batch, generator)}
    if head == "next_sentence_prediction":
        return {"labels": torch.randint(0, 2, (rows,), generator=generator)}
    if head == "pre_training":
        return {"labels": masked_labels(batch, generator),
                "next_sentence_label": torch.randint(0, 2, (rows,), generator=generator)}
    if head == "token_classification":
        return {"labels": masked_labels(batch, generator, share=0.8, classes=5)}
    if head == "question_answering":  # the last row's answer was cut off: a position outside the row does not count
        start = torch.randint(0, width // 2, (rows,), generator=generator)
        end = start + 2
        start[-1] = end[-1] = width + 3
        return {"start_positions": start, "end_positions": end}
    return {}


def is_body(head):
    """Whether this is the bare BertModel."""
    return head.split("_")[0] == "model"


def objective(head, out):
    """The model's own loss; for the bare body a fixed function that reaches every parameter."""
    if not is_body(head):
        return out.loss
    return out.last_hidden_state.square().sum() / out.last_hidden_state.shape[0] + out.pooler_output.sum()


def run_case(head, model, case, generator):
    """One forward (and for case `right` backward) pass. Returns its tensors and its loss."""
    lengths, side, with_types = CASES[case]
    batch = golden.pad(golden.random_rows(lengths, seed=len(case)), side, with_types)
    labels = targets(head, batch, generator)
    # Eager attention is the plain formula; the fused kernels agree with it to a few units in the last place.
    out = model(**batch, **labels, output_hidden_states=True)
    tensors = dict(batch, **labels)
    for name, value in out.items():
        if name == "hidden_states":
            if case == "right" or is_body(head):
                tensors.update({f"hidden_states.{i}": h for i, h in enumerate(value)})
        elif name != "loss":
            tensors[name] = value
    loss = objective(head, out)
    if case == "right":
        model.zero_grad()
        loss.backward()
        missing = [n for n, p in model.named_parameters() if p.grad is None]
        assert not missing, f"{head}: no gradient for {missing}"
        tensors.update({f"grad/{n}": p.grad for n, p in model.named_parameters()})
    return {f"{case}/{name}": t for name, t in tensors.items()}, loss.item()


HEADS = {
    "model": (BertModel, 1, {}),
    "sequence_classification": (BertForSequenceClassification, 2,
                                dict(num_labels=3, problem_type="single_label_classification")),
    "sequence_classification_multi_label": (BertForSequenceClassification, 3,
                                            dict(num_labels=4, problem_type="multi_label_classification")),
    "sequence_classification_regression": (BertForSequenceClassification, 4,
                                           dict(num_labels=1, problem_type="regression")),
    "masked_lm": (BertForMaskedLM, 5, {}),
    "next_sentence_prediction": (BertForNextSentencePrediction, 6, {}),
    "pre_training": (BertForPreTraining, 7, {}),
    "token_classification": (BertForTokenClassification, 8, dict(num_labels=5)),
    "question_answering": (BertForQuestionAnswering, 9, {}),
    "model_relu": (BertModel, 10, dict(hidden_act="relu", num_hidden_layers=1)),
    "model_gelu_new": (BertModel, 11, dict(hidden_act="gelu_new", num_hidden_layers=1)),
}


def main():
    """Writes every head's folder under the resource root."""
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else golden.RESOURCES
    for head, (model_class, seed, changes) in HEADS.items():
        model = golden.make_tiny(model_class, seed, **changes)
        model.set_attn_implementation("eager")
        generator = torch.Generator().manual_seed(seed)
        tensors, losses = {}, {}
        for case in ["right"] if "hidden_act" in changes else CASES:
            found, losses[case] = run_case(head, model, case, generator)
            tensors.update(found)
        golden.save_model(model, root / "bert" / head)
        golden.write(root / "bert" / head, tensors, {"loss": losses, "seed": seed})
        print(f"{head}: {len(tensors)} tensors, losses {losses}")


if __name__ == "__main__":
    main()
