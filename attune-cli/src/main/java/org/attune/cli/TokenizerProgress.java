package org.attune.cli;

import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.attune.text.trainer.TrainingWatch;

/**
 * Shows on stderr how far a tokenizer's training is: a bar on a terminal, a line a stage elsewhere.
 */
final class TokenizerProgress implements TrainingWatch, AutoCloseable {
  private final long start = System.nanoTime();
  private final boolean terminal = Terminal.isInteractive();
  private ProgressBar bar;
  private String stage = "";
  private long texts;
  private long characters;

  /** A text was read. */
  void read(String text) {
    texts++;
    characters += text.length();
    if (texts == 1) {
      begin("read", -1);
    }
    if (bar != null) {
      bar.stepTo(characters);
    }
  }

  @Override
  public void at(Stage at, long done, long total) {
    String name = at.name().toLowerCase(Locale.ROOT);
    if (!stage.equals(name)) {
      begin(name, total);
    }
    if (bar != null) {
      bar.maxHint(total);
      bar.stepTo(done);
    }
  }

  private void begin(String name, long total) {
    close();
    stage = name;
    if (terminal) {
      bar =
          new ProgressBarBuilder()
              .setTaskName(name)
              .setInitialMax(total)
              .setStyle(ProgressBarStyle.ASCII)
              .setUpdateIntervalMillis(200)
              .build();
      Terminal.bar(true);
    } else if (!name.equals("read")) {
      System.err.printf(
          Locale.ROOT, "read %,d texts, %,d characters; learning%n", texts, characters);
    }
  }

  @Override
  public void onWarning(String message) {
    Output.note(message);
  }

  long texts() {
    return texts;
  }

  long characters() {
    return characters;
  }

  double seconds() {
    return (System.nanoTime() - start) / 1e9;
  }

  /** Takes the bar away. */
  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      Terminal.bar(false);
      bar = null;
    }
  }
}
