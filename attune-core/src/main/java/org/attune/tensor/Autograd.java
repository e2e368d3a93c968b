package org.attune.tensor;

import java.util.function.Supplier;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.GradMode;

/** Switches the recording of operations for the backward pass; a setting of the calling thread. */
public final class Autograd {
  private Autograd() {}

  /**
   * Runs the body without recording: for evaluation, prediction and changes of parameters in place.
   */
  public static <T> T noGrad(Supplier<T> body) {
    Engine.start();
    try (AutoGradMode off = new AutoGradMode(false)) {
      return body.get();
    }
  }

  /** Whether the calling thread records operations. */
  public static boolean isOn() {
    Engine.start();
    return GradMode.is_enabled();
  }

  public static void noGrad(Runnable body) {
    noGrad(
        () -> {
          body.run();
          return null;
        });
  }
}
