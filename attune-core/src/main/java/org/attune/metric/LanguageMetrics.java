package org.attune.metric;

import java.util.List;
import java.util.Map;
import org.attune.AttuneException;

/**
 * How well a language model foresees text: {@code loss} is the mean negative log-likelihood of a
 * token in nats, {@code perplexity} its exponential. Each token counts the same, whatever row it is
 * in; intervals come from resampling rows.
 */
public final class LanguageMetrics {
  /** What is measured, in the order shown. */
  public static final List<String> NAMES = List.of("loss", "perplexity");

  private LanguageMetrics() {}

  /**
   * Measures a model's losses.
   *
   * @param losses sum of negative log-likelihoods of a row
   * @param tokens how many of its tokens were asked for
   * @param seed of the resampling
   */
  public static Evaluation evaluate(double[] losses, long[] tokens, long seed) {
    Checks.sameRows(tokens.length, losses.length);
    long all = 0;
    for (int i = 0; i < losses.length; i++) {
      Checks.finite("the loss", i, losses[i]);
      all += tokens[i];
    }
    if (all == 0) {
      throw new AttuneException("metric: no token counts, so perplexity is not defined");
    }
    return Bootstrap.evaluate(
        NAMES,
        losses.length,
        seed,
        (weights, values) -> {
          double sum = 0;
          double count = 0;
          for (int i = 0; i < weights.length; i++) {
            sum += weights[i] * losses[i];
            count += (double) weights[i] * tokens[i];
          }
          values[0] = sum / count; // NaN where a draw has no token
          values[1] = Math.exp(sum / count);
        },
        "language|tokens:" + all,
        Map.of());
  }
}
