package org.attune.generate;

import org.attune.UsageException;

/**
 * How many texts are followed at a time and how finished ones compare.
 *
 * @param numBeams texts followed a prompt; 1 for none but the best
 * @param numBeamGroups groups that are kept apart (diverse beam search, Vijayakumar et al. 2018); 1
 *     for plain beam search
 * @param diversityPenalty what a token loses for each earlier group that chose it at this step
 * @param lengthPenalty a finished text's score is its log-probability / length ^ this: above 0
 *     favours long texts, below 0 short ones
 * @param earlyStopping when to stop
 */
public record Beams(
    int numBeams,
    int numBeamGroups,
    double diversityPenalty,
    double lengthPenalty,
    EarlyStopping earlyStopping) {
  /** No beam search; the rest as transformers sets it. */
  public static final Beams ONE = new Beams(1, 1, 0, 1, EarlyStopping.FALSE);

  public Beams {
    Bounds.atLeast("num_beams", numBeams, 1);
    Bounds.atLeast("num_beam_groups", numBeamGroups, 1);
    Bounds.finite("length_penalty", lengthPenalty);
    Bounds.finite("diversity_penalty", diversityPenalty);
    if (numBeams % numBeamGroups != 0) {
      throw new UsageException(
          "generate: num_beams ("
              + numBeams
              + ") must be divisible by num_beam_groups ("
              + numBeamGroups
              + ")");
    }
    if (numBeamGroups > 1 && diversityPenalty <= 0) {
      throw new UsageException(
          "generate: "
              + numBeamGroups
              + " beam groups need a diversity_penalty above 0, or all of them write the same");
    }
    if (numBeamGroups == 1 && diversityPenalty != 0) {
      throw new UsageException(
          "generate: diversity_penalty ("
              + diversityPenalty
              + ") works between groups; set num_beam_groups above 1");
    }
  }

  public static Beams of(int numBeams) {
    return ONE.withNumBeams(numBeams);
  }

  public Beams withNumBeams(int value) {
    return new Beams(value, numBeamGroups, diversityPenalty, lengthPenalty, earlyStopping);
  }

  public Beams withGroups(int groups, double penalty) {
    return new Beams(numBeams, groups, penalty, lengthPenalty, earlyStopping);
  }

  public Beams withLengthPenalty(double value) {
    return new Beams(numBeams, numBeamGroups, diversityPenalty, value, earlyStopping);
  }

  public Beams withEarlyStopping(EarlyStopping value) {
    return new Beams(numBeams, numBeamGroups, diversityPenalty, lengthPenalty, value);
  }
}
