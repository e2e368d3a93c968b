package org.attune.data;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How rare a text's words are: {@code -sum log p(w)} over its tokens, with p the share of a token
 * among all tokens of the data (Platanios et al. 2019, equation 2). Long texts are hard too.
 */
public final class WordRarity {
  private WordRarity() {}

  /**
   * The rarity of each text.
   *
   * @param texts the token ids of each
   */
  public static double[] of(List<long[]> texts) {
    Map<Long, Long> counts = new HashMap<>();
    long all = 0;
    for (long[] text : texts) {
      for (long token : text) {
        counts.merge(token, 1L, Long::sum);
      }
      all += text.length;
    }
    double[] rarity = new double[texts.size()];
    for (int i = 0; i < rarity.length; i++) {
      for (long token : texts.get(i)) {
        rarity[i] -= Math.log((double) counts.get(token) / all);
      }
    }
    return rarity;
  }
}
