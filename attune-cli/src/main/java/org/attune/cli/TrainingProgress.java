package org.attune.cli;

import java.nio.file.Path;
import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.attune.train.Callback;
import org.attune.train.EvaluationPoint;
import org.attune.train.TrainReport;

/** Shows a run on stderr: a bar on a terminal, a line now and then elsewhere. */
final class TrainingProgress implements Callback, AutoCloseable {
  private static final int PLAIN_LINES = 20;

  private final boolean terminal = Terminal.isInteractive();
  private ProgressBar bar;
  private long every = 1;

  @Override
  public void onStart(Plan plan) {
    System.err.printf(
        Locale.ROOT,
        "training %,d of %,d parameters (%.3g %%) on %,d examples: %,d steps in %s, optimizer state"
            + " %,d MB%n",
        plan.trainableParameters(),
        plan.parameters(),
        100.0 * plan.trainableParameters() / plan.parameters(),
        plan.examples(),
        plan.steps(),
        plan.precision().name().toLowerCase(Locale.ROOT),
        (plan.optimizerBytes() + (1 << 19)) >> 20);
    plan.memory().ifPresent(memory -> System.err.println(memory.describe()));
    every = Math.max(1, plan.steps() / PLAIN_LINES);
    if (terminal) {
      bar =
          new ProgressBarBuilder()
              .setTaskName("train")
              .setInitialMax(plan.steps())
              .startsFrom(plan.firstStep(), java.time.Duration.ZERO)
              .setStyle(ProgressBarStyle.ASCII)
              .setUpdateIntervalMillis(200)
              .build();
      Terminal.bar(true);
    }
  }

  @Override
  public void onNote(String message) {
    System.err.println(message);
  }

  @Override
  public void onStep(Step step) {
    String state =
        String.format(
            Locale.ROOT, " loss %.4f  %.0f examples/s", step.loss(), step.examplesPerSecond());
    if (bar != null) {
      bar.stepTo(step.step());
      bar.setExtraMessage(state);
    } else if (step.step() % every == 0 || step.step() == step.steps()) {
      double left =
          (step.steps() - step.step()) * step.examples() / Math.max(1e-9, step.examplesPerSecond());
      System.err.printf(
          Locale.ROOT,
          "step %d/%d  epoch %.2f %s  lr %.2e  %.0f s left%n",
          step.step(),
          step.steps(),
          step.epoch(),
          state,
          step.lr(),
          left);
    }
  }

  @Override
  public void onEvaluation(EvaluationPoint point) {
    StringBuilder line = new StringBuilder();
    point.evaluation().scores().values().stream()
        .limit(3)
        .forEach(
            score ->
                line.append(String.format(Locale.ROOT, "  %s %.4f", score.name(), score.value())));
    Terminal.line(String.format(Locale.ROOT, "validation at epoch %.2f:%s", point.epoch(), line));
  }

  @Override
  public void onSave(Path checkpoint) {
    Terminal.line("saved " + checkpoint);
  }

  @Override
  public void onWarning(String message) {
    Output.note(message);
  }

  @Override
  public void onEnd(TrainReport report) {
    close();
  }

  /**
   * Takes the bar away; also where a run ends with an error, whose message then has its own line.
   */
  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      Terminal.bar(false);
      bar = null;
    }
  }
}
