package org.attune.train;

import java.util.function.UnaryOperator;
import org.attune.UsageException;
import org.attune.nn.Embedding;
import org.attune.tensor.Rng;
import org.attune.tensor.Tensor;

/**
 * Noisy embeddings (Jain et al. 2024, "NEFTune"): while training, each number of a row's word
 * vectors [T, D] gets noise drawn evenly from {@code [-a, a]} with {@code a = alpha / sqrt(T D)},
 * as transformers' {@code neftune_noise_alpha}. T is the length of the batch, padding included.
 */
public final class Neftune implements Technique {
  private static final String NAME = "neftune";
  private static final long SITE = Rng.site(NAME);

  private final double alpha;
  private final Rng rng;
  private Embedding words;
  private long step;
  private int calls;

  /**
   * Noise of a strength.
   *
   * @param alpha above 0; the paper tries 5, 10 and 15
   * @param seed of the noise
   */
  public Neftune(double alpha, long seed) {
    if (!(alpha > 0 && Double.isFinite(alpha))) {
      throw new UsageException("neftune: alpha is " + alpha + ", expected a number above 0");
    }
    this.alpha = alpha;
    this.rng = new Rng(seed);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String fingerprint() {
    return "neftune(alpha " + alpha + ", seed " + rng.seed() + ")";
  }

  @Override
  public void start(Run run) {
    words = Embedding.ofWords(run.model());
    words.changeWith(this::disturb);
  }

  @Override
  public boolean leavesGradientsAlone() {
    return true;
  }

  @Override
  public void beforeStep(long newStep) {
    step = newStep;
    calls = 0;
  }

  private Tensor disturb(Tensor vectors) {
    double numbers = (double) vectors.size(-2) * vectors.size(-1);
    double bound = alpha / Math.sqrt(numbers);
    Tensor noise = rng.uniform(vectors.shape(), -bound, bound, step, SITE + calls++);
    return vectors.plus(noise.to(vectors.dtype()));
  }

  @Override
  public void close() {
    if (words != null) {
      words.changeWith(UnaryOperator.identity());
    }
  }
}
