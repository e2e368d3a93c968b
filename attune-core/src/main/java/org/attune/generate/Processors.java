package org.attune.generate;

import java.util.ArrayList;
import java.util.List;
import org.attune.tensor.DType;
import org.attune.tensor.Tensor;

/**
 * The rules of a config, in transformers' order ({@code _get_logits_processor}).
 *
 * @param rules empty where nothing is forbidden or forced
 */
record Processors(List<LogitsProcessor> rules) {
  /**
   * The rules a config asks for.
   *
   * @param encoderPrompts prompts of an encoder-decoder; empty for a decoder alone
   */
  static Processors of(GenerationConfig config, List<int[]> encoderPrompts) {
    Constraints constraints = config.constraints();
    List<Integer> eos = config.ids().eosTokenId();
    List<LogitsProcessor> rules = new ArrayList<>();
    if (constraints.repetitionPenalty() != 1) {
      rules.add(new LogitsProcessor.RepetitionPenalty(constraints.repetitionPenalty()));
    }
    if (constraints.noRepeatNgramSize() > 0) {
      rules.add(new LogitsProcessor.NoRepeatNgram(constraints.noRepeatNgramSize()));
    }
    if (constraints.encoderNoRepeatNgramSize() > 0 && !encoderPrompts.isEmpty()) {
      rules.add(
          new LogitsProcessor.EncoderNoRepeatNgram(
              constraints.encoderNoRepeatNgramSize(), encoderPrompts));
    }
    if (!constraints.badWordsIds().isEmpty()) {
      rules.add(LogitsProcessor.BadWords.of(constraints.badWordsIds(), config.ids().eosTokenId()));
    }
    if (!eos.isEmpty()
        && (config.length().minLength() > 0 || config.length().minNewTokens().orElse(0) > 0)) {
      rules.add(new LogitsProcessor.MinLength(config.length(), eos));
    }
    constraints
        .forcedBosTokenId()
        .ifPresent(token -> rules.add(new LogitsProcessor.ForcedBos(token)));
    if (!constraints.forcedEosTokenId().isEmpty()) {
      rules.add(new LogitsProcessor.ForcedEos(constraints.forcedEosTokenId()));
    }
    if (!constraints.suppressTokens().isEmpty()) {
      rules.add(new LogitsProcessor.SuppressTokens(constraints.suppressTokens()));
    }
    if (!constraints.beginSuppressTokens().isEmpty()) {
      rules.add(
          new LogitsProcessor.SuppressTokensAtBegin(
              constraints.beginSuppressTokens(), constraints.forcedBosTokenId().isPresent()));
    }
    return new Processors(List.copyOf(rules));
  }

  boolean isEmpty() {
    return rules.isEmpty();
  }

  boolean onlyBans() {
    return rules.stream().allMatch(LogitsProcessor::onlyBans);
  }

  /**
   * Applies all rules.
   *
   * @param scores [R, V], changed in place where it is F32
   * @return [R, V] F32, or the scores as they are where there is no rule
   */
  Tensor apply(Tensor scores, List<Sequence> rows) {
    if (rules.isEmpty()) {
      return scores;
    }
    Scores changing = new Scores(scores.to(DType.F32).contiguous());
    rules.forEach(rule -> rule.process(changing, rows));
    return changing.result();
  }
}
