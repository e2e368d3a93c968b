package org.attune.task;

import java.util.Set;
import org.attune.data.TokenFile;
import org.attune.text.Tokenizer;

/**
 * The tokens around a text of an encoder.
 *
 * @param begin first of a row: [CLS] or {@code <s>}
 * @param end after each text: [SEP] or {@code </s>}
 * @param all every special token: never to be guessed
 */
record TextFrame(int begin, int end, Set<Integer> all) {
  static TextFrame of(Tokenizer tokenizer) {
    return new TextFrame(
        CorpusTask.required(tokenizer.clsId(), "cls (start)", "masked language modelling"),
        CorpusTask.required(tokenizer.sepId(), "sep (end)", "masked language modelling"),
        tokenizer.specialIds());
  }

  static int mask(Tokenizer tokenizer) {
    return CorpusTask.required(tokenizer.maskId(), "mask", "masked language modelling");
  }

  /**
   * A text between its special tokens.
   *
   * @param candidates which tokens may be hidden
   */
  @SuppressWarnings("ArrayRecordComponent") // a step on the way to a batch
  record Framed(int[] ids, boolean[] starts, boolean[] candidates) {}

  Framed frame(TokenFile.Tokens text) {
    int length = text.ids().length + 2;
    int[] ids = new int[length];
    boolean[] starts = new boolean[length];
    ids[0] = begin;
    ids[length - 1] = end;
    starts[0] = true;
    starts[length - 1] = true;
    System.arraycopy(text.ids(), 0, ids, 1, length - 2);
    System.arraycopy(text.starts(), 0, starts, 1, length - 2);
    starts[1] = true; // a row may begin inside a word; its rest is then one
    return new Framed(ids, starts, candidates(ids));
  }

  boolean[] candidates(int[] ids) {
    boolean[] candidates = new boolean[ids.length];
    for (int i = 0; i < ids.length; i++) {
      candidates[i] = !all.contains(ids[i]);
    }
    return candidates;
  }
}
