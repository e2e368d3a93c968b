package org.attune.task;

import java.util.Locale;

/** How documents are laid into rows. */
public enum Packing {
  /** One after the other, cut into full rows; a text sees those before it, as GPT-2's do. */
  CONCATENATE,
  /** The same, but no text sees another: positions start anew and attention stays in the text. */
  SEPARATE,
  /** A row each; what is too long is cut off. */
  NONE;

  /** As a recipe names it. */
  public String configName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
