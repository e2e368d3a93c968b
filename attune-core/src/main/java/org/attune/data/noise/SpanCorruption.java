package org.attune.data.noise;

import java.util.ArrayList;
import java.util.List;
import org.attune.UsageException;

/**
 * T5's objective (Raffel et al. 2020, section 3.1.4): spans are cut out of the text, each leaves a
 * sentinel behind, and the target lists the sentinels with what stood there.
 *
 * <p>As in T5's own code the number of spans is fixed by length, density and mean, their lengths
 * are a random split of the noise into that many parts, kept text and noise take turns, and kept
 * text comes first. So the target ends in noise and there is no sentinel after it but the end
 * token.
 *
 * @param density share of tokens cut out, 0.15 in the paper
 * @param meanSpan mean number of tokens of a span, 3 in the paper
 * @param sentinels ids of {@code <extra_id_0>}, {@code <extra_id_1>}, ..
 * @param endId id of the end token, last of input and target
 */
public record SpanCorruption(double density, double meanSpan, List<Integer> sentinels, int endId) {
  public SpanCorruption {
    sentinels = List.copyOf(sentinels);
    if (!(density > 0 && density < 1)) {
      throw new UsageException(
          "span corruption: density is " + density + ", expected a number between 0 and 1");
    }
    if (!(meanSpan >= 1)) {
      throw new UsageException(
          "span corruption: mean span is " + meanSpan + ", expected at least 1");
    }
    if (sentinels.isEmpty()) {
      throw new UsageException(
          "span corruption: the tokenizer has no sentinel <extra_id_0>; add 100 of them as T5 has,"
              + " or choose another objective");
    }
  }

  /**
   * What the encoder reads and the decoder should write.
   *
   * @param input ends with the end token
   * @param target ends with the end token
   */
  @SuppressWarnings("ArrayRecordComponent") // handed straight on to a batch
  public record Corrupted(int[] input, int[] target) {}

  /** Cuts spans out of a row of at least two tokens without special ones. */
  public Corrupted corrupt(int[] ids, RowRandom random) {
    return apply(ids, noise(ids.length, random));
  }

  /**
   * How many tokens of text give an input of just {@code inputLength}, end token included, and how
   * long its target is.
   *
   * @return tokens of text, length of the target
   */
  public int[] lengthsFor(int inputLength) {
    int text = Math.max(2, inputLength - 1);
    while (lengths(text + 1)[0] <= inputLength) {
      text++;
    }
    return new int[] {text, lengths(text)[1]};
  }

  private int[] lengths(int text) {
    int noise = noiseTokens(text);
    int spans = spans(text);
    return new int[] {text - noise + spans + 1, noise + spans + 1};
  }

  private int noiseTokens(int length) {
    return (int) Math.max(1, Math.min(length - 1.0, Math.rint(length * density)));
  }

  private int spans(int length) {
    int noise = noiseTokens(length);
    long wanted = Math.max(1, (long) Math.rint((double) noise / meanSpan));
    return (int) Math.min(Math.min(wanted, sentinels.size()), Math.min(noise, length - noise));
  }

  /** Which tokens are cut out. */
  boolean[] noise(int length, RowRandom random) {
    if (length < 2) {
      throw new IllegalArgumentException("a text of " + length + " tokens, expected at least 2");
    }
    int noise = noiseTokens(length);
    int spans = spans(length);
    int[] noiseLengths = segments(noise, spans, random);
    int[] keptLengths = segments(length - noise, spans, random);
    boolean[] isNoise = new boolean[length];
    int at = 0;
    for (int span = 0; span < spans; span++) {
      at += keptLengths[span];
      for (int i = 0; i < noiseLengths[span]; i++) {
        isNoise[at++] = true;
      }
    }
    return isNoise;
  }

  /** A random split of {@code items} into {@code parts} that all have one at least. */
  private static int[] segments(int items, int parts, RowRandom random) {
    int[] begins = new int[items - 1]; // whether item i + 1 begins a part
    for (int i = 0; i < parts - 1; i++) {
      begins[i] = 1;
    }
    random.shuffle(begins);
    int[] lengths = new int[parts];
    int part = 0;
    lengths[0] = 1;
    for (int begin : begins) {
      part += begin;
      lengths[part]++;
    }
    return lengths;
  }

  /** Input and target for given noise. */
  Corrupted apply(int[] ids, boolean[] isNoise) {
    boolean[] isKept = new boolean[ids.length];
    for (int i = 0; i < ids.length; i++) {
      isKept[i] = !isNoise[i];
    }
    return new Corrupted(withSentinels(ids, isNoise), withSentinels(ids, isKept));
  }

  /** Each run of cut tokens becomes one sentinel, in order. */
  private int[] withSentinels(int[] ids, boolean[] cut) {
    List<Integer> result = new ArrayList<>(ids.length);
    int spans = 0;
    for (int i = 0; i < ids.length; i++) {
      if (!cut[i]) {
        result.add(ids[i]);
      } else if (i == 0 || !cut[i - 1]) {
        result.add(sentinels.get(spans++));
      }
    }
    result.add(endId);
    return result.stream().mapToInt(Integer::intValue).toArray();
  }
}
