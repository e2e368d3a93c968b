package org.attune.text.trainer;

import java.util.Locale;

/** How a vocabulary is learned. */
public enum Algorithm {
  /** Byte-level byte-pair encoding (Sennrich et al. 2016; Radford et al. 2019). */
  BPE,
  /** BERT's pieces, {@code ##} before those inside a word, found by the merges of BPE. */
  WORDPIECE,
  /** A unigram language model, shrunk by EM (Kudo 2018), as SentencePiece's. */
  UNIGRAM;

  /** As the command line names it. */
  public String configName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
