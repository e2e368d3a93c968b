package org.attune.cli;

import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;

/**
 * Ctrl-C and SIGTERM as a wish: the run is asked to stop, and the process waits until it has saved.
 * The exit code is then the command's own, not the signal's.
 */
final class StopSignal implements BooleanSupplier, AutoCloseable {
  private static final long PATIENCE_SECONDS = 120;

  /** The signal, once it came, that {@link #end} answers. */
  private static final AtomicReference<Optional<StopSignal>> RAISED =
      new AtomicReference<>(Optional.empty());

  private final CountDownLatch finished = new CountDownLatch(1);
  private final Thread hook = new Thread(this::onSignal, "attune-stop");
  private volatile boolean wanted;
  private volatile int exitCode;

  StopSignal() {
    Runtime.getRuntime().addShutdownHook(hook);
  }

  private void onSignal() {
    wanted = true;
    RAISED.set(Optional.of(this));
    Output.note("stopping after this step; the run is being saved");
    try {
      if (finished.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        // Inside a hook System.exit would wait for itself; halt ends with the command's code.
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

  /**
   * The command is done, whether it succeeded or not, and all it had to say is said: if a signal is
   * waiting, the process ends here with the command's code.
   */
  static void end(int code) {
    RAISED.get().ifPresent(signal -> signal.finish(code));
  }

  private void finish(int code) {
    exitCode = code;
    System.out.flush();
    finished.countDown();
    try {
      hook.join(); // it is about to end the process; returning would race with it
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** From here on a signal ends the process as it does any other. */
  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      RAISED.set(Optional.of(this)); // the signal came before: end() answers it
    }
  }
}
