package org.attune.generate;

import java.util.List;
import java.util.OptionalInt;
import org.attune.checkpoint.ConfigJson;
import org.attune.checkpoint.GenerationDefaults;

/** Turns what a checkpoint says about writing into settings. */
final class SavedSettings {
  /** Keys of transformers that change what is written and that Attune does not apply. */
  private static final List<String> NOT_APPLIED =
      List.of(
          "constraints",
          "dola_layers",
          "encoder_repetition_penalty",
          "exponential_decay_length_penalty",
          "force_words_ids",
          "guidance_scale",
          "renormalize_logits",
          "sequence_bias",
          "top_h",
          "watermarking_config");

  private SavedSettings() {}

  static GenerationConfig of(GenerationDefaults saved) {
    return new GenerationConfig(
        length(saved),
        sampling(saved),
        beams(saved),
        saved.penaltyAlpha().orElse(0),
        constraints(saved),
        new SpecialIds(
            saved.eosTokenId(),
            saved.padTokenId(),
            saved.bosTokenId(),
            saved.decoderStartTokenId()),
        saved.stopStrings(),
        saved.numReturnSequences().orElse(1));
  }

  private static Length length(GenerationDefaults saved) {
    OptionalInt most = saved.maxLength();
    return new Length(
        saved.maxNewTokens(), most, saved.minNewTokens(), saved.minLength().orElse(0));
  }

  private static Sampling sampling(GenerationDefaults saved) {
    Sampling off = Sampling.OFF;
    return new Sampling(
        saved.doSample().orElse(false),
        saved.temperature().orElse(off.temperature()),
        saved.topK().orElse(off.topK()),
        saved.topP().orElse(off.topP()),
        saved.minP().orElse(off.minP()),
        saved.typicalP().orElse(off.typicalP()),
        saved.epsilonCutoff().orElse(off.epsilonCutoff()),
        saved.etaCutoff().orElse(off.etaCutoff()),
        off.seed());
  }

  private static Beams beams(GenerationDefaults saved) {
    return new Beams(
        saved.numBeams().orElse(1),
        saved.numBeamGroups().orElse(1),
        saved.diversityPenalty().orElse(0),
        saved.lengthPenalty().orElse(1),
        saved.earlyStopping().map(EarlyStopping::of).orElse(EarlyStopping.FALSE));
  }

  private static Constraints constraints(GenerationDefaults saved) {
    return new Constraints(
        saved.repetitionPenalty().orElse(1),
        saved.noRepeatNgramSize().orElse(0),
        saved.encoderNoRepeatNgramSize().orElse(0),
        saved.badWordsIds(),
        saved.suppressTokens(),
        saved.beginSuppressTokens(),
        saved.forcedBosTokenId(),
        saved.forcedEosTokenId());
  }

  /** Settings that are there and are not applied, by key. */
  static List<String> notApplied(GenerationDefaults saved) {
    ConfigJson json = saved.json();
    return NOT_APPLIED.stream()
        .filter(key -> !json.equals(json.without(key)))
        .filter(key -> !isOff(json, key))
        .toList();
  }

  /** Whether a key is there with the value that changes nothing. */
  private static boolean isOff(ConfigJson json, String key) {
    return List.of(1, 1.0, 0, 0.0, false).stream().anyMatch(off -> json.equals(json.with(key, off)))
        || json.equals(json.without(key).with(key, null));
  }
}
