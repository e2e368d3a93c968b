package org.attune.tensor;

import org.bytedeco.javacpp.Pointer;

/** Counts the engine's objects that Java holds, for tests of leaks outside this package. */
public final class NativeHandles {
  private NativeHandles() {}

  public static long count() {
    return Pointer.totalCount();
  }
}
