package org.attune.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Ctrl-C and SIGTERM as a wish: the run is asked to stop, and the process waits until it has saved.
 * The exit code is then the command's own, not the signal's.
 */
final class StopSignal implements BooleanSupplier, AutoCloseable {
  private static final long PATIENCE_SECONDS = 120;

  private final CountDownLatch finished = new CountDownLatch(1);
  private final Thread hook = new Thread(this::onSignal, "attune-stop");
  private volatile boolean wanted;
  private volatile int exitCode;

  StopSignal() {
    Runtime.getRuntime().addShutdownHook(hook);
  }

  private void onSignal() {
    wanted = true;
    System.err.println("\nattune: stopping after this step; the run is being saved");
    try {
      if (finished.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        // Inside a hook System.exit would wait for itself; halt ends with the code the command
        // chose.
        Runtime.getRuntime().halt(exitCode);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public boolean getAsBoolean() {
    return wanted;
  }

  /** The command is done; if a signal is waiting, the process ends with this code. */
  void finish(int code) {
    exitCode = code;
    System.out.flush();
    finished.countDown();
    if (wanted) {
      // The hook is about to end the process; returning would race with it.
      try {
        hook.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void close() {
    if (!wanted) {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        // The process is ending already, for another reason.
      }
    }
    finished.countDown();
  }
}
