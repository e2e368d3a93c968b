package org.attune.task;

import java.io.IOException;
import java.nio.file.Path;
import org.attune.AttuneException;
import org.attune.models.Model;
import org.attune.models.Pretrained;
import org.attune.text.Tokenizer;

/** A model's folder: config.json, weights and tokenizer. */
public final class TaskFiles {
  private TaskFiles() {}

  /**
   * Writes all three.
   *
   * @throws AttuneException in one line when the folder cannot be written
   */
  public static void save(Model model, Tokenizer tokenizer, Path folder) {
    Pretrained.save(model, folder);
    try {
      tokenizer.save(folder);
    } catch (IOException e) {
      throw new AttuneException("output: " + folder + " cannot be written: " + e.getMessage(), e);
    }
  }
}
