package org.attune.data.noise;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.attune.UsageException;

/**
 * BART's noise (Lewis et al. 2020, section 2.2): sentences in another order, spans of words
 * replaced by one mask token each, tokens deleted, the document rotated. The target is the text as
 * it was. The paper's models were trained with sentence permutation and text infilling.
 *
 * @param infilling share of words that spans cover; 0.3 in the paper
 * @param meanSpan mean of the Poisson distribution of the spans' lengths in words; 3 in the paper
 * @param permutation share of sentences put in another order; 1 in the paper
 * @param deletion probability that a token is deleted
 * @param rotation probability that the row begins at another token and wraps round
 * @param maskId id of the mask token
 * @param fullStops ids of tokens that end a sentence
 */
public record TextDenoising(
    double infilling,
    double meanSpan,
    double permutation,
    double deletion,
    double rotation,
    int maskId,
    List<Integer> fullStops) {
  public TextDenoising {
    fullStops = List.copyOf(fullStops);
    share("infilling", infilling);
    share("permutation", permutation);
    share("deletion", deletion);
    share("rotation", rotation);
    if (!(meanSpan > 0)) {
      throw new UsageException("denoising: mean span is " + meanSpan + ", expected above 0");
    }
  }

  private static void share(String name, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new UsageException(
          "denoising: " + name + " is " + value + ", expected a number from 0 to 1");
    }
  }

  /**
   * Tokens, each with whether it is the first of a word.
   *
   * @param ids without special tokens
   */
  @SuppressWarnings("ArrayRecordComponent") // steps of one computation
  public record Words(int[] ids, boolean[] starts) {
    private Words pick(int[] order) {
      int[] picked = new int[order.length];
      boolean[] pickedStarts = new boolean[order.length];
      for (int i = 0; i < order.length; i++) {
        picked[i] = ids[order[i]];
        pickedStarts[i] = starts[order[i]];
      }
      return new Words(picked, pickedStarts);
    }
  }

  /** The text with all the noise. */
  public int[] corrupt(Words text, RowRandom random) {
    Words words = permuted(text, random);
    words = infilled(words, random);
    int[] ids = deleted(words.ids(), random);
    return random.chance(rotation) && ids.length > 1 ? rotated(ids, random.below(ids.length)) : ids;
  }

  // ---- sentences

  private Words permuted(Words words, RowRandom random) {
    int[] ends = sentenceEnds(words.ids());
    int moved = (int) Math.ceil(ends.length * permutation);
    if (moved < 2) {
      return words;
    }
    int[] places = Arrays.copyOf(random.permutation(ends.length), moved);
    int[] into = random.permutation(moved);
    int[] order = new int[ends.length];
    Arrays.setAll(order, i -> i);
    for (int i = 0; i < moved; i++) {
      order[places[i]] = places[into[i]];
    }
    return inOrder(words, ends, order);
  }

  /** Index after the last token of each sentence; full stops in a row end one sentence. */
  int[] sentenceEnds(int[] ids) {
    List<Integer> ends = new ArrayList<>();
    for (int i = 0; i < ids.length; i++) {
      boolean stop = fullStops.contains(ids[i]);
      boolean last = i == ids.length - 1;
      if (last || (stop && !fullStops.contains(ids[i + 1]))) {
        ends.add(i + 1);
      }
    }
    return ends.stream().mapToInt(Integer::intValue).toArray();
  }

  /** The sentences in a given order. */
  static Words inOrder(Words words, int[] ends, int[] order) {
    int[] tokens = new int[words.ids().length];
    int at = 0;
    for (int sentence : order) {
      for (int i = sentence == 0 ? 0 : ends[sentence - 1]; i < ends[sentence]; i++) {
        tokens[at++] = i;
      }
    }
    return words.pick(tokens);
  }

  // ---- infilling

  private Words infilled(Words words, RowRandom random) {
    int[] starts = wordStarts(words);
    int budget = (int) Math.ceil(starts.length * infilling);
    if (budget == 0) {
      return words;
    }
    List<Integer> lengths = new ArrayList<>();
    int inserted = 0;
    for (int covered = 0; covered < budget; ) {
      int length = Math.min(random.poisson(meanSpan), budget - covered);
      covered += length;
      if (length == 0) {
        inserted++;
      } else {
        lengths.add(length);
      }
    }
    int[] order = random.permutation(starts.length);
    int[] first = new int[lengths.size()];
    Arrays.setAll(first, i -> starts[order[i]]);
    Words filled = infill(words, first, lengths.stream().mapToInt(i -> i).toArray());
    return insert(filled, insertionPlaces(filled.ids().length, inserted, random));
  }

  private static int[] wordStarts(Words words) {
    List<Integer> starts = new ArrayList<>();
    for (int i = 0; i < words.ids().length; i++) {
      if (i == 0 || words.starts()[i]) {
        starts.add(i);
      }
    }
    return starts.stream().mapToInt(Integer::intValue).toArray();
  }

  /**
   * Replaces spans by one mask each. Where a span reaches the next one's first word, that one's
   * mask goes with it, as in the authors' code.
   *
   * @param first index of each span's first token, the start of a word
   * @param lengths in words, at least 1
   */
  Words infill(Words words, int[] first, int[] lengths) {
    int[] ids = words.ids().clone();
    boolean[] keep = new boolean[ids.length];
    Arrays.fill(keep, true);
    for (int start : first) {
      ids[start] = maskId;
    }
    for (int span = 0; span < first.length; span++) {
      int left = lengths[span] - 1;
      for (int i = first[span] + 1; i < ids.length; i++) {
        left -= words.starts()[i] ? 1 : 0;
        if (left < 0) {
          break;
        }
        keep[i] = false;
      }
    }
    int[] kept = IntStream.range(0, ids.length).filter(i -> keep[i]).toArray();
    return new Words(ids, words.starts()).pick(kept);
  }

  /** Random places, in the text with the masks in it, of masks that cover nothing. */
  private static int[] insertionPlaces(int length, int count, RowRandom random) {
    int[] places = Arrays.copyOf(random.permutation(length + count), count);
    Arrays.sort(places);
    return places;
  }

  /** Puts masks at the given places of the result, ascending. */
  Words insert(Words words, int[] places) {
    int total = words.ids().length + places.length;
    int[] ids = new int[total];
    boolean[] starts = new boolean[total];
    int next = 0;
    int from = 0;
    for (int i = 0; i < total; i++) {
      if (next < places.length && places[next] == i) {
        ids[i] = maskId;
        starts[i] = true;
        next++;
      } else {
        ids[i] = words.ids()[from];
        starts[i] = words.starts()[from++];
      }
    }
    return new Words(ids, starts);
  }

  // ---- tokens and document

  private int[] deleted(int[] ids, RowRandom random) {
    return deletion == 0
        ? ids
        : Arrays.stream(ids).filter(id -> !random.chance(deletion)).toArray();
  }

  /** The row from a token on, and what was before it after it. */
  static int[] rotated(int[] ids, int from) {
    int[] result = new int[ids.length];
    Arrays.setAll(result, i -> ids[(i + from) % ids.length]);
    return result;
  }
}
