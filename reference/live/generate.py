"""A random model and what transformers writes with it: greedy and beam search under the settings that change decisions.

    python generate.py FAMILY OUT [--prompts 200] [--model FOLDER]

FAMILY is gpt2, llama, t5, bart, bart-decoder, bert or roberta; OUT gets the model and outputs.json: {"prompts": [[id, ..], ..], "runs": {name:
{"settings": {..}, "texts": [[id, ..], ..]}}}, where the settings are a whole generation_config.json. Prompts of one length run as one batch, so that no padding plays a part.
A text is what generate adds: behind the prompt, or behind the decoder's start token; up to and with its eos.
"""
import argparse
import json
import pathlib
import random

import torch
import transformers

VOCAB, PAD, BOS, EOS = 67, 0, 1, 2
NEW_TOKENS = 24
RUNS = {
    "greedy": {},
    "greedy, repetition penalty": {"repetition_penalty": 1.3, "min_new_tokens": 5},
    "greedy, constraints": {"no_repeat_ngram_size": 2, "bad_words_ids": [[7], [9, 11], [EOS]], "suppress_tokens": [13, 17]},
    "beams": {"num_beams": 4},
    "beams, length penalty 0.6": {"num_beams": 4, "length_penalty": 0.6},
    "beams, length penalty 2": {"num_beams": 4, "length_penalty": 2.0, "early_stopping": True},
    "beams, no repeated trigram": {"num_beams": 4, "no_repeat_ngram_size": 3},
    "beams, never stop early": {"num_beams": 4, "early_stopping": "never", "num_return_sequences": 3},
    "beams, repetition penalty": {"num_beams": 3, "repetition_penalty": 1.2, "min_new_tokens": 6, "length_penalty": -0.5},
    "beams, two end tokens": {"num_beams": 4, "eos_token_id": [EOS, 5], "early_stopping": True},
    "beams, forced eos": {"num_beams": 4, "forced_eos_token_id": EOS, "max_new_tokens": 9, "length_penalty": 0.0},
}


def make(family):
    """A tiny random model of the family, its weights wide enough that no two logits are close."""
    torch.manual_seed(11)
    special = dict(pad_token_id=PAD, bos_token_id=BOS, eos_token_id=EOS)
    if family == "gpt2":
        config = transformers.GPT2Config(vocab_size=VOCAB, n_embd=24, n_layer=2, n_head=4, n_positions=48,
                                         initializer_range=0.4, **special)
        model = transformers.GPT2LMHeadModel(config)
    elif family == "llama":
        config = transformers.LlamaConfig(vocab_size=VOCAB, hidden_size=24, intermediate_size=40, num_hidden_layers=2,
                                          num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=48,
                                          initializer_range=0.4, **special)
        model = transformers.LlamaForCausalLM(config)
    elif family == "t5":
        config = transformers.T5Config(vocab_size=VOCAB, d_model=24, d_kv=6, d_ff=40, num_layers=2, num_heads=4,
                                       initializer_factor=2.0, pad_token_id=PAD, eos_token_id=EOS,
                                       decoder_start_token_id=PAD)
        model = transformers.T5ForConditionalGeneration(config)
    elif family in ("bert", "roberta"):
        kind, causal = {"bert": (transformers.BertConfig, transformers.BertLMHeadModel),
                        "roberta": (transformers.RobertaConfig, transformers.RobertaForCausalLM)}[family]
        config = kind(
            vocab_size=VOCAB, hidden_size=24, intermediate_size=40, num_hidden_layers=2, num_attention_heads=4,
            max_position_embeddings=48, initializer_range=0.4, is_decoder=True, **special)
        model = causal(config)
    else:
        alone = family == "bart-decoder"  # at 0.4 two of its beams tie, to the last bit but one
        config = transformers.BartConfig(vocab_size=VOCAB, d_model=24, encoder_layers=2, decoder_layers=2,
                                         encoder_attention_heads=4, decoder_attention_heads=4, encoder_ffn_dim=40,
                                         decoder_ffn_dim=40, max_position_embeddings=48, init_std=0.5 if alone else 0.4,
                                         decoder_start_token_id=EOS, forced_eos_token_id=EOS, **special)
        model = (transformers.BartForCausalLM if alone else transformers.BartForConditionalGeneration)(config)
    with torch.no_grad():  # a longer row wins more often: some texts must end before their length does
        model.get_output_embeddings().weight[EOS] *= 2.5
    return model.eval()


def draw_prompts(count, vocabulary, longest=11, seed=5):
    """Random token ids, 2 to the longest."""
    drawn = random.Random(seed)
    return [[drawn.randrange(3, vocabulary) for _ in range(drawn.randint(2, longest))] for _ in range(count)]


def positions(model, ids):
    """generate counts from 0 where it makes positions itself; RoBERTa's forward, which training used, from pad + 1."""
    if model.config.model_type != "roberta":
        return {}
    return {"position_ids": (model.config.pad_token_id + 1 + torch.arange(ids.shape[1])).expand_as(ids)}


def texts(model, prompts, settings):
    """What generate adds to each prompt; num_return_sequences texts a prompt, one after the other."""
    lengths = {}
    for number, prompt in enumerate(prompts):
        lengths.setdefault(len(prompt), []).append(number)
    choices = settings.get("num_return_sequences", 1)
    eos = settings["eos_token_id"]
    ends = eos if isinstance(eos, list) else [eos]
    result = [None] * (len(prompts) * choices)
    for length, numbers in lengths.items():
        ids = torch.tensor([prompts[n] for n in numbers])
        output = model.generate(ids, attention_mask=torch.ones_like(ids), **positions(model, ids), **settings)
        skip = 1 if model.config.is_encoder_decoder else length
        for i, row in enumerate(output.tolist()):
            text = row[skip:]
            end = next((k for k, token in enumerate(text) if token in ends), len(text) - 1)
            result[numbers[i // choices] * choices + i % choices] = text[: end + 1]
    return result


def every_run(model, prompts, new_tokens=NEW_TOKENS):
    """All settings, each with the texts it gives."""
    own = {key: value for key, value in model.generation_config.to_diff_dict().items() if not key.startswith("_")}
    own.setdefault("eos_token_id", EOS)
    own.setdefault("pad_token_id", PAD)
    runs = {}
    with torch.inference_mode():
        for name, changes in RUNS.items():
            settings = {**own, "do_sample": False, "max_new_tokens": new_tokens, **changes}
            settings.pop("transformers_version", None)
            runs[name] = {"settings": settings, "texts": texts(model, prompts, settings)}
    return runs


def main():
    """Saves the model, or takes the one there is, and runs every setting."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("family")
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--prompts", type=int, default=200)
    parser.add_argument("--model", help="a folder to use instead of a random model")
    args = parser.parse_args()
    transformers.utils.logging.set_verbosity_error()
    if args.model:
        model = transformers.AutoModelForCausalLM.from_pretrained(args.model, dtype=torch.float32).eval()
    else:
        model = make(args.family)
        model.save_pretrained(args.out)
    prompts = draw_prompts(args.prompts, model.config.vocab_size)
    runs = every_run(model, prompts)
    args.out.mkdir(exist_ok=True)
    (args.out / "outputs.json").write_text(json.dumps({"prompts": prompts, "runs": runs}))
    print(json.dumps({"prompts": len(prompts), "runs": len(runs)}))


if __name__ == "__main__":
    main()
