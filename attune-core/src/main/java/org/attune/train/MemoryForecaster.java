package org.attune.train;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.attune.AttuneException;
import org.attune.data.Batch;
import org.attune.nn.ActivationCount;
import org.attune.nn.Embedding;
import org.attune.nn.LayerStack;
import org.attune.nn.Module;
import org.attune.nn.Parameter;
import org.attune.optim.Optimizer;
import org.attune.tensor.Autograd;
import org.attune.tensor.DType;
import org.attune.tensor.EngineException;
import org.attune.tensor.ProcessMemory;
import org.attune.tensor.Scope;

/**
 * Adds up what a run will take, from its weights, its settings and its longest batch, and says what
 * to do where that is too much.
 */
final class MemoryForecaster<M extends Module> {
  private static final long FLOAT = DType.F32.bytes();

  /** Under autocast the products' results are halved, and what norms and sums make is not. */
  private static final double HALF_SHARE = 0.7;

  /** The length at which a token's share of attention is about that of the rest of a layer. */
  private static final double ROW = 1024;

  /** Steps of an epoch that are looked at for the largest one: of 32 rows, over half a million. */
  private static final long STEPS_SEEN = 20_000;

  private final TrainingRun.Parts<M> parts;
  private final M model;
  private final TrainSettings settings;
  private final Windows windows;
  private final BiFunction<Windows, int[], Stream<int[]>> passes;
  private final Optimizer optimizer;
  private final Map<Parameter, Integer> trainable = new HashMap<>(); // with how many names

  /**
   * Over a run.
   *
   * @param passes the parts of a batch that go through the model one after the other
   */
  MemoryForecaster(
      TrainingRun.Parts<M> parts,
      Windows windows,
      BiFunction<Windows, int[], Stream<int[]>> passes,
      Optimizer optimizer) {
    this.parts = parts;
    this.model = parts.model();
    this.settings = parts.settings();
    this.windows = windows;
    this.passes = passes;
    this.optimizer = optimizer;
    model
        .namedParameters()
        .values()
        .forEach(
            parameter -> {
              if (parameter.trainable()) {
                trainable.merge(parameter, 1, Integer::sum);
              }
            });
  }

  /** Of the run as it is; empty where the task does not know what its model keeps. */
  Optional<MemoryForecast> forecast() {
    readWeights();
    return forecast(windows, settings.memory(), optimizer.stateBytes());
  }

  /** Weights are mapped from their file and take no memory until they are read. */
  private void readWeights() {
    try (Scope scope = Scope.open()) {
      Autograd.noGrad(
          () -> model.namedParameters().values().forEach(parameter -> parameter.value().sum()));
    }
  }

  private Optional<MemoryForecast> forecast(
      Windows some, MemorySaving memory, long optimizerBytes) {
    return largest(some, memory.checkpointEvery())
        .map(
            pass ->
                new MemoryForecast(
                    ProcessMemory.residentBytes().orElse(0),
                    gradients(pass.tokens, memory.optimizerInBackward()),
                    optimizerBytes,
                    pass.bytes,
                    pass.rows + " x " + pass.length + " tokens"));
  }

  /** The pass that keeps most. */
  private record Largest(int rows, int length, long tokens, long bytes) {}

  private Optional<Largest> largest(Windows some, int recomputed) {
    int[] most = {};
    double weightiest = -1;
    for (long step = 0; step < Math.min(some.perEpoch(), STEPS_SEEN); step++) {
      for (int[] rows : Arrays.stream(some.at(step)).flatMap(b -> passes.apply(some, b)).toList()) {
        int longest = Arrays.stream(rows).map(parts.train()::length).max().orElse(0);
        // Attention makes a long row dearer than several short ones.
        double weight = (double) rows.length * longest * (ROW + longest);
        if (weight > weightiest) {
          weightiest = weight;
          most = rows;
        }
      }
    }
    Batch batch = parts.train().batch(most);
    long decoder = batch.decoder().map(d -> (long) d.length()).orElse(0L);
    long tokens = (long) batch.rows() * (batch.length() + decoder);
    double share = settings.precision() == Precision.FP32 ? 1 : HALF_SHARE;
    Optional<ActivationCount> count =
        parts.task().activations(model, batch.rows(), batch.length(), decoder);
    return count.map(
        numbers ->
            new Largest(
                batch.rows(),
                batch.length(),
                tokens,
                (long) (numbers.kept(recomputed) * FLOAT * share)));
  }

  // ---- gradients

  private long gradients(long tokens, boolean inBackward) {
    Set<Parameter> tables = tables();
    Set<Parameter> layered = Collections.newSetFromMap(new IdentityHashMap<>());
    long largestLayer = 0;
    for (LayerStack<?> stack : LayerStack.in(model)) {
      for (Module layer : stack.layers()) {
        long size = 0;
        for (Parameter parameter : layer.namedParameters().values()) {
          size += trainable.containsKey(parameter) ? parameter.shape().numel() : 0;
          layered.add(parameter);
        }
        largestLayer = Math.max(largestLayer, size);
      }
    }
    long layers = 0;
    long others = 0;
    for (Parameter parameter : trainable.keySet()) {
      long size = parameter.shape().numel();
      if (layered.contains(parameter)) {
        layers += size;
      } else if (tables.contains(parameter)) {
        // Its rows, as they come and summed up.
        others += Math.min(size, 2 * tokens * (size / parameter.shape().size(0)));
      } else {
        others += size;
      }
    }
    return FLOAT * (others + (inBackward ? largestLayer : layers + largestLayer));
  }

  /** Tables of embeddings whose gradient is sparse: those that no head shares. */
  private Set<Parameter> tables() {
    Set<Parameter> tables = Collections.newSetFromMap(new IdentityHashMap<>());
    model.visit(
        (path, module) -> {
          if (module instanceof Embedding table && trainable.getOrDefault(table.weight(), 0) == 1) {
            tables.add(table.weight());
          }
        });
    return tables;
  }

  // ---- advice

  /**
   * Refuses a run that will not fit.
   *
   * @throws AttuneException that says what would
   */
  void require(MemoryForecast forecast, OptionalLong free) {
    if (!forecast.fits(free)) {
      throw new AttuneException(forecast.refusal(free.getAsLong(), options()));
    }
  }

  /** Ways to need less, from the least to the most that is given up. */
  private List<MemoryForecast.Option> options() {
    List<MemoryForecast.Option> options = new ArrayList<>();
    MemorySaving now = settings.memory();
    MemorySaving checkpointed = now.withCheckpointEvery(1);
    String checkpointing = "train.activation_checkpointing: true";
    add(options, checkpointing, windows, checkpointed);
    for (int size = settings.batchSize() / 2; size >= 1; size /= 2) {
      int times = settings.accumulate() * (settings.batchSize() / size);
      String keys = "train.batch_size: " + size + " with train.accumulate: " + times;
      Windows smaller = windows.inBatches(size, times);
      if (!now.optimizerInBackward()) {
        add(options, keys, smaller, now);
        add(options, keys + " and " + checkpointing, smaller, checkpointed);
      }
    }
    return options;
  }

  private void add(
      List<MemoryForecast.Option> options, String keys, Windows some, MemorySaving memory) {
    forecast(some, memory, optimizer.stateBytes())
        .ifPresent(forecast -> options.add(new MemoryForecast.Option(keys, forecast)));
  }

  /**
   * What to tell when memory has run out after all.
   *
   * @param error the engine's or the JVM's
   * @param step counted from 1
   * @param checkpoint the newest to go on from
   * @return the error itself where it has another reason
   */
  RuntimeException explained(Throwable error, long step, Optional<Path> checkpoint) {
    boolean heap = error instanceof OutOfMemoryError;
    if (!heap && !((EngineException) error).outOfMemory()) {
      return (EngineException) error;
    }
    if (heap) {
      return new AttuneException(
          "train: the Java heap is full at step "
              + step
              + " ("
              + error.getMessage()
              + "); give the JVM more with JAVA_TOOL_OPTIONS=-Xmx.., or take fewer rows at a time ("
              + kept(checkpoint)
              + ")",
          error);
    }
    return new AttuneException(
        "train: out of memory at step "
            + step
            + ": "
            + error.getMessage()
            + "; use train.activation_checkpointing: true, a smaller train.batch_size with"
            + " train.accumulate, a smaller data.max_length, or an optimizer that remembers less ("
            + kept(checkpoint)
            + ")",
        error);
  }

  private static String kept(Optional<Path> checkpoint) {
    return checkpoint
        .map(
            path ->
                path
                    + " is whole: --resume goes on from it, also with activation_checkpointing"
                    + " switched on")
        .orElse("no checkpoint had been written");
  }
}
