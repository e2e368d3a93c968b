package org.attune.train;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.attune.UsageException;
import org.attune.data.Dataset;
import org.attune.data.Sampler;
import org.attune.nn.Module;
import org.attune.optim.AdamW;
import org.attune.optim.Freezing;
import org.attune.optim.OptimizerSettings;
import org.attune.optim.Schedule;

/**
 * Trains a model for a task.
 *
 * <pre>{@code
 * TrainReport report = Trainer.of(model, task)
 *     .optimizer(AdamW.of(2e-5))
 *     .schedule(Schedule.linear(0.06))
 *     .epochs(3)
 *     .batchSize(32)
 *     .seed(42)
 *     .fit(reviews.train(), reviews.validation());
 * }</pre>
 *
 * <p>Left unsaid, a setting is: AdamW at 5e-5, a linear schedule without warm-up, 3 epochs, batches
 * of 32, gradients clipped at norm 1, seed 42, the faster precision, an evaluation each epoch, no
 * checkpoints. One trainer is good for one {@link #fit}.
 *
 * @param <M> the model
 */
public final class Trainer<M extends Module> {
  private final M model;
  private final TrainTask<? super M> task;
  private final List<Callback> callbacks = new ArrayList<>();
  private final List<Technique> techniques = new ArrayList<>();
  private OptimizerSettings optimizer = AdamW.of(5e-5);
  private Schedule schedule = Schedule.linear(0);
  private int epochs = 3;
  private OptionalLong maxSteps = OptionalLong.empty();
  private int batchSize = 32;
  private int accumulate = 1;
  private double clipNorm = 1;
  private long seed = 42;
  private Precision precision = Precision.AUTO;
  private Every evaluateEvery = Every.epoch();
  private Every saveEvery = Every.never();
  private Optional<String> keepBest = Optional.empty();
  private Optional<EarlyStopping> earlyStopping = Optional.empty();
  private Optional<Path> output = Optional.empty();
  private BooleanSupplier stop = () -> false;
  private Sampler sampler = Sampler.lengthGrouped();
  private MemorySaving memory = MemorySaving.NONE;
  private LossScaling lossScaling = LossScaling.DEFAULT;
  private Start start = Start.IF_IT_FITS;
  private Freezing freezing = Freezing.none();
  private Optional<PrefixCache> prefixCache = Optional.empty();
  private boolean resume;

  private Trainer(M model, TrainTask<? super M> task) {
    this.model = model;
    this.task = task;
  }

  public static <M extends Module> Trainer<M> of(M model, TrainTask<? super M> task) {
    return new Trainer<>(model, task);
  }

  public Trainer<M> optimizer(OptimizerSettings settings) {
    optimizer = settings;
    return this;
  }

  public Trainer<M> schedule(Schedule newSchedule) {
    schedule = newSchedule;
    return this;
  }

  public Trainer<M> epochs(int count) {
    epochs = count;
    return this;
  }

  /** Ends after this many steps, in the middle of a pass or after many; goes before epochs. */
  public Trainer<M> maxSteps(long count) {
    maxSteps = OptionalLong.of(count);
    return this;
  }

  /** Rows that go through the model at a time. */
  public Trainer<M> batchSize(int rows) {
    batchSize = rows;
    return this;
  }

  /** Batches whose gradients add up before the weights change. */
  public Trainer<M> accumulate(int batches) {
    accumulate = batches;
    return this;
  }

  /** Limit of the gradients' global norm; {@link Double#POSITIVE_INFINITY} for none. */
  public Trainer<M> clipNorm(double limit) {
    clipNorm = limit;
    return this;
  }

  /** Of the order of rows and of dropout. */
  public Trainer<M> seed(long newSeed) {
    seed = newSeed;
    return this;
  }

  public Trainer<M> precision(Precision newPrecision) {
    precision = newPrecision;
    return this;
  }

  /** When to evaluate; also after the last step, unless never. */
  public Trainer<M> evaluateEvery(Every interval) {
    evaluateEvery = interval;
    return this;
  }

  /** When to write a checkpoint into the output folder. */
  public Trainer<M> saveEvery(Every interval) {
    saveEvery = interval;
    return this;
  }

  /** Ends with the weights of the evaluation where this metric was best. */
  public Trainer<M> keepBest(String metric) {
    keepBest = Optional.of(metric);
    return this;
  }

  /** Ends when the kept metric has not improved for so many evaluations; see {@link #keepBest}. */
  public Trainer<M> earlyStopping(int patience, double minDelta) {
    earlyStopping = Optional.of(new EarlyStopping(patience, minDelta));
    return this;
  }

  /** The folder for checkpoints. */
  public Trainer<M> output(Path folder) {
    output = Optional.of(folder);
    return this;
  }

  /** The order of rows, by default random with rows of like length together. */
  public Trainer<M> sampler(Sampler order) {
    sampler = order;
    return this;
  }

  /**
   * Leaves some parameters as they are, from {@link #fit} on and afterwards; besides those that the
   * model has frozen already.
   */
  public Trainer<M> freezing(Freezing frozen) {
    freezing = frozen;
    return this;
  }

  /** Runs the frozen bottom of the model once a row; dropout is off in it then. */
  public Trainer<M> prefixCache(PrefixCache cache) {
    prefixCache = Optional.of(cache);
    return this;
  }

  public Trainer<M> callback(Callback callback) {
    callbacks.add(callback);
    return this;
  }

  /** Takes part in every step; several are called in the order in which they were added. */
  public Trainer<M> technique(Technique technique) {
    techniques.add(technique);
    return this;
  }

  /**
   * Asked before each step: once it says true, the run saves a checkpoint, where it has an output
   * folder, and ends.
   */
  public Trainer<M> stopWhen(BooleanSupplier isWanted) {
    stop = isWanted;
    return this;
  }

  /**
   * Keeps the input of every so many layers alone and computes the rest again in the backward pass:
   * a third more time for a fraction of the activations; see {@link MemorySaving}.
   *
   * @param everyLayers 1 keeps the least; 0 keeps all
   */
  public Trainer<M> activationCheckpointing(int everyLayers) {
    memory = memory.withCheckpointEvery(everyLayers);
    return this;
  }

  /**
   * Steps the weights of each layer as soon as its gradients are complete, and frees those; see
   * {@link MemorySaving}. Needs {@link #clipNorm} infinite and {@link #accumulate} 1.
   */
  public Trainer<M> optimizerInBackward(boolean on) {
    memory = memory.withOptimizerInBackward(on);
    return this;
  }

  /** How the loss is scaled where the {@link #precision} is fp16. */
  public Trainer<M> lossScaling(LossScaling scaling) {
    lossScaling = scaling;
    return this;
  }

  /** Whether to begin; by default only where memory will do. */
  public Trainer<M> start(Start how) {
    start = how;
    return this;
  }

  /** Goes on from the newest whole checkpoint in the output folder, if there is one. */
  public Trainer<M> resume(boolean wanted) {
    resume = wanted;
    return this;
  }

  /**
   * Deletes from an output folder what a run needed and its saved model does not: the best weights
   * by {@link #keepBest}, as large as the model. Call it when the model is written. Checkpoints
   * stay, with the weights that they need to be resumed.
   */
  public static void tidy(Path output) {
    BestWeights.keepForCheckpoints(output);
  }

  /** The settings as they stand. */
  public TrainSettings settings() {
    return new TrainSettings(
        optimizer,
        schedule,
        epochs,
        maxSteps,
        batchSize,
        accumulate,
        clipNorm,
        seed,
        precision,
        evaluateEvery,
        saveEvery,
        keepBest,
        earlyStopping,
        memory,
        lossScaling);
  }

  /** Trains without evaluating. */
  public TrainReport fit(Dataset train) {
    return fit(train, Optional.empty());
  }

  /**
   * Trains; the model then holds the last weights, or the best with {@link #keepBest}.
   *
   * @param train examples to learn from
   * @param validation other examples to judge by
   * @throws UsageException when the settings do not fit each other, the model or the data
   * @throws org.attune.AttuneException when the loss is not finite or the disk refuses
   */
  public TrainReport fit(Dataset train, Dataset validation) {
    return fit(train, Optional.of(validation));
  }

  private TrainReport fit(Dataset train, Optional<Dataset> validation) {
    keepBest.ifPresent(metric -> Best.checkMeasured(metric, task.metrics()));
    return fit(task.encode(train), train.sha256(), validation.map(task::encode));
  }

  /**
   * Trains on rows the caller has made, as those of a stream of text are.
   *
   * @param train rows to learn from
   * @param digest tells whether a resumed run has the same rows
   * @param validation other rows to judge by, of a class that the task can evaluate
   */
  public TrainReport fit(Encoded train, String digest, Optional<Encoded> validation) {
    keepBest.ifPresent(metric -> Best.checkMeasured(metric, task.metrics()));
    freezing.apply(model);
    Callback watcher = new Callbacks(callbacks);
    Optional<CheckpointFolder> checkpoint = checkpoint(watcher);
    TrainSettings settings = settings().withPrecision(precision(checkpoint));
    Optional<LossScaler> scaler = settings.lossScaler();
    Technique technique =
        new Techniques(Stream.concat(scaler.stream(), techniques.stream()).toList());
    Optional<PrefixTask<M>> cached =
        prefixCache.map(
            cache ->
                cache.around(
                    task, model, train, validation, settings.precision(), output, watcher::onNote));
    var parts =
        new TrainingRun.Parts<M>(
            model,
            cached.<TrainTask<? super M>>map(own -> own).orElse(task),
            settings,
            train,
            sampler,
            validation,
            fingerprint(settings, technique, digest, train, validation),
            output,
            technique,
            scaler,
            watcher,
            start,
            stop);
    try (var run = new TrainingRun<>(parts)) {
      checkpoint.ifPresent(run::resumeFrom);
      return run.run();
    } finally {
      cached.ifPresent(PrefixTask::close);
    }
  }

  /** A resumed run keeps the precision that AUTO once chose. */
  private Precision precision(Optional<CheckpointFolder> checkpoint) {
    return precision == Precision.AUTO && checkpoint.isPresent()
        ? checkpoint.get().readState().precision()
        : precision.resolve();
  }

  /** The tokens tell another tokenizer or {@code max_length}, and other rows to choose by. */
  private Map<String, String> fingerprint(
      TrainSettings settings,
      Technique technique,
      String digest,
      Encoded train,
      Optional<Encoded> validation) {
    Map<String, String> print = settings.fingerprint();
    print.put("task", task.fingerprint());
    print.put("frozen", freezing.toString());
    prefixCache.ifPresent(cache -> print.put("prefix_cache", cache.type().toString()));
    print.put("techniques", technique.fingerprint());
    print.put("order of rows", sampler.fingerprint());
    print.put("training data", digest);
    print.put("training tokens", Long.toString(tokens(train)));
    if (settings.keepBest().isPresent()) {
      validation.ifPresent(rows -> print.put("validation tokens", Long.toString(tokens(rows))));
    }
    return print;
  }

  private static long tokens(Encoded rows) {
    return IntStream.range(0, rows.size()).mapToLong(rows::length).sum();
  }

  /**
   * The checkpoint to go on from; refuses to write a second run among the checkpoints of a first.
   */
  private Optional<CheckpointFolder> checkpoint(Callback watcher) {
    if (output.isEmpty()) {
      if (resume || !(saveEvery instanceof Every.Never)) {
        throw new UsageException("train: checkpoints need an output folder; set output");
      }
      return Optional.empty();
    }
    List<CheckpointFolder> present = CheckpointFolder.all(output.get());
    if (!resume && !present.isEmpty()) {
      throw new UsageException(
          "train: "
              + present.get(0).path()
              + " is of an earlier run; resume it, delete it, or choose another output");
    }
    return resume
        ? CheckpointFolder.newestValid(output.get(), watcher::onWarning)
        : Optional.empty();
  }
}
