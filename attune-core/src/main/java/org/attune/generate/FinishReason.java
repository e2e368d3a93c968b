package org.attune.generate;

/** Why a text ended. */
public enum FinishReason {
  /** An end token; it is the last of the text's tokens. */
  EOS,
  /** The most tokens that were asked for, or that the model has positions for. */
  LENGTH,
  /** A stop string; it is in the text. */
  STOP_STRING,
  /** The caller wished to stop. */
  CANCELLED
}
