package org.attune.tensor;

import org.attune.AttuneException;

/** An operation the engine refused or could not finish; the message names it and the shapes. */
public final class EngineException extends AttuneException {
  private static final long serialVersionUID = 1L;

  EngineException(String message) {
    super(message);
  }

  EngineException(String message, Throwable cause) {
    super(message, cause);
  }
}
