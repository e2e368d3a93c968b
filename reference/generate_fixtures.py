"""Golden files of generation: what transformers' processors make of random scores, and what the tiny models of the
parity fixtures write.

    python reference/generate_fixtures.py

Writes golden/generate/processors.json, filters.json and one FAMILY.json for each family that writes.
"""
import json
import pathlib
import sys

import torch
import transformers
from transformers.generation import logits_process as lp

sys.path.insert(0, str(pathlib.Path(__file__).parent / "live"))
import generate  # noqa: E402

GOLDEN = pathlib.Path(__file__).parent.parent / "attune-core/src/test/resources/golden"
OUT = GOLDEN / "generate"
VOCAB, EOS = 17, 2
MODELS = {"gpt2": "gpt2/causal_lm", "llama": "llama/causal_lm", "t5": "t5/conditional_generation",
          "bart": "bart/conditional_generation", "bart-decoder": "bart/causal_lm", "bert": "bert/causal_lm",
          "roberta": "roberta/causal_lm"}


def numbers(tensor):
    """Nested lists; -inf, which JSON lacks, as null."""
    return [[None if x == float("-inf") else round(x, 6) for x in row] for row in tensor.tolist()]


def processors():
    """Each processor on rows of one length: {name: {"settings", "ids", "prompt", "scores", "processed"}}."""
    torch.manual_seed(3)
    eos = torch.tensor([EOS])
    cases = {
        "repetition_penalty": (lp.RepetitionPenaltyLogitsProcessor(1.4), {"repetition_penalty": 1.4}),
        "no_repeat_ngram_size": (lp.NoRepeatNGramLogitsProcessor(2), {"no_repeat_ngram_size": 2}),
        "no_repeat_ngram_size of one": (lp.NoRepeatNGramLogitsProcessor(1), {"no_repeat_ngram_size": 1}),
        "no_repeat_ngram_size of three": (lp.NoRepeatNGramLogitsProcessor(3), {"no_repeat_ngram_size": 3}),
        "bad_words_ids": (lp.NoBadWordsLogitsProcessor([[4], [1, 5], [3, 1, 6], [EOS]], eos),
                          {"bad_words_ids": [[4], [1, 5], [3, 1, 6], [EOS]]}),
        "min_length": (lp.MinLengthLogitsProcessor(9, eos), {"min_length": 9}),
        "min_length reached": (lp.MinLengthLogitsProcessor(8, eos), {"min_length": 8}),
        "min_new_tokens": (lp.MinNewTokensLengthLogitsProcessor(3, 6, eos), {"min_new_tokens": 6}),
        "suppress_tokens": (lp.SuppressTokensLogitsProcessor([1, 16]), {"suppress_tokens": [1, 16]}),
        "begin_suppress_tokens": (lp.SuppressTokensAtBeginLogitsProcessor([1, 16], 8), {"begin_suppress_tokens": [1, 16]}),
        "forced_eos_token_id": (lp.ForcedEOSTokenLogitsProcessor(9, EOS), {"forced_eos_token_id": EOS, "max_length": 9}),
        "forced_eos_token_id later": (lp.ForcedEOSTokenLogitsProcessor(10, EOS), {"forced_eos_token_id": EOS, "max_length": 10}),
        "forced_bos_token_id": (lp.ForcedBOSTokenLogitsProcessor(5), {"forced_bos_token_id": 5}),
    }
    result = {}
    for name, (processor, settings) in cases.items():
        length, prompt = (1, 1) if name.startswith("forced_bos") else (8, 8 if name.startswith("begin") else 3)
        ids = torch.randint(0, 7, (4, length))
        if length > 1:
            ids[0, -2:] = torch.tensor([3, 1])
        scores = torch.randn(4, VOCAB) * 2
        result[name] = {"settings": {"eos_token_id": EOS, **settings}, "ids": ids.tolist(), "prompt": prompt,
                        "scores": numbers(scores), "processed": numbers(processor(ids, scores.clone()))}
    encoder = torch.randint(0, 5, (2, 9))
    ids, scores = torch.randint(0, 5, (4, 8)), torch.randn(4, VOCAB)
    processor = lp.EncoderNoRepeatNGramLogitsProcessor(2, encoder)
    result["encoder_no_repeat_ngram_size"] = {
        "settings": {"encoder_no_repeat_ngram_size": 2}, "ids": ids.tolist(), "prompt": 1, "encoder": encoder.tolist(),
        "scores": numbers(scores), "processed": numbers(processor(ids, scores.clone()))}
    return result


def filters():
    """Each warper, and all of them in transformers' order: which tokens of random scores it leaves."""
    torch.manual_seed(4)
    cases = {
        "temperature": (lp.TemperatureLogitsWarper(0.7), {"temperature": 0.7, "top_k": 0}),
        "top_k": (lp.TopKLogitsWarper(5), {"top_k": 5}),
        "top_p": (lp.TopPLogitsWarper(0.8), {"top_p": 0.8, "top_k": 0}),
        "top_p tiny": (lp.TopPLogitsWarper(0.01), {"top_p": 0.01, "top_k": 0}),
        "min_p": (lp.MinPLogitsWarper(0.1), {"min_p": 0.1, "top_k": 0}),
        "typical_p": (lp.TypicalLogitsWarper(0.6), {"typical_p": 0.6, "top_k": 0}),
        "typical_p tiny": (lp.TypicalLogitsWarper(0.05), {"typical_p": 0.05, "top_k": 0}),
        "epsilon_cutoff": (lp.EpsilonLogitsWarper(0.05), {"epsilon_cutoff": 0.05, "top_k": 0}),
        "eta_cutoff": (lp.EtaLogitsWarper(0.1), {"eta_cutoff": 0.1, "top_k": 0}),
    }
    together = [lp.TemperatureLogitsWarper(1.3), lp.TopKLogitsWarper(12), lp.TopPLogitsWarper(0.9), lp.MinPLogitsWarper(0.02),
                lp.TypicalLogitsWarper(0.85), lp.EpsilonLogitsWarper(0.03), lp.EtaLogitsWarper(0.04)]
    result = {}
    for name, (warper, settings) in cases.items():
        scores = torch.randn(8, VOCAB) * 2
        result[name] = {"settings": settings, "scores": numbers(scores), "processed": numbers(warper(None, scores.clone()))}
    scores = torch.randn(8, VOCAB) * 2
    processed = scores.clone()
    for warper in together:
        processed = warper(None, processed)
    result["all"] = {"settings": {"temperature": 1.3, "top_k": 12, "top_p": 0.9, "min_p": 0.02, "typical_p": 0.85,
                                  "epsilon_cutoff": 0.03, "eta_cutoff": 0.04},
                     "scores": numbers(scores), "processed": numbers(processed)}
    return result


def main():
    """Writes all files."""
    transformers.utils.logging.set_verbosity_error()
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "processors.json").write_text(json.dumps(processors()) + "\n")
    (OUT / "filters.json").write_text(json.dumps(filters()) + "\n")
    for family, folder in MODELS.items():
        if not (GOLDEN / folder).is_dir():
            continue
        kind = transformers.AutoModelForSeq2SeqLM if folder.endswith("generation") else transformers.AutoModelForCausalLM
        model = kind.from_pretrained(GOLDEN / folder, dtype=torch.float32).eval()
        if family == "t5":  # its cache has as many layers as the encoder, and the tiny one's stacks are unlike
            model.config.num_layers = model.config.num_decoder_layers
        # The tiny models of the parity tests have few positions.
        prompts = generate.draw_prompts(12, model.config.vocab_size, longest=6)
        runs = generate.every_run(model, prompts, new_tokens=10)
        (OUT / f"{family}.json").write_text(json.dumps({"model": folder, "prompts": prompts, "runs": runs}) + "\n")


if __name__ == "__main__":
    main()
