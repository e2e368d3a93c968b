package org.attune.generate;

/**
 * How the next token is drawn, where it is drawn and not just the most probable. The filters apply
 * in the order of the components, each to what the one before has left.
 *
 * @param doSample whether to draw at all; otherwise nothing below counts
 * @param temperature divides the logits: below 1 makes likely tokens likelier
 * @param topK keeps this many of the most probable (Fan et al. 2018); 0 keeps all
 * @param topP keeps the most probable that together reach this share (Holtzman et al. 2020); 1
 *     keeps all
 * @param minP drops what is less probable than this share of the most probable (Nguyen et al.
 *     2024); 0 keeps all
 * @param typicalP keeps the tokens whose information is nearest to the entropy, until they reach
 *     this share (Meister et al. 2023); 1 keeps all
 * @param epsilonCutoff drops what is less probable than this (Hewitt et al. 2022); 0 keeps all
 * @param etaCutoff the same with a threshold that falls as the entropy rises; 0 keeps all
 * @param seed of the draws: a prompt and a seed give one text, whatever else is in the batch
 */
public record Sampling(
    boolean doSample,
    double temperature,
    int topK,
    double topP,
    double minP,
    double typicalP,
    double epsilonCutoff,
    double etaCutoff,
    long seed) {
  /** No drawing; the rest as transformers sets it where sampling is switched on. */
  public static final Sampling OFF = new Sampling(false, 1, 50, 1, 0, 1, 0, 0, 0);

  public Sampling {
    if (doSample) {
      Bounds.positive("temperature", temperature, "; for the most probable token do not sample");
    }
    Bounds.atLeast("top_k", topK, 0);
    Bounds.share("top_p", topP);
    Bounds.share("min_p", minP);
    Bounds.share("typical_p", typicalP);
    Bounds.share("epsilon_cutoff", epsilonCutoff);
    Bounds.share("eta_cutoff", etaCutoff);
    if (doSample) {
      Bounds.positive("top_p", topP, "; 1 keeps every token");
      Bounds.positive("typical_p", typicalP, "; 1 keeps every token");
    }
  }

  /** Draws with this seed, from the 50 most probable tokens. */
  public static Sampling on(long seed) {
    return new Sampling(true, 1, 50, 1, 0, 1, 0, 0, seed);
  }

  public Sampling withDoSample(boolean on) {
    return new Sampling(
        on, temperature, topK, topP, minP, typicalP, epsilonCutoff, etaCutoff, seed);
  }

  public Sampling withTemperature(double value) {
    return new Sampling(
        doSample, value, topK, topP, minP, typicalP, epsilonCutoff, etaCutoff, seed);
  }

  public Sampling withTopK(int value) {
    return new Sampling(
        doSample, temperature, value, topP, minP, typicalP, epsilonCutoff, etaCutoff, seed);
  }

  public Sampling withTopP(double value) {
    return new Sampling(
        doSample, temperature, topK, value, minP, typicalP, epsilonCutoff, etaCutoff, seed);
  }

  public Sampling withMinP(double value) {
    return new Sampling(
        doSample, temperature, topK, topP, value, typicalP, epsilonCutoff, etaCutoff, seed);
  }

  public Sampling withTypicalP(double value) {
    return new Sampling(
        doSample, temperature, topK, topP, minP, value, epsilonCutoff, etaCutoff, seed);
  }

  public Sampling withEpsilonCutoff(double value) {
    return new Sampling(doSample, temperature, topK, topP, minP, typicalP, value, etaCutoff, seed);
  }

  public Sampling withEtaCutoff(double value) {
    return new Sampling(
        doSample, temperature, topK, topP, minP, typicalP, epsilonCutoff, value, seed);
  }

  public Sampling withSeed(long value) {
    return new Sampling(
        doSample, temperature, topK, topP, minP, typicalP, epsilonCutoff, etaCutoff, value);
  }
}
