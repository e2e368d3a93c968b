package org.attune.train;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.attune.AttuneException;
import org.attune.UsageException;
import org.attune.data.Batch;
import org.attune.data.Sampler;
import org.attune.metric.Evaluation;
import org.attune.metric.Score;
import org.attune.nn.BackwardPlan;
import org.attune.nn.Module;
import org.attune.nn.Parameter;
import org.attune.optim.GradientClip;
import org.attune.optim.Optimizer;
import org.attune.tensor.Autograd;
import org.attune.tensor.Device;
import org.attune.tensor.EngineException;
import org.attune.tensor.FreeMemory;
import org.attune.tensor.Rng;
import org.attune.tensor.Scope;
import org.attune.train.TrainReport.Ending;

/** One run: the loop over steps, and what surrounds it. */
final class TrainingRun<M extends Module> implements AutoCloseable {
  /** Checkpoints kept on disk: the newest, and one more should it be damaged. */
  private static final int CHECKPOINTS_KEPT = 2;

  /** More than any step has, so that no two draw the same dropout. */
  private static final long PASSES_PER_STEP = 1 << 20;

  /** What a run is made of. */
  record Parts<M extends Module>(
      M model,
      TrainTask<? super M> task,
      TrainSettings settings,
      Encoded train,
      Sampler sampler,
      Optional<Encoded> validation,
      Map<String, String> fingerprint,
      Optional<Path> output,
      Technique technique,
      Optional<LossScaler> scaler,
      Callback watcher,
      Start start,
      BooleanSupplier stop) {}

  private final Parts<M> parts;
  private final M model;
  private final TrainSettings settings;
  private final Windows windows;
  private final long steps;
  private final Precision precision;
  private final Optimizer optimizer;
  private final Map<String, Parameter> parameters;
  private final Progress progress;
  private final Optional<BestWeights> bestWeights;
  private final Optional<OptimizerInBackward> fused;
  private Best best = Best.none();

  TrainingRun(Parts<M> parts) {
    this.parts = parts;
    model = parts.model;
    settings = parts.settings;
    windows = new Windows(parts.train, parts.sampler, settings);
    steps = settings.steps(windows.perEpoch());
    settings.schedule().checkFits(steps);
    if (settings.keepBest().isPresent() && parts.validation.isEmpty()) {
      throw new UsageException("train: keep_best needs a validation set");
    }
    precision = settings.precision().resolve();
    optimizer = settings.optimizer().over(model);
    parameters = optimizer.parameters();
    if (parameters.isEmpty()) {
      throw new UsageException(
          "train: the model has no trainable parameter; unfreeze some or apply an adapter");
    }
    progress = new Progress(windows.perEpoch());
    if (settings.memory().optimizerInBackward()) {
      OptimizerInBackward.check(settings, parts.technique);
    }
    fused =
        settings.memory().optimizerInBackward()
            ? Optional.of(new OptimizerInBackward(model, optimizer, this::notFiniteInBackward))
            : Optional.empty();
    bestWeights = settings.keepBest().map(metric -> new BestWeights(parts.output));
    parts.technique.start(new Technique.Run(model, parameters, steps, windows.perEpoch()));
  }

  /** Puts the run where a checkpoint left off. */
  void resumeFrom(CheckpointFolder checkpoint) {
    TrainState state = checkpoint.readState();
    state.checkSameRun(parts.fingerprint, checkpoint.path().toString());
    TensorFile.readInto(parameters, checkpoint.file(CheckpointFolder.WEIGHTS));
    try (Scope scope = Scope.open()) {
      optimizer.load(TensorFile.read(checkpoint.file(CheckpointFolder.OPTIMIZER)));
      parts.technique.load(TensorFile.read(checkpoint.file(CheckpointFolder.TECHNIQUES)));
    }
    best = state.best();
    if (best.exists()) {
      bestWeights.ifPresent(weights -> weights.checkExists(best.step()));
    }
    progress.resume(state);
  }

  /** Trains to the end of the last epoch, or to a reason to stop before. */
  TrainReport run() {
    Optional<MemoryForecast> forecast = memory().forecast();
    parts.watcher.onStart(plan(forecast));
    if (parts.start == Start.NOT_AT_ALL) {
      return progress.report(Ending.PLANNED, progress.steps(), precision);
    }
    forecast.ifPresent(this::requireMemory);
    try {
      return train();
    } catch (EngineException | OutOfMemoryError e) {
      throw memory().explained(e, progress.steps() + 1, newestCheckpoint());
    }
  }

  private TrainReport train() {
    model.train(true);
    model.backwardPlan(backwardPlan());
    model.randomness(new Rng(settings.seed()));
    Ending ending = Ending.COMPLETE;
    for (long step = progress.steps(); step < steps; step++) {
      if (parts.stop.getAsBoolean()) {
        ending = Ending.STOPPED;
        break;
      }
      if (isStale()) {
        ending = Ending.EARLY;
        break;
      }
      step(step);
      if (evaluationIsDue(progress.steps())) {
        evaluate();
      }
      if (settings.saveEvery().isDue(step + 1, windows.perEpoch())) {
        save();
      }
    }
    if (ending == Ending.STOPPED) {
      save();
    }
    return end(ending);
  }

  // ---- memory

  private MemoryForecaster<M> memory() {
    return new MemoryForecaster<>(parts, windows, this::passes, optimizer);
  }

  private void requireMemory(MemoryForecast forecast) {
    if (parts.start == Start.IF_IT_FITS) {
      memory().require(forecast, FreeMemory.bytes());
    }
  }

  private Optional<Path> newestCheckpoint() {
    return parts.output.flatMap(
        output -> CheckpointFolder.all(output).stream().findFirst().map(CheckpointFolder::path));
  }

  // ---- a step

  private BackwardPlan backwardPlan() {
    BackwardPlan plan = BackwardPlan.recomputing(settings.memory().checkpointEvery());
    return fused.map(steps -> plan.whenFinished(steps::finished)).orElse(plan);
  }

  /** One step: gradients of a window, clipping, the optimizer. */
  private void step(long step) {
    long start = System.nanoTime();
    int[][] window = windows.at(step);
    double lr = settings.optimizer().lr() * settings.schedule().factor(step, steps);
    double loss;
    double norm = 0;
    parts.technique.beforeStep(step);
    fused.ifPresent(steps -> steps.begin(lr));
    try (Scope scope = Scope.open()) {
      loss = backward(step, window);
      if (gradientsAreUsable(loss, step)) {
        loss += parts.technique.afterBackward(step);
        norm = change(step, window, lr);
        parts.technique.afterStep(step + 1);
      }
      model.clearGrads();
    }
    int examples = Arrays.stream(window).mapToInt(rows -> rows.length).sum();
    long tokens = Arrays.stream(window).mapToLong(windows::tokens).sum();
    progress.count(loss, lr, norm, examples, tokens, System.nanoTime() - start);
    parts.watcher.onStep(
        new Callback.Step(
            step + 1,
            steps,
            progress.epoch(),
            loss,
            lr,
            norm,
            examples,
            tokens,
            progress.examplesPerSecond()));
  }

  /**
   * Changes the weights by their gradients.
   *
   * @return the gradients' norm before clipping
   */
  private double change(long step, int[][] window, double lr) {
    GradientClip clip = GradientClip.measure(parameters.values(), settings.clipNorm());
    if (!clip.isFinite()) {
      throw notFinite("gradient norm", clip.norm(), step, window);
    }
    optimizer.step(lr, clip.factor());
    return fused.map(steps -> steps.norm(clip.norm())).orElse(clip.norm());
  }

  /**
   * In fp16, takes the loss's scale out of the gradients and leaves a step with an overflow out.
   */
  private boolean gradientsAreUsable(double loss, long step) {
    if (parts.scaler.isEmpty()) {
      return true;
    }
    LossScaler scaler = parts.scaler.get();
    if (Double.isFinite(loss) && scaler.unscale(parameters.values())) {
      scaler.succeeded();
      return true;
    }
    scaler.overflowed(step + 1).ifPresent(parts.watcher::onWarning);
    return false;
  }

  /**
   * Adds up the gradients of the window's mean loss, batch by batch. The window's weight is known
   * beforehand, so each batch's sum is divided by it and k batches of b equal one of k * b.
   *
   * @return the mean loss; not finite only in fp16
   */
  private double backward(long step, int[][] window) {
    int epoch = windows.epoch(step);
    int[][] passes = Arrays.stream(window).flatMap(this::passes).toArray(int[][]::new);
    List<Batch> batches =
        Arrays.stream(passes).map(rows -> parts.train.batch(rows, epoch)).toList();
    var whole = new Window(batches, batches.stream().mapToDouble(parts.task::weight).sum());
    if (!(whole.weight() > 0)) {
      throw new AttuneException(
          "train: no item of step "
              + (step + 1)
              + " counts, all its labels are masked; look at "
              + describe(window));
    }
    double scale = parts.scaler.map(LossScaler::scale).orElse(1.0);
    Window scaled = whole.scaled(scale);
    double sum = 0;
    for (int i = 0; i < batches.size(); i++) {
      model.beginStep(step * PASSES_PER_STEP + i);
      double value = parts.task.backward(model, batches.get(i), scaled, precision);
      if (!Double.isFinite(value) && parts.scaler.isEmpty()) {
        throw notFinite("loss", value, step, passes[i]);
      }
      sum += value;
    }
    return sum / scale;
  }

  /** The parts of a batch that go through the model one after the other. */
  private Stream<int[]> passes(int[] rows) {
    return passes(windows, rows);
  }

  private Stream<int[]> passes(Windows some, int[] rows) {
    if (!parts.task.rowsAreIndependent() || !onCpu()) {
      return Stream.of(rows);
    }
    // Gradients of parts add up, so a layer that is stepped at once needs the batch as one.
    return fused.isPresent()
        ? Stream.of(some.longestFirst(rows))
        : Arrays.stream(some.passes(rows));
  }

  private boolean onCpu() {
    return parameters.values().iterator().next().value().device().kind() == Device.Kind.CPU;
  }

  /**
   * Keeps the weights, which this step has not touched. Resuming would meet the same numbers again,
   * so the message says what to change.
   */
  private AttuneException notFinite(String what, double value, long step, int[]... rows) {
    model.clearGrads();
    Optional<Path> kept = step > 0 ? save() : Optional.empty();
    return new AttuneException(
        String.format(
            "train: the %s is %s at step %d, %s; %s; start anew in another output folder with a lower"
                + " learning rate, a longer warmup or precision fp32, or without these rows (a resumed"
                + " run would end here again)",
            what,
            value,
            step + 1,
            describe(rows),
            kept.map(path -> "the weights of step " + step + " are kept in " + path)
                .orElse("the weights before it are unchanged")));
  }

  /** Here the layers above have been stepped already. */
  private AttuneException notFiniteInBackward(double norm) {
    return new AttuneException(
        String.format(
            "train: the gradient norm of a layer is %s at step %d, and optimizer_in_backward has"
                + " changed the layers above it already: go on from the last checkpoint, or start anew"
                + " with a lower learning rate, a longer warmup or precision fp32",
            norm, progress.steps() + 1));
  }

  private static String describe(int[]... window) {
    int[] rows = Arrays.stream(window).flatMapToInt(Arrays::stream).toArray();
    String shown = Arrays.toString(Arrays.copyOf(rows, Math.min(rows.length, 32)));
    return "training rows "
        + shown
        + (rows.length > 32 ? " and " + (rows.length - 32) + " more" : "");
  }

  // ---- around the steps

  private boolean evaluationIsDue(long done) {
    Every every = settings.evaluateEvery();
    return parts.validation.isPresent()
        && !(every instanceof Every.Never)
        && (done == steps || every.isDue(done, windows.perEpoch()));
  }

  private void evaluate() {
    model.train(false);
    parts.technique.beforeEvaluation();
    Evaluation evaluation;
    try (Scope scope = Scope.open()) {
      evaluation =
          Autograd.noGrad(
              () ->
                  precision.run(
                      () ->
                          parts.task.evaluate(
                              model, parts.validation.orElseThrow(), settings.batchSize())));
    }
    model.train(true);
    var point = new EvaluationPoint(progress.steps(), progress.epoch(), evaluation);
    progress.add(point);
    settings.keepBest().ifPresent(metric -> updateBest(metric, evaluation));
    parts.technique.afterEvaluation();
    parts.watcher.onEvaluation(point);
  }

  private void updateBest(String metric, Evaluation evaluation) {
    double value = Best.score(evaluation, metric).map(Score::value).orElse(Double.NaN);
    double minDelta = settings.earlyStopping().map(EarlyStopping::minDelta).orElse(0.0);
    Best next = best.next(progress.steps(), value, metric, minDelta);
    if (next.step() != best.step()) {
      BestWeights weights = bestWeights.orElseThrow();
      weights.store(next.step(), parameters);
      weights.keepOnly(stepsOfBest(next));
    }
    best = next;
  }

  /** The best weights that this run or one of its checkpoints may still need. */
  private Set<Long> stepsOfBest(Best current) {
    Set<Long> needed = new HashSet<>(Set.of(current.step()));
    parts.output.ifPresent(output -> needed.addAll(CheckpointFolder.stepsOfBest(output)));
    return needed;
  }

  private boolean isStale() {
    return settings.earlyStopping().isPresent()
        && best.stale() >= settings.earlyStopping().get().patience();
  }

  /** Writes a checkpoint, if there is a folder for it, and says where. */
  private Optional<Path> save() {
    Optional<Path> saved =
        parts.output.map(
            output ->
                CheckpointFolder.write(
                        output,
                        progress.state(parts.fingerprint, best),
                        TensorFile.values(parameters),
                        optimizer.state(),
                        parts.technique.state())
                    .path());
    saved.ifPresent(
        path -> {
          CheckpointFolder.prune(path.getParent(), CHECKPOINTS_KEPT);
          parts.watcher.onSave(path);
        });
    return saved;
  }

  private Callback.Plan plan(Optional<MemoryForecast> forecast) {
    long trainable = parameters.values().stream().mapToLong(p -> p.shape().numel()).sum();
    long evaluations = LongStream.rangeClosed(1, steps).filter(this::evaluationIsDue).count();
    return new Callback.Plan(
        progress.steps(),
        steps,
        windows.perEpoch(),
        evaluations,
        parts.train.size(),
        trainable,
        model.parameterCount(),
        optimizer.stateBytes(),
        precision,
        forecast);
  }

  private TrainReport end(Ending ending) {
    if (ending != Ending.STOPPED) {
      parts.technique.finish();
    }
    if (best.exists() && best.step() != progress.steps()) {
      bestWeights.orElseThrow().restore(best.step(), parameters);
    }
    TrainReport report =
        progress.report(ending, best.exists() ? best.step() : progress.steps(), precision);
    parts.watcher.onEnd(report);
    return report;
  }

  @Override
  public void close() {
    model.train(false);
    model.backwardPlan(BackwardPlan.WHOLE);
    model.clearGrads();
    parts.technique.close();
    optimizer.close();
    bestWeights.ifPresent(BestWeights::close);
  }
}
