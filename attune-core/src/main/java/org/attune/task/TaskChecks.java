package org.attune.task;

import org.attune.AttuneException;
import org.attune.UsageException;
import org.attune.data.Dataset;
import org.attune.data.Target;
import org.attune.models.Model;
import org.attune.text.Tokenizer;

/** What must hold between data, tokenizer and model before any meets the native side. */
final class TaskChecks {
  private TaskChecks() {}

  /** Rows are learned from and judged by targets of the model's own kind. */
  static void targets(Dataset data, Target.Kind wanted) {
    if (data.kind() != wanted) {
      throw new AttuneException(
          "task: rows of "
              + data.name()
              + " have "
              + words(data.kind())
              + ", the model is for "
              + words(wanted)
              + "; name the column with "
              + switch (wanted) {
                case SCORE -> "score";
                case MULTI -> "label, and separator";
                default -> "label";
              });
    }
  }

  private static String words(Target.Kind kind) {
    return switch (kind) {
      case NONE -> "no target";
      case SINGLE -> "one label";
      case MULTI -> "any number of labels";
      case SCORE -> "a number";
      case TEXT -> "a text";
      case CHAT -> "a chat";
    };
  }

  static void fit(Tokenizer tokenizer, Model model) {
    if (tokenizer.vocabularySize() > model.vocabularySize()) {
      throw new AttuneException(
          "task: the tokenizer's ids go up to "
              + (tokenizer.vocabularySize() - 1)
              + ", the model has embeddings for "
              + model.vocabularySize()
              + "; they do not belong together");
    }
    if (tokenizer.maxLength() > model.maxLength() && tokenizer.maxLength() != Integer.MAX_VALUE) {
      throw new UsageException(
          "task: max_length is "
              + tokenizer.maxLength()
              + ", the model has positions for "
              + model.maxLength()
              + "; set max_length to at most that");
    }
  }
}
