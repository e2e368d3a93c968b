package org.attune.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Ends a download that has fallen silent: Java's HTTP client bounds the wait for an answer's head,
 * not for its body, and a lost connection may stay open for hours.
 */
final class StallGuard implements AutoCloseable {
  private final long patienceNanos;
  private final ScheduledExecutorService timer;
  private volatile long lastBytes = System.nanoTime();

  /** Closes the body when {@link #bytesCame} was not called for so long. */
  StallGuard(InputStream body, Duration patience) {
    this.patienceNanos = patience.toNanos();
    this.timer =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "attune-hub-stall-guard");
              thread.setDaemon(true);
              return thread;
            });
    long interval = Math.max(1, patience.toMillis() / 4);
    var unused =
        timer.scheduleWithFixedDelay(
            () -> closeIfSilent(body), interval, interval, TimeUnit.MILLISECONDS);
  }

  private void closeIfSilent(InputStream body) {
    if (isSilent()) {
      try {
        body.close();
      } catch (IOException e) {
        // The reader hears of it.
      }
    }
  }

  boolean isSilent() {
    return System.nanoTime() - lastBytes > patienceNanos;
  }

  void bytesCame() {
    lastBytes = System.nanoTime();
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
