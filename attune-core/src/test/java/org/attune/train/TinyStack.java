package org.attune.train;

import java.util.Map;
import org.attune.data.Batch;
import org.attune.data.Dataset;
import org.attune.data.Target;
import org.attune.metric.Evaluation;
import org.attune.nn.Dropout;
import org.attune.nn.Embedding;
import org.attune.nn.LayerNorm;
import org.attune.nn.LayerStack;
import org.attune.nn.Linear;
import org.attune.nn.Module;
import org.attune.objective.CrossEntropy;
import org.attune.tensor.Functional;
import org.attune.tensor.Rng;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;

/** The smallest model with a stack of layers, for what is done layer by layer. */
final class TinyStack extends Module {
  static final int LAYERS = 4;
  private static final int WIDTH = 8;

  private final Embedding embedding =
      child("embedding", new Embedding(TinyClassifier.VOCABULARY, WIDTH, 0));
  private final LayerStack<Layer> layers;
  private final Linear head = child("head", Linear.of(WIDTH, TinyClassifier.CLASSES));

  /** y = Norm(x + Dropout(gelu(W x))). */
  private static final class Layer extends Module {
    private final Linear dense = child("dense", Linear.of(WIDTH, WIDTH));
    private final Dropout dropout;
    private final LayerNorm norm = child("norm", new LayerNorm(WIDTH, 1e-5));

    Layer(double dropoutProbability) {
      dropout = child("dropout", new Dropout(dropoutProbability));
    }

    Tensor forward(Tensor x) {
      return norm.forward(x.plus(dropout.forward(Functional.gelu(dense.forward(x)))));
    }
  }

  TinyStack(double dropout, long seed) {
    layers = child("layers", new LayerStack<>(LAYERS, i -> new Layer(dropout)));
    initialize(new Rng(seed), 0.3);
  }

  /** Logits [B, C] from ids [B, T]. */
  Tensor forward(Tensor ids) {
    Tensor states = layers.forward(embedding.forward(ids), Layer::forward); // [B, T, D]
    return head.forward(states.mean(1));
  }

  /** {@link TinyTask}'s rows for this model. */
  static TrainTask<TinyStack> task() {
    return new Task();
  }

  private static final class Task implements TrainTask<TinyStack> {
    private final TinyTask rows = new TinyTask();

    @Override
    public Encoded encode(Dataset data) {
      return rows.encode(data);
    }

    @Override
    public Tensor loss(TinyStack model, Batch batch) {
      Tensor ids = Tensors.ofLongs(batch.inputIds(), batch.rows(), batch.length());
      long[] labels =
          batch.targets().stream().mapToLong(t -> ((Target.Single) t).label()).toArray();
      return CrossEntropy.plain().sum(model.forward(ids), Tensors.ofLongs(labels, labels.length));
    }

    @Override
    public double weight(Batch batch) {
      return batch.rows();
    }

    @Override
    public Evaluation evaluate(TinyStack model, Encoded data, int batchSize) {
      return new Evaluation(Map.of(), data.size());
    }
  }
}
