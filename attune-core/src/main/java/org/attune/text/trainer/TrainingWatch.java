package org.attune.text.trainer;

/** Is told how far a training is. Called by one thread at a time. */
public interface TrainingWatch {
  /** Sees and says nothing. */
  TrainingWatch NONE =
      new TrainingWatch() {
        @Override
        public void at(Stage stage, long done, long total) {}

        @Override
        public void onWarning(String message) {}
      };

  /** The parts of a training. */
  enum Stage {
    /** Of BPE and WordPiece: so many tokens of the vocabulary are there. */
    MERGES,
    /** Of unigram: so many passes of EM over all words are done; how many come is a guess. */
    PASSES
  }

  /**
   * How far a stage is.
   *
   * @param done of {@code total}
   */
  void at(Stage stage, long done, long total);

  /** Something the user should know; a line without an end. */
  void onWarning(String message);
}
