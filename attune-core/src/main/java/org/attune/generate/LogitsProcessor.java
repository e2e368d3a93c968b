package org.attune.generate;

import java.util.List;

/**
 * A rule for what may come next. Each of the records below is one of transformers' processors, with
 * one difference: a row's tokens are its own, without the padding of its batch.
 */
interface LogitsProcessor {
  /**
   * Applies the rule to all rows.
   *
   * @param rows the tokens of each row of the scores so far
   */
  void process(Scores scores, List<Sequence> rows);

  /**
   * Whether it only forbids, so that it works alike on logits and on log-probabilities. Beam search
   * then need not normalize all scores.
   */
  default boolean onlyBans() {
    return true;
  }

  /** Tokens in the text score less: divided by the penalty, or multiplied where negative. */
  record RepetitionPenalty(double penalty) implements LogitsProcessor {
    @Override
    public void process(Scores scores, List<Sequence> rows) {
      long[] places = new long[rows.stream().mapToInt(Sequence::length).sum()];
      int count = 0;
      for (int row = 0; row < rows.size(); row++) {
        for (int i = 0; i < rows.get(row).length(); i++) {
          places[count++] = scores.place(row, rows.get(row).id(i));
        }
      }
      float factor = (float) penalty;
      scores.change(places, score -> score < 0 ? score * factor : score / factor);
    }

    @Override
    public boolean onlyBans() {
      return false;
    }
  }

  /** No n-gram of this size may come twice. */
  record NoRepeatNgram(int size) implements LogitsProcessor {
    @Override
    public void process(Scores scores, List<Sequence> rows) {
      for (int row = 0; row < rows.size(); row++) {
        Sequence text = rows.get(row);
        int prefix = text.length() + 1 - size; // where the n-gram to come begins
        for (int at = 0; at + size <= text.length(); at++) {
          if (same(text, at, prefix)) {
            scores.ban(row, text.id(at + size - 1));
          }
        }
      }
    }

    private boolean same(Sequence text, int at, int prefix) {
      for (int i = 0; i < size - 1; i++) {
        if (text.id(at + i) != text.id(prefix + i)) {
          return false;
        }
      }
      return true;
    }
  }

  /** No n-gram of this size of the encoder's prompt may be written. */
  record EncoderNoRepeatNgram(int size, List<int[]> prompts) implements LogitsProcessor {
    @Override
    public void process(Scores scores, List<Sequence> rows) {
      for (int row = 0; row < rows.size(); row++) {
        Sequence text = rows.get(row);
        int[] prompt = prompts.get(text.prompt());
        int prefix = text.length() + 1 - size;
        for (int at = 0; prefix >= 0 && at + size <= prompt.length; at++) {
          if (same(prompt, at, text, prefix)) {
            scores.ban(row, prompt[at + size - 1]);
          }
        }
      }
    }

    private boolean same(int[] prompt, int at, Sequence text, int prefix) {
      for (int i = 0; i < size - 1; i++) {
        if (prompt[at + i] != text.id(prefix + i)) {
          return false;
        }
      }
      return true;
    }
  }

  /** None of these sequences may be completed. */
  record BadWords(List<List<Integer>> words) implements LogitsProcessor {
    /** A lone end token is no bad word: it could never be met otherwise. */
    static BadWords of(List<List<Integer>> words, List<Integer> eos) {
      return new BadWords(
          words.stream().filter(word -> word.size() > 1 || !eos.contains(word.get(0))).toList());
    }

    @Override
    public void process(Scores scores, List<Sequence> rows) {
      for (int row = 0; row < rows.size(); row++) {
        for (List<Integer> word : words) {
          if (begun(word, rows.get(row))) {
            scores.ban(row, word.get(word.size() - 1));
          }
        }
      }
    }

    private static boolean begun(List<Integer> word, Sequence text) {
      int from = text.length() + 1 - word.size();
      if (word.size() > 1 && word.size() > text.length()) {
        return false;
      }
      for (int i = 0; i < word.size() - 1; i++) {
        if (text.id(from + i) != word.get(i)) {
          return false;
        }
      }
      return true;
    }
  }

  /** No end token before this many tokens. */
  record MinLength(Length length, List<Integer> eos) implements LogitsProcessor {
    @Override
    public void process(Scores scores, List<Sequence> rows) {
      for (int row = 0; row < rows.size(); row++) {
        Sequence text = rows.get(row);
        if (text.written() < length.leastNewTokens(text.start())) {
          banAll(scores, row, eos);
        }
      }
    }
  }

  /** The token behind a decoder's first one. */
  record ForcedBos(int token) implements LogitsProcessor {
    @Override
    public void process(Scores scores, List<Sequence> rows) {
      for (int row = 0; row < rows.size(); row++) {
        if (rows.get(row).length() == 1) {
          scores.force(row, List.of(token));
        }
      }
    }

    @Override
    public boolean onlyBans() {
      return false;
    }
  }

  /** The last token where the length runs out. */
  record ForcedEos(List<Integer> tokens) implements LogitsProcessor {
    @Override
    public void process(Scores scores, List<Sequence> rows) {
      for (int row = 0; row < rows.size(); row++) {
        if (rows.get(row).written() == rows.get(row).limit() - 1) {
          scores.force(row, tokens);
        }
      }
    }

    @Override
    public boolean onlyBans() {
      return false;
    }
  }

  /** Tokens that are never written. */
  record SuppressTokens(List<Integer> tokens) implements LogitsProcessor {
    @Override
    public void process(Scores scores, List<Sequence> rows) {
      for (int row = 0; row < rows.size(); row++) {
        banAll(scores, row, tokens);
      }
    }
  }

  /**
   * Tokens that are not written first; second, where the first is forced.
   *
   * @param forcedBos whether a first token is forced
   */
  record SuppressTokensAtBegin(List<Integer> tokens, boolean forcedBos) implements LogitsProcessor {
    @Override
    public void process(Scores scores, List<Sequence> rows) {
      for (int row = 0; row < rows.size(); row++) {
        Sequence text = rows.get(row);
        if (text.written() == (forcedBos && text.start() == 1 ? 1 : 0)) {
          banAll(scores, row, tokens);
        }
      }
    }
  }

  private static void banAll(Scores scores, int row, List<Integer> tokens) {
    for (int token : tokens) {
      scores.ban(row, token);
    }
  }
}
