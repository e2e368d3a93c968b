package org.attune.task;

import org.attune.AttuneException;
import org.attune.UsageException;
import org.attune.models.Model;
import org.attune.text.Tokenizer;

/** What must hold between a tokenizer and a model before either meets the native side. */
final class TaskChecks {
  private TaskChecks() {}

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
