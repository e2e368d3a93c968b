package org.attune.checkpoint;

import java.io.PrintStream;
import java.util.Locale;

/** Hears how a download goes. Called from the thread that opens the checkpoint. */
@FunctionalInterface
public interface HubProgress {
  /**
   * Some bytes of a file have come; the last call of a file has {@code bytes == total}.
   *
   * @param file its name in the repository
   * @param bytes of it here so far, those of an earlier, broken attempt included
   * @param total its size
   */
  void downloaded(String file, long bytes, long total);

  /** Says nothing. */
  static HubProgress none() {
    return (file, bytes, total) -> {};
  }

  /**
   * A line when a file of a megabyte or more begins, at each tenth of it, and none for the rest.
   */
  static HubProgress lines(PrintStream out) {
    return new HubProgress() {
      private String current = "";
      private long tenth;

      @Override
      public void downloaded(String file, long bytes, long total) {
        long now = bytes * 10 / Math.max(1, total);
        if (total < 1_000_000 || (file.equals(current) && now == tenth)) {
          return;
        }
        current = file;
        tenth = now;
        out.printf(Locale.ROOT, "hub: %s %3d%% of %.1f MB%n", file, now * 10, total / 1e6);
      }
    };
  }
}
