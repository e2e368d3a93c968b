package org.attune.data;

import java.util.List;
import java.util.Map;

/** What an example should be answered with. */
public sealed interface Target {
  /** No answer is known: text to predict on. */
  record None() implements Target {}

  /**
   * One label.
   *
   * @param label its number in {@link Labels}
   */
  record Single(int label) implements Target {}

  /**
   * Any number of labels, also none.
   *
   * @param labels their numbers in {@link Labels}, ascending
   */
  record Multi(List<Integer> labels) implements Target {
    public Multi {
      labels = labels.stream().sorted().distinct().toList();
    }
  }

  /** A number, such as how similar two texts are. */
  record Score(double value) implements Target {}

  /** A text to write. */
  record Text(String value) implements Target {}

  /**
   * A chat, of which the assistant's messages are to be written.
   *
   * @param messages each with {@code role}, mostly {@code content}, and what else a template reads
   */
  record Chat(List<Map<String, Object>> messages) implements Target {
    public Chat {
      messages = List.copyOf(messages);
    }
  }

  /** The kinds a data set can be of; all its examples have the same. */
  enum Kind {
    NONE,
    SINGLE,
    MULTI,
    SCORE,
    TEXT,
    CHAT
  }
}
