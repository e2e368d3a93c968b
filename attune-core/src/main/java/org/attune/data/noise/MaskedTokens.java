package org.attune.data.noise;

import java.util.Arrays;
import org.attune.UsageException;

/**
 * BERT's masking (Devlin et al. 2018, section 3.1): of each row a share of the tokens is chosen; 80
 * % of those become the mask token, 10 % a random token and 10 % stay; the loss asks for all of
 * them. The choice is made anew in each epoch (Liu et al. 2019).
 *
 * @param share of tokens to choose
 * @param wholeWords whether all tokens of a word are chosen together; each is then replaced, or
 *     not, by itself, as in BERT's own whole-word models
 * @param maskId id of the mask token
 * @param vocabulary random tokens are drawn from [0, vocabulary)
 */
public record MaskedTokens(double share, boolean wholeWords, int maskId, int vocabulary) {
  /** A place that the loss does not ask for. */
  public static final long IGNORE = -100;

  private static final double MASKED = 0.8;
  private static final double RANDOM = 0.1;

  public MaskedTokens {
    if (!(share > 0 && share < 1)) {
      throw new UsageException(
          "masking: share is " + share + ", expected a number between 0 and 1, such as 0.15");
    }
  }

  /**
   * A row as the model sees it and what it is asked for.
   *
   * @param ids one a place
   * @param labels the original id where it is asked for, else {@link #IGNORE}
   */
  @SuppressWarnings("ArrayRecordComponent") // handed straight on to a batch
  public record Masked(int[] ids, long[] labels) {}

  /**
   * Hides tokens of one row.
   *
   * @param ids the row, special tokens included
   * @param candidate which may be chosen: all but special tokens
   * @param startsWord which are the first of a word; read for whole words only
   */
  public Masked mask(int[] ids, boolean[] candidate, boolean[] startsWord, RowRandom random) {
    return replace(ids, choose(candidate, startsWord, random), random);
  }

  /** Which tokens are chosen. */
  boolean[] choose(boolean[] candidate, boolean[] startsWord, RowRandom random) {
    boolean[] chosen = new boolean[candidate.length];
    for (int i = 0; i < chosen.length; i++) {
      boolean alone = candidate[i] && (!wholeWords || startsWord[i]);
      chosen[i] = alone && random.chance(share);
    }
    return wholeWords ? wholeWords(chosen, candidate, startsWord) : chosen;
  }

  /** Extends a choice of first tokens to the words they begin. */
  static boolean[] wholeWords(boolean[] first, boolean[] candidate, boolean[] startsWord) {
    boolean[] chosen = new boolean[first.length];
    for (int i = 0; i < chosen.length; i++) {
      boolean goesOn = i > 0 && chosen[i - 1] && !startsWord[i];
      chosen[i] = candidate[i] && (first[i] || goesOn);
    }
    return chosen;
  }

  private Masked replace(int[] ids, boolean[] chosen, RowRandom random) {
    int[] seen = ids.clone();
    for (int i = 0; i < seen.length; i++) {
      if (chosen[i]) {
        double draw = random.nextDouble();
        if (draw < MASKED) {
          seen[i] = maskId;
        } else if (draw < MASKED + RANDOM) {
          seen[i] = random.below(vocabulary);
        }
      }
    }
    return new Masked(seen, labels(ids, chosen));
  }

  /** The ids asked for: those chosen. */
  static long[] labels(int[] ids, boolean[] chosen) {
    long[] labels = new long[ids.length];
    Arrays.setAll(labels, i -> chosen[i] ? ids[i] : IGNORE);
    return labels;
  }
}
