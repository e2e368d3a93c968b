package org.attune.data.noise;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;

/**
 * BERT's next-sentence pairs (Devlin et al. 2018, section 3.1 and appendix A.2), as the authors'
 * create_pretraining_data makes them: sentences of a document are gathered to a target length, cut
 * at a random sentence into a first and a second text; half of the time the second is taken from
 * another document instead and the sentences it replaces are used again.
 *
 * @param maxTokens most tokens of both texts together, without special tokens
 * @param shortProbability how often the target length is a random shorter one; 0.1 in BERT
 */
public record NextSentences(int maxTokens, double shortProbability) {
  /**
   * Two texts, as runs of sentences.
   *
   * @param first number of the first text's first sentence
   * @param firstEnd number after its last
   * @param second number of the second text's first sentence
   * @param secondEnd number after its last
   * @param random whether the second is from elsewhere: label 1, else 0
   */
  public record Pair(int first, int firstEnd, int second, int secondEnd, boolean random) {}

  /**
   * Documents as runs of sentences.
   *
   * @param starts number of each document's first sentence, and at the end that of all sentences
   * @param lengths tokens of a sentence, by its number
   */
  @SuppressWarnings("ArrayRecordComponent") // a view of a file's tables
  public record Documents(int[] starts, IntUnaryOperator lengths) {
    int count() {
      return starts.length - 1;
    }
  }

  /**
   * Pairs out of one document.
   *
   * @param document its number
   */
  public List<Pair> pairs(Documents documents, int document, RowRandom random) {
    List<Pair> pairs = new ArrayList<>();
    int end = documents.starts()[document + 1];
    int begin = documents.starts()[document];
    int target = target(random);
    int tokens = 0;
    int sentence = begin;
    while (sentence < end) {
      tokens += documents.lengths().applyAsInt(sentence);
      sentence++;
      if (sentence < end && tokens < target) {
        continue;
      }
      // Gathered [begin, sentence): cut it in two.
      int gathered = sentence - begin;
      int firstEnd = begin + (gathered >= 2 ? 1 + random.below(gathered - 1) : 1);
      boolean elsewhere = documents.count() > 1 && (gathered == 1 || random.chance(0.5));
      if (elsewhere) {
        pairs.add(withRandomSecond(documents, document, begin, firstEnd, target, random));
        sentence = firstEnd; // what was not used comes again
      } else if (gathered > 1) {
        pairs.add(new Pair(begin, firstEnd, firstEnd, sentence, false));
      }
      begin = sentence;
      tokens = 0;
    }
    return pairs;
  }

  private int target(RowRandom random) {
    return random.chance(shortProbability) && maxTokens > 2
        ? 2 + random.below(maxTokens - 1)
        : maxTokens;
  }

  private static Pair withRandomSecond(
      Documents documents, int document, int first, int firstEnd, int target, RowRandom random) {
    int other = random.below(documents.count() - 1);
    other += other >= document ? 1 : 0;
    int otherEnd = documents.starts()[other + 1];
    int begin = documents.starts()[other] + random.below(otherEnd - documents.starts()[other]);
    int wanted = target;
    for (int i = first; i < firstEnd; i++) {
      wanted -= documents.lengths().applyAsInt(i);
    }
    int end = begin;
    int tokens = 0;
    while (end < otherEnd && (end == begin || tokens < wanted)) {
      tokens += documents.lengths().applyAsInt(end);
      end++;
    }
    return new Pair(first, firstEnd, begin, end, true);
  }

  /**
   * How the two texts are cut to fit: from the longer one a token goes, from its front or its back
   * by chance, until both fit.
   *
   * @return tokens to drop at front and back of the first, then of the second
   */
  public int[] truncation(int firstLength, int secondLength, RowRandom random) {
    int[] drop = new int[4];
    int a = firstLength;
    int b = secondLength;
    while (a + b > maxTokens) {
      int text = a > b ? 0 : 2;
      drop[text + (random.chance(0.5) ? 0 : 1)]++;
      if (text == 0) {
        a--;
      } else {
        b--;
      }
    }
    return drop;
  }
}
