package org.attune.task;

import java.util.Arrays;
import java.util.Optional;
import org.attune.data.Batch;
import org.attune.data.Target;

/**
 * A row of a language-modelling batch.
 *
 * @param ids what the model, or its encoder, reads
 * @param labels what to predict at each place of {@code ids}, or of {@code decoderIds}
 * @param typeIds segment of each token; empty for all 0
 * @param segments number of the text that each token is of; empty where the row is one text
 * @param decoderIds what the decoder reads; empty where there is none
 * @param target what the row as a whole is
 */
@SuppressWarnings("ArrayRecordComponent") // handed straight on to a batch
record LanguageRow(
    int[] ids,
    long[] labels,
    int[] typeIds,
    int[] segments,
    int[] decoderIds,
    Optional<Target> target) {
  private static final int[] NONE = {};

  static LanguageRow of(int[] ids, long[] labels) {
    return new LanguageRow(ids, labels, NONE, NONE, NONE, Optional.empty());
  }

  /**
   * A row for an encoder and a decoder: the decoder reads what it should write, one place later
   * (teacher forcing).
   *
   * @param target what it should write, end token included
   * @param start what it reads first
   */
  static LanguageRow pair(int[] ids, int[] target, int start) {
    int[] decoder = new int[target.length];
    decoder[0] = start;
    System.arraycopy(target, 0, decoder, 1, target.length - 1);
    return new LanguageRow(
        ids, Arrays.stream(target).asLongStream().toArray(), NONE, NONE, decoder, Optional.empty());
  }

  /** Each place predicts the next one; the last predicts nothing. */
  static long[] shifted(int[] ids) {
    long[] labels = new long[ids.length];
    Arrays.setAll(labels, i -> i + 1 < ids.length ? ids[i + 1] : Batch.IGNORE);
    return labels;
  }

  /** The same row with a text ending after each separator. */
  LanguageRow separatedBy(int separator) {
    int[] texts = new int[ids.length];
    for (int i = 1; i < ids.length; i++) {
      texts[i] = texts[i - 1] + (ids[i - 1] == separator ? 1 : 0);
    }
    return new LanguageRow(ids, labels, typeIds, texts, decoderIds, target);
  }
}
