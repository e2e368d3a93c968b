package org.attune.generate;

import java.util.List;
import org.attune.UsageException;
import org.attune.checkpoint.GenerationDefaults;

/**
 * How a model writes. Names and defaults are those of transformers' {@code generation_config.json};
 * here they are grouped by what they do.
 *
 * <pre>{@code
 * GenerationConfig.beams(4, 64)                                      // beam search, at most 64 new tokens
 * GenerationConfig.greedy(64).withSampling(Sampling.on(42).withTopP(0.9))
 * }</pre>
 *
 * @param length how long
 * @param sampling drawn, or the most probable
 * @param beams how many texts are followed at a time
 * @param penaltyAlpha contrastive search: how much a token that is like those before it is marked
 *     down, among the {@code top_k} most probable; 0 for none
 * @param constraints what may and must be written
 * @param ids tokens with a meaning of their own
 * @param stopStrings texts that end it, wherever their tokens part
 * @param numReturnSequences texts a prompt
 */
public record GenerationConfig(
    Length length,
    Sampling sampling,
    Beams beams,
    double penaltyAlpha,
    Constraints constraints,
    SpecialIds ids,
    List<String> stopStrings,
    int numReturnSequences) {
  /** What transformers does where nothing is said: the most probable token, 20 times. */
  public static final GenerationConfig DEFAULT =
      new GenerationConfig(
          Length.DEFAULT,
          Sampling.OFF,
          Beams.ONE,
          0,
          Constraints.NONE,
          SpecialIds.NONE,
          List.of(),
          1);

  public GenerationConfig {
    stopStrings = List.copyOf(stopStrings);
    if (stopStrings.contains("")) {
      throw new UsageException("generate: a stop string is empty; it would end every text at once");
    }
    Bounds.share("penalty_alpha", penaltyAlpha);
    Bounds.atLeast("num_return_sequences", numReturnSequences, 1);
    if (sampling.doSample() && beams.numBeamGroups() > 1) {
      throw new UsageException(
          "generate: num_beam_groups ("
              + beams.numBeamGroups()
              + ") and do_sample cannot be combined; diverse beam search does not draw");
    }
    if (beams.numBeams() > 1 && numReturnSequences > beams.numBeams()) {
      throw new UsageException(
          "generate: num_return_sequences ("
              + numReturnSequences
              + ") is above num_beams ("
              + beams.numBeams()
              + "); a search with "
              + beams.numBeams()
              + " beams ends with as many texts");
    }
    if (beams.numBeams() == 1 && !sampling.doSample() && numReturnSequences > 1) {
      throw new UsageException(
          "generate: num_return_sequences ("
              + numReturnSequences
              + ") without sampling would be the same text each time; set do_sample, or num_beams"
              + " to at least "
              + numReturnSequences);
    }
  }

  /** What a checkpoint's generation_config.json (or old config.json) asks for. */
  public static GenerationConfig of(GenerationDefaults saved) {
    return SavedSettings.of(saved);
  }

  /** The most probable token each time. */
  public static GenerationConfig greedy(int maxNewTokens) {
    return DEFAULT.withLength(Length.ofNewTokens(maxNewTokens));
  }

  /** Beam search. */
  public static GenerationConfig beams(int numBeams, int maxNewTokens) {
    return greedy(maxNewTokens).withBeams(Beams.of(numBeams));
  }

  public GenerationConfig withLength(Length value) {
    return new GenerationConfig(
        value, sampling, beams, penaltyAlpha, constraints, ids, stopStrings, numReturnSequences);
  }

  public GenerationConfig withSampling(Sampling value) {
    return new GenerationConfig(
        length, value, beams, penaltyAlpha, constraints, ids, stopStrings, numReturnSequences);
  }

  public GenerationConfig withBeams(Beams value) {
    return new GenerationConfig(
        length, sampling, value, penaltyAlpha, constraints, ids, stopStrings, numReturnSequences);
  }

  /** Contrastive search with {@code alpha} among the {@code topK} most probable tokens. */
  public GenerationConfig withContrastive(double alpha, int topK) {
    return new GenerationConfig(
        length,
        sampling.withTopK(topK),
        beams,
        alpha,
        constraints,
        ids,
        stopStrings,
        numReturnSequences);
  }

  public GenerationConfig withConstraints(Constraints value) {
    return new GenerationConfig(
        length, sampling, beams, penaltyAlpha, value, ids, stopStrings, numReturnSequences);
  }

  public GenerationConfig withIds(SpecialIds value) {
    return new GenerationConfig(
        length, sampling, beams, penaltyAlpha, constraints, value, stopStrings, numReturnSequences);
  }

  public GenerationConfig withStopStrings(String... values) {
    return new GenerationConfig(
        length,
        sampling,
        beams,
        penaltyAlpha,
        constraints,
        ids,
        List.of(values),
        numReturnSequences);
  }

  public GenerationConfig withNumReturnSequences(int value) {
    return new GenerationConfig(
        length, sampling, beams, penaltyAlpha, constraints, ids, stopStrings, value);
  }

  /**
   * Whether penalty_alpha counts: as in transformers, not with beams, sampling or one candidate.
   */
  boolean isContrastive() {
    return penaltyAlpha > 0 && sampling.topK() > 1 && !sampling.doSample() && beams.numBeams() == 1;
  }

  /** Texts that are followed a prompt, and so rows of the decoder. */
  int rowsPerPrompt() {
    return isContrastive() ? sampling.topK() : Math.max(beams.numBeams(), numReturnSequences);
  }
}
