package org.attune.tensor;

import org.attune.AttuneException;

/** An operation the engine refused or could not finish; the message names it and the shapes. */
public final class EngineException extends AttuneException {
  private static final long serialVersionUID = 1L;

  private final boolean outOfMemory;

  EngineException(String message) {
    super(message);
    outOfMemory = false;
  }

  EngineException(String message, Throwable cause) {
    this(message, cause, false);
  }

  EngineException(String message, Throwable cause, boolean outOfMemory) {
    super(message, cause);
    this.outOfMemory = outOfMemory;
  }

  /** Whether a tensor found no room, on the machine or on its graphics card. */
  public boolean outOfMemory() {
    return outOfMemory;
  }
}
