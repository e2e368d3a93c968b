"""Golden files of any family: one folder a model with everything a forward and a backward pass give.

A script of a family makes tiny random models and hands them to `write`; FamilyParityTest finds the folders by itself.

golden/FAMILY/NAME/ gets config.json and model.safetensors as transformers saves them, golden.safetensors and
golden.json. Tensors are named CASE/NAME. Inputs: input_ids, attention_mask, token_type_ids, position_ids,
decoder_input_ids, decoder_attention_mask (where given) and the labels. Outputs: transformers' own names, that is
last_hidden_state, pooler_output, hidden_states.N (decoder_hidden_states.N and encoder_hidden_states.N of two stacks) of a
bare body; logits of a head (start_logits and end_logits for question answering; prediction_logits and
seq_relationship_logits for pre-training). In the cases that ask for it grad/PARAMETER of each parameter, and bf16/OUTPUT
under torch.autocast. golden.json holds each CASE's loss. All in fp32 but for bf16/, eval mode, eager attention: that is the
plain formula, and the fused kernels agree with it to a few units in the last place.
"""
from dataclasses import dataclass

import torch

import golden

torch.set_num_threads(1)


@dataclass(frozen=True)
class Case:
    """How one batch looks: row lengths, where padding stands, what else the model is told."""
    lengths: tuple
    side: str = "right"
    types: bool = False
    positions: bool = False        # give position_ids that count the real tokens, as generation does with left padding
    decoder_lengths: tuple = ()    # of an encoder-decoder
    choices: int = 0               # of a multiple choice head: so many rows one after the other are one question's
    gradients: bool = False
    bf16: bool = False


ENCODER_CASES = {
    "unpadded": Case((9, 9)),
    "right": Case((11, 5, 8), types=True, gradients=True),
    "left": Case((11, 5, 8), side="left", types=True),
    "right_no_types": Case((7, 10)),
}
CHOICE_CASES = {
    "unpadded": Case((7,) * 6, choices=3),
    "right": Case((9, 4, 6, 5, 8, 3), types=True, gradients=True, choices=3),
    "left": Case((9, 4, 6, 5, 8, 3), side="left", types=True, choices=2),
    "right_no_types": Case((7, 6), choices=2),
}


def head_of(model):
    """The part of the class name behind `For` (GPT-2's language model has none); empty for a bare body."""
    name = type(model).__name__
    return "LMHeadModel" if name.endswith("LMHeadModel") else name.partition("For")[2]


def masked_labels(batch, generator, share=0.3, classes=golden.VOCAB):
    """Labels [B, T]: a random class at about this share of the real tokens (at least one a row), -100 elsewhere."""
    real = batch["attention_mask"].bool()
    chosen = real & (torch.rand(real.shape, generator=generator) < share)
    chosen[torch.arange(len(real)), real.int().argmax(1)] = True
    return torch.where(chosen, torch.randint(0, classes, real.shape, generator=generator), -100)


def targets(model, batch, generator):
    """The label arguments of a model's forward method."""
    head, config = head_of(model), model.config
    if head == "MultipleChoice":
        rows, choices, _ = batch["input_ids"].shape
        return {"labels": torch.randint(0, choices, (rows,), generator=generator)}
    rows, width = batch["input_ids"].shape
    if head == "SequenceClassification" and config.problem_type == "multi_label_classification":
        return {"labels": torch.randint(0, 2, (rows, config.num_labels), generator=generator).float()}
    if head == "SequenceClassification" and config.problem_type == "regression":
        return {"labels": torch.randn(rows, generator=generator)}
    if head == "SequenceClassification":
        return {"labels": torch.randint(0, config.num_labels, (rows,), generator=generator)}
    if head == "MaskedLM":
        return {"labels": masked_labels(batch, generator, classes=config.vocab_size)}
    if head in ("CausalLM", "LMHeadModel"):
        labels = batch["input_ids"].masked_fill(batch["attention_mask"] == 0, -100)
        if config.model_type == "bart":  # whose class leaves it to the caller to shift them
            labels = torch.nn.functional.pad(labels[:, 1:], (0, 1), value=-100)
        return {"labels": labels}
    if head == "ConditionalGeneration":
        mask = batch["decoder_attention_mask"]
        words = torch.randint(2, config.vocab_size, mask.shape, generator=generator)
        return {"labels": words.masked_fill(mask == 0, -100)}
    if head == "NextSentencePrediction":
        return {"labels": torch.randint(0, 2, (rows,), generator=generator)}
    if head == "PreTraining":
        return {"labels": masked_labels(batch, generator, classes=config.vocab_size),
                "next_sentence_label": torch.randint(0, 2, (rows,), generator=generator)}
    if head == "TokenClassification":
        return {"labels": masked_labels(batch, generator, share=0.8, classes=config.num_labels)}
    if head == "QuestionAnswering":  # the last row's answer was cut off: a position outside the row does not count
        start = torch.randint(0, width // 2, (rows,), generator=generator)
        end = start + 2
        start[-1] = end[-1] = width + 3
        return {"start_positions": start, "end_positions": end}
    assert not head, f"what are the labels of {head}?"
    return {}


def objective(model, batch, out):
    """The model's own loss; for a bare body a fixed function of its real tokens that reaches every parameter."""
    if head_of(model):
        return out.loss
    mask = batch["decoder_attention_mask" if "decoder_input_ids" in batch else "attention_mask"]
    loss = (out.last_hidden_state.square() * mask.unsqueeze(2)).sum() / len(mask)
    return loss + out.pooler_output.sum() if out.get("pooler_output") is not None else loss


def inputs(case, words, seed):
    """The batch of a case."""
    batch = golden.pad(golden.random_rows(case.lengths, seed, words), case.side, case.types, words.pad)
    if case.positions:
        batch["position_ids"] = (batch["attention_mask"].cumsum(1) - 1).clamp(min=0)
    if case.choices:
        batch = {name: value.view(-1, case.choices, value.shape[1]) for name, value in batch.items()}
    if case.decoder_lengths:
        decoder = golden.pad(golden.random_rows(case.decoder_lengths, seed + 1, words), "right", False, words.pad)
        batch.update({f"decoder_{name}": value for name, value in decoder.items()})
    return batch


def outputs(out, states):
    """The tensors of a model's answer by name, hidden states one by one where they are wanted."""
    found = {}
    for name, value in out.items():
        if name.endswith("hidden_states"):
            if states:
                found.update({f"{name}.{i}": h for i, h in enumerate(value)})
        elif name not in ("loss", "past_key_values", "encoder_last_hidden_state"):
            found[name] = value
    return found


def run_case(model, case, words, seed, generator):
    """One forward (and where asked backward) pass. Returns its tensors and its loss."""
    batch = inputs(case, words, seed)
    labels = targets(model, batch, generator)
    out = model(**batch, **labels, output_hidden_states=True)
    tensors = dict(batch, **labels)
    tensors.update(outputs(out, states=not head_of(model)))
    loss = objective(model, batch, out)
    if case.gradients:
        model.zero_grad()
        loss.backward()
        learned = {n: p for n, p in model.named_parameters() if p.requires_grad}
        missing = [n for n, p in learned.items() if p.grad is None]
        assert not missing, f"no gradient for {missing}"
        tensors.update({f"grad/{n}": p.grad for n, p in learned.items()})
    if case.bf16:
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
            half = outputs(model(**batch), states=False)
        tensors.update({f"bf16/{n}": t.float() for n, t in half.items()})
    return tensors, loss.item()


def write(folder, model, seed, cases, words=golden.BERT_WORDS):
    """Runs all cases of one model and writes its folder."""
    model.set_attn_implementation("eager")
    generator = torch.Generator().manual_seed(seed)
    tensors, losses = {}, {}
    for name, case in cases.items():
        found, losses[name] = run_case(model, case, words, len(name), generator)
        tensors.update({f"{name}/{n}": t for n, t in found.items()})
    golden.save_model(model, folder)
    golden.write(folder, tensors, {"loss": losses, "seed": seed})
    print(f"{folder.parent.name}/{folder.name}: {len(tensors)} tensors, losses {losses}")
