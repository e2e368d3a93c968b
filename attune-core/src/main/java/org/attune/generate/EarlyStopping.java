package org.attune.generate;

import java.util.Arrays;
import java.util.Locale;
import org.attune.UsageException;

/** When beam search stops looking for better texts; the names are transformers'. */
public enum EarlyStopping {
  /** As soon as there are {@code num_beams} finished texts. */
  TRUE,
  /** When the best running beam, scored at its present length, is below the worst finished text. */
  FALSE,
  /** When no running beam can become better, scored at the length that suits it best. */
  NEVER;

  /** The setting by its name in generation_config.json or on the command line. */
  public static EarlyStopping of(String name) {
    return Arrays.stream(values())
        .filter(value -> value.name().equals(name.toUpperCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(
            () ->
                new UsageException(
                    "generate: early_stopping is '" + name + "', expected true, false or never"));
  }
}
