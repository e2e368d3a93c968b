package org.attune.recipe;

import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.attune.nn.Module;
import org.attune.train.Callback;
import org.attune.train.Start;
import org.attune.train.TrainTask;
import org.attune.train.Trainer;

/**
 * What the runners of all kinds of recipes have in common: who watches, and the trainer they use.
 */
abstract class TrainingJob implements Job {
  private Callback callback = new Callback() {};
  private Consumer<String> notes = note -> {};
  private BooleanSupplier stop = () -> false;
  private Start start = Start.IF_IT_FITS;
  private boolean resume;

  @Override
  public Job callback(Callback watcher) {
    callback = watcher;
    return this;
  }

  @Override
  public Job notes(Consumer<String> listener) {
    notes = listener;
    return this;
  }

  @Override
  public Job stopWhen(BooleanSupplier isWanted) {
    stop = isWanted;
    return this;
  }

  @Override
  public Job start(Start how) {
    start = how;
    return this;
  }

  @Override
  public Job resume(boolean wanted) {
    resume = wanted;
    return this;
  }

  /** Who is told what the user should know. */
  final Consumer<String> notes() {
    return notes;
  }

  /** A trainer with a recipe's settings, its watchers and its logs. Checkpoints need more. */
  final <M extends Module> Trainer<M> trainer(
      M model, TrainTask<? super M> task, TrainingParts recipe, Path logs) {
    Trainer<M> trainer =
        Trainer.of(model, task)
            .optimizer(recipe.optimizer())
            .schedule(recipe.schedule())
            .seed(recipe.seed())
            .precision(recipe.precision())
            .callback(callback)
            .stopWhen(stop)
            .start(start);
    recipe.train().log().ifPresent(log -> log.callbacks(logs, notes).forEach(trainer::callback));
    return trainer;
  }

  /** The same, with checkpoints in the output folder. */
  final <M extends Module> Trainer<M> resumable(
      M model, TrainTask<? super M> task, TrainingParts recipe) {
    return trainer(model, task, recipe, recipe.output()).output(recipe.output()).resume(resume);
  }
}
