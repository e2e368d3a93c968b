package org.attune.generate;

import java.util.List;
import java.util.OptionalInt;
import org.attune.UsageException;

/**
 * What may not be written, and what must be. Ids are token ids; empty lists and 0 forbid nothing.
 *
 * @param repetitionPenalty divides the score of every token that is in the text already (Keskar et
 *     al. 2019), or multiplies it where it is negative; 1 for none
 * @param noRepeatNgramSize n-grams of this size may occur once
 * @param encoderNoRepeatNgramSize n-grams of this size in an encoder's prompt may not occur
 * @param badWordsIds sequences that may not be completed
 * @param suppressTokens tokens never written
 * @param beginSuppressTokens tokens not written first
 * @param forcedBosTokenId the first token behind a decoder's start token
 * @param forcedEosTokenId the last token where the length runs out; any of these
 */
public record Constraints(
    double repetitionPenalty,
    int noRepeatNgramSize,
    int encoderNoRepeatNgramSize,
    List<List<Integer>> badWordsIds,
    List<Integer> suppressTokens,
    List<Integer> beginSuppressTokens,
    OptionalInt forcedBosTokenId,
    List<Integer> forcedEosTokenId) {
  public static final Constraints NONE =
      new Constraints(1, 0, 0, List.of(), List.of(), List.of(), OptionalInt.empty(), List.of());

  public Constraints {
    Bounds.positive("repetition_penalty", repetitionPenalty, "; 1 for none");
    Bounds.atLeast("no_repeat_ngram_size", noRepeatNgramSize, 0);
    Bounds.atLeast("encoder_no_repeat_ngram_size", encoderNoRepeatNgramSize, 0);
    badWordsIds = badWordsIds.stream().map(List::copyOf).toList();
    if (badWordsIds.stream().anyMatch(List::isEmpty)) {
      throw new UsageException("generate: bad_words_ids holds an empty list of tokens");
    }
    suppressTokens = List.copyOf(suppressTokens);
    beginSuppressTokens = List.copyOf(beginSuppressTokens);
    forcedEosTokenId = List.copyOf(forcedEosTokenId);
  }

  public Constraints withRepetitionPenalty(double value) {
    return new Constraints(
        value,
        noRepeatNgramSize,
        encoderNoRepeatNgramSize,
        badWordsIds,
        suppressTokens,
        beginSuppressTokens,
        forcedBosTokenId,
        forcedEosTokenId);
  }

  public Constraints withNoRepeatNgramSize(int value) {
    return new Constraints(
        repetitionPenalty,
        value,
        encoderNoRepeatNgramSize,
        badWordsIds,
        suppressTokens,
        beginSuppressTokens,
        forcedBosTokenId,
        forcedEosTokenId);
  }

  public Constraints withEncoderNoRepeatNgramSize(int value) {
    return new Constraints(
        repetitionPenalty,
        noRepeatNgramSize,
        value,
        badWordsIds,
        suppressTokens,
        beginSuppressTokens,
        forcedBosTokenId,
        forcedEosTokenId);
  }

  public Constraints withBadWordsIds(List<List<Integer>> value) {
    return new Constraints(
        repetitionPenalty,
        noRepeatNgramSize,
        encoderNoRepeatNgramSize,
        value,
        suppressTokens,
        beginSuppressTokens,
        forcedBosTokenId,
        forcedEosTokenId);
  }

  public Constraints withSuppressTokens(List<Integer> always, List<Integer> first) {
    return new Constraints(
        repetitionPenalty,
        noRepeatNgramSize,
        encoderNoRepeatNgramSize,
        badWordsIds,
        always,
        first,
        forcedBosTokenId,
        forcedEosTokenId);
  }

  public Constraints withForced(OptionalInt bos, List<Integer> eos) {
    return new Constraints(
        repetitionPenalty,
        noRepeatNgramSize,
        encoderNoRepeatNgramSize,
        badWordsIds,
        suppressTokens,
        beginSuppressTokens,
        bos,
        eos);
  }
}
