package org.attune.text.trainer;

import java.util.List;

/**
 * What was learned.
 *
 * @param tokens by id, special tokens first
 * @param merges of BPE, the first learned first; else empty
 * @param scores of unigram, log-probabilities by id; else empty
 */
record Vocabulary(List<String> tokens, List<Merge> merges, List<Double> scores) {
  /** Two tokens that become one. */
  record Merge(String left, String right) {}
}
