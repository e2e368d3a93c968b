"""Golden files of the decoder families: a tiny random model per head and variant, as bert_fixtures.py makes them.

    python decoder_fixtures.py [FAMILY] [OUT]     (OUT: attune-core/src/test/resources/golden)

OUT/FAMILY/NAME/ gets config.json and model.safetensors as transformers saves them, golden.safetensors and golden.json.
Tensors are named CASE/NAME. The cases: `unpadded`, `right` and `left` (padded on that side), and for bodies and language
models `positions` (left, with the position ids that generate() makes of the mask) and `packed` (two texts a row, with a
mask [B, T, T] and positions that start anew). Names: input_ids, attention_mask, position_ids, the labels,
hidden_states.I, last_hidden_state, logits (start_logits and end_logits for question answering), and in case `right`
grad/PARAMETER for each parameter. golden.json holds each CASE's loss; a bare body's is a fixed function of its real
tokens. All in fp32, eval mode, eager attention.
"""
import sys
from pathlib import Path

import torch
import transformers

import golden

torch.set_num_threads(1)
LENGTHS = {"unpadded": [9, 9], "right": [11, 5, 8], "left": [11, 5, 8], "positions": [11, 4, 8], "packed": [10, 10]}

GPT2 = dict(
    vocab_size=golden.VOCAB, n_positions=36, n_embd=24, n_layer=2, n_head=4, n_inner=40, resid_pdrop=0.0, embd_pdrop=0.0,
    attn_pdrop=0.0, classifier_dropout=0.0, initializer_range=0.2, bos_token_id=1, eos_token_id=2, pad_token_id=golden.PAD)

HEADS = {
    "model": ("Model", {}),
    "causal_lm": ("ForCausalLM", {}),
    "sequence_classification": ("ForSequenceClassification",
                                dict(num_labels=3, problem_type="single_label_classification")),
    "token_classification": ("ForTokenClassification", dict(num_labels=5)),
    "question_answering": ("ForQuestionAnswering", {}),
}
# Name: (head, changes to the family's settings)
VARIANTS = {
    "gpt2": {
        **{head: (head, {}) for head in HEADS},
        "causal_lm_untied": ("causal_lm", dict(tie_word_embeddings=False, n_layer=1)),
        "model_scaled_by_layer": ("model", dict(scale_attn_by_inverse_layer_idx=True, n_inner=None)),
        "model_unscaled": ("model", dict(scale_attn_weights=False, activation_function="relu", n_layer=1)),
    },
}
FULL = {head for head in HEADS}  # variants run case `right` alone


def make(family, head, changes, seed):
    """A random tiny model in eval mode; biases and norms are random too."""
    suffix, extra = HEADS[head]
    prefix = {"gpt2": "GPT2"}[family]
    name = "GPT2LMHeadModel" if (family, head) == ("gpt2", "causal_lm") else prefix + suffix
    config = {"gpt2": transformers.GPT2Config}[family](**{**{"gpt2": GPT2}[family], **extra, **changes})
    config._attn_implementation = "eager"
    torch.manual_seed(seed)
    model = getattr(transformers, name)(config).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.endswith("bias") or "norm" in name or "ln_" in name:
                parameter.add_(torch.randn_like(parameter) * 0.1)
    return model


def packed(batch):
    """Two texts a row, of 6 and 4 tokens: the mask [B, T, T] of who sees whom, and positions."""
    rows, width = batch["input_ids"].shape
    text = (torch.arange(width) >= 6).long()
    same = text[:, None] == text[None, :]
    batch["attention_mask"] = (same & torch.ones(width, width).tril().bool()).long().expand(rows, width, width)
    batch["position_ids"] = torch.cat([torch.arange(6), torch.arange(width - 6)]).expand(rows, width)
    return batch


def inputs(case):
    """The model's inputs of one case."""
    batch = golden.pad(golden.random_rows(LENGTHS[case], seed=len(case)), "right" if case in ("unpadded", "right", "packed") else "left", False)
    if case == "unpadded":
        del batch["attention_mask"]
    if case == "positions":
        batch["position_ids"] = (batch["attention_mask"].cumsum(-1) - 1).clamp(min=0)
    return packed(batch) if case == "packed" else batch


def call(model, batch, **more):
    """Runs the model; a mask of rank 3 becomes the additive one of rank 4 that transformers takes as it is."""
    batch = dict(batch)
    mask = batch.get("attention_mask")
    if mask is not None and mask.dim() == 3:
        batch["attention_mask"] = torch.where(mask.bool(), 0.0, torch.finfo(torch.float32).min)[:, None]
    return model(**batch, **more, output_hidden_states=True, use_cache=False)


def targets(head, batch, generator):
    """The label arguments of one head's forward method."""
    rows, width = batch["input_ids"].shape
    mask = batch.get("attention_mask", torch.ones(rows, width))
    real = (mask if mask.dim() == 2 else torch.ones(rows, width)).bool()
    if head == "sequence_classification":
        return {"labels": torch.randint(0, 3, (rows,), generator=generator)}
    if head == "token_classification":
        return {"labels": torch.where(real, torch.randint(0, 5, (rows, width), generator=generator), -100)}
    if head == "question_answering":
        start = real.int().argmax(1)
        return {"start_positions": start, "end_positions": start + 2}
    if head == "causal_lm":
        return {"labels": torch.where(real, batch["input_ids"], -100)}
    return {}


def run_case(head, model, case, generator):
    """One forward (and for case `right` backward) pass. Returns its tensors and its loss."""
    batch = inputs(case)
    labels = targets(head, batch, generator)
    out = call(model, batch, **labels)
    tensors = dict(batch, **labels)
    for name, value in out.items():
        if name == "hidden_states":
            if case == "right":
                tensors.update({f"hidden_states.{i}": h for i, h in enumerate(value)})
        elif name != "loss":
            tensors[name] = value
    if head == "model":
        real = batch.get("attention_mask")
        weight = real[:, :, None] if real is not None and real.dim() == 2 else 1.0
        loss = (out.last_hidden_state.square() * weight).sum() / out.last_hidden_state.shape[0]
    else:
        loss = out.loss
    if case == "right":
        model.zero_grad()
        loss.backward()
        missing = [n for n, p in model.named_parameters() if p.grad is None]
        assert not missing, f"{head}: no gradient for {missing}"
        tensors.update({f"grad/{n}": p.grad for n, p in model.named_parameters()})
    return {f"{case}/{name}": t for name, t in tensors.items()}, loss.item()


def main():
    """Writes the folders of one family, or of all, under the resource root."""
    families = [sys.argv[1]] if len(sys.argv) > 1 else list(VARIANTS)
    root = Path(sys.argv[2]) if len(sys.argv) > 2 else golden.RESOURCES
    for family in families:
        for seed, (name, (head, changes)) in enumerate(VARIANTS[family].items(), start=1):
            model = make(family, head, changes, seed)
            generator = torch.Generator().manual_seed(seed)
            tensors, losses = {}, {}
            cases = ["right"] if name not in FULL else list(LENGTHS) if head in ("model", "causal_lm") else list(LENGTHS)[:3]
            for case in cases:
                found, losses[case] = run_case(head, model, case, generator)
                tensors.update(found)
            golden.save_model(model, root / family / name)
            golden.write(root / family / name, tensors, {"loss": losses, "seed": seed})
            print(f"{family}/{name}: {len(tensors)} tensors, losses {losses}")


if __name__ == "__main__":
    main()
