package org.attune.train;

import org.attune.nn.Dropout;
import org.attune.nn.Embedding;
import org.attune.nn.LayerNorm;
import org.attune.nn.Linear;
import org.attune.nn.Module;
import org.attune.tensor.Functional;
import org.attune.tensor.Rng;
import org.attune.tensor.Tensor;

/**
 * Mean of embeddings, norm, two linear layers with dropout: the smallest model with every kind of
 * parameter.
 */
public final class TinyClassifier extends Module {
  public static final int VOCABULARY = 30;
  public static final int WIDTH = 8;
  public static final int CLASSES = 3;

  private final Embedding embedding = child("embedding", new Embedding(VOCABULARY, WIDTH, 0));
  private final LayerNorm first = child("scale", new LayerNorm(WIDTH, 1e-5));
  private final Linear dense = child("dense", Linear.of(WIDTH, 16));
  private final Dropout dropout;
  private final Linear head = child("head", Linear.of(16, CLASSES));

  public TinyClassifier(double dropoutProbability, long seed) {
    dropout = child("dropout", new Dropout(dropoutProbability));
    initialize(new Rng(seed), 0.3);
  }

  /** Logits [B, C] from ids [B, T] and a mask [B, T] of ones and zeros. */
  public Tensor forward(Tensor ids, Tensor mask) {
    Tensor weights = mask.unsqueeze(2); // [B, T, 1]
    Tensor sum = embedding.forward(ids).times(weights).sum(1); // [B, D]
    Tensor mean = sum.div(weights.sum(1));
    Tensor hidden = Functional.gelu(dense.forward(first.forward(mean)));
    return head.forward(dropout.forward(hidden));
  }
}
