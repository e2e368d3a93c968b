package org.attune.models.llama;

import java.util.OptionalDouble;
import org.attune.checkpoint.ConfigJson;

/**
 * YaRN (Peng et al. 2023, section 3.2): frequencies that turn often within the trained length are
 * kept, those that turn less than once are divided by the factor, with a ramp between; attention is
 * sharpened by the amplitude.
 *
 * @param factor by which the length grows
 * @param trained length before
 * @param fast turns within the trained length above which a frequency is kept
 * @param slow turns below which it is divided
 * @param whole whether the ramp's ends are rounded outwards to whole elements
 * @param amplitude of cosines and sines
 */
record YarnScaling(
    double theta,
    double factor,
    int trained,
    double fast,
    double slow,
    boolean whole,
    double amplitude)
    implements RopeScaling {
  private static final double MOST = 1e6;

  static YarnScaling of(ConfigJson json, ConfigJson rope, double theta, int maxPositions) {
    int trained =
        json.optionalInt("original_max_position_embeddings", 1, 1 << 24)
            .orElse(RopeScaling.trained(rope, maxPositions));
    double factor =
        rope.optionalDouble("factor", 1e-3, MOST).orElse((double) maxPositions / trained);
    OptionalDouble given = rope.optionalDouble("attention_factor", 0, MOST);
    double one = rope.optionalDouble("mscale", 0, MOST).orElse(0);
    double all = rope.optionalDouble("mscale_all_dim", 0, MOST).orElse(0);
    double recommended =
        one != 0 && all != 0
            ? sharpness(factor, one) / sharpness(factor, all)
            : sharpness(factor, 1);
    return new YarnScaling(
        theta,
        factor,
        trained,
        rope.optionalDouble("beta_fast", 0, MOST).orElse(32),
        rope.optionalDouble("beta_slow", 0, MOST).orElse(1),
        rope.optionalBoolean("truncate").orElse(true),
        given.orElse(recommended));
  }

  private static double sharpness(double factor, double scale) {
    return factor <= 1 ? 1 : 0.1 * scale * Math.log(factor) + 1;
  }

  @Override
  public float[] frequencies(int width, long length) {
    double low = element(fast, width);
    double high = element(slow, width);
    double start = Math.max(whole ? Math.floor(low) : low, 0);
    double end = Math.min(whole ? Math.ceil(high) : high, width - 1);
    double span = start == end ? 0.001 : end - start;
    float[] frequencies = RopeScaling.plain(theta, width);
    for (int i = 0; i < frequencies.length; i++) {
      float divided = (float) Math.min(1, Math.max(0, (i - start) / span));
      float kept = 1 - divided;
      float stretched = frequencies[i] / (float) factor;
      frequencies[i] = stretched * (1 - kept) + frequencies[i] * kept;
    }
    return frequencies;
  }

  /** The element, as a fraction, that turns so often within the trained length. */
  private double element(double turns, int width) {
    return width * Math.log(trained / (turns * 2 * Math.PI)) / (2 * Math.log(theta));
  }

  @Override
  public int reach(int maxPositions) {
    return Math.max(maxPositions, RopeScaling.stretched(trained, factor));
  }
}
