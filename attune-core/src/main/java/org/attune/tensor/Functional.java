package org.attune.tensor;

import static org.attune.tensor.EngineCall.tensor;

import java.util.Optional;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * Operations on whole layers, as {@code torch.nn.functional} names them. Letters of shapes are
 * those of {@code org.attune.nn}.
 */
public final class Functional {
  /** What a loss returns: one number for the batch, or one for each element. */
  public enum Reduction {
    NONE(0),
    MEAN(1),
    SUM(2);

    /** at::Reduction's number. */
    final long code;

    Reduction(long code) {
      this.code = code;
    }
  }

  private Functional() {}

  /** y = x W' + b: x [.., in], weight [out, in], bias [out]; returns [.., out]. */
  public static Tensor linear(Tensor x, Tensor weight, Tensor bias) {
    return tensor(
        "linear", () -> torch.linear(x.handle(), weight.handle(), optional(bias)), x, weight, bias);
  }

  /** y = x W': x [.., in], weight [out, in]; returns [.., out]. */
  public static Tensor linear(Tensor x, Tensor weight) {
    return tensor("linear", () -> torch.linear(x.handle(), weight.handle()), x, weight);
  }

  /**
   * Rows of a table: ids [..] I64, weight [V, D]; returns [.., D]. The row {@code paddingIndex}
   * gets no gradient; -1 for none. The table's gradient is sparse: see {@link SparseRows}.
   */
  public static Tensor embedding(Tensor ids, Tensor weight, long paddingIndex) {
    return tensor(
        "embedding",
        () -> torch.embedding(weight.handle(), ids.handle(), paddingIndex, false, true),
        ids,
        weight);
  }

  /** Normalizes the last dimension (Ba et al. 2016): x [.., D], weight [D], bias [D]. */
  public static Tensor layerNorm(Tensor x, Tensor weight, Tensor bias, double eps) {
    return tensor(
        "layerNorm",
        () ->
            torch.layer_norm(
                x.handle(),
                new long[] {weight.handle().numel()},
                optional(weight),
                optional(bias),
                eps,
                false),
        x,
        weight,
        bias);
  }

  /**
   * Root-mean-square normalization of the last dimension (Zhang and Sennrich 2019): x / sqrt(mean
   * x^2 + eps) * weight; x [.., D], weight [D].
   */
  public static Tensor rmsNorm(Tensor x, Tensor weight, double eps) {
    if (EngineCall.value("rmsNorm", () -> FewRows.suits(x, weight), x, weight)) {
      return FewRows.rmsNorm(x, weight, eps);
    }
    return trainedRmsNorm(x, weight, eps);
  }

  /**
   * The same by one way of computing, whether it is recorded or not: a layer that runs a second
   * time in the backward pass must give the bits of the first.
   */
  public static Tensor trainedRmsNorm(Tensor x, Tensor weight, double eps) {
    return tensor(
        "rmsNorm",
        () ->
            torch.rms_norm(
                x.handle(),
                new long[] {weight.handle().numel()},
                optional(weight),
                new DoubleOptional(eps)),
        x,
        weight);
  }

  /** x Phi(x), exactly (Hendrycks and Gimpel 2016). */
  public static Tensor gelu(Tensor x) {
    return tensor("gelu", () -> torch.gelu(x.handle()), x);
  }

  /** The tanh approximation of gelu, which GPT-2 and others were trained with. */
  public static Tensor geluTanh(Tensor x) {
    return tensor("geluTanh", () -> torch.gelu(x.handle(), "tanh"), x);
  }

  public static Tensor relu(Tensor x) {
    return tensor("relu", () -> torch.relu(x.handle()), x);
  }

  public static Tensor silu(Tensor x) {
    return tensor("silu", () -> torch.silu(x.handle()), x);
  }

  /** base to the power of each element, in the element's own precision. */
  public static Tensor power(double base, Tensor exponents) {
    return tensor("power", () -> torch.pow(new Scalar(base), exponents.handle()), exponents);
  }

  /** Each element to the power of a number. */
  public static Tensor power(Tensor base, double exponent) {
    return tensor("power", () -> torch.pow(base.handle(), new Scalar(exponent)), base);
  }

  public static Tensor softmax(Tensor x, int dim) {
    return tensor("softmax", () -> torch.softmax(x.handle(), dim), x);
  }

  public static Tensor logSoftmax(Tensor x, int dim) {
    return tensor("logSoftmax", () -> torch.log_softmax(x.handle(), dim), x);
  }

  /**
   * Fused attention, softmax(scale q k' + mask) v (Vaswani et al. 2017, section 3.2.1).
   *
   * @param query [B, H, T, E]
   * @param key [B, H, S, E]
   * @param value [B, H, S, E]
   * @param mask added to the scores, broadcast to [B, H, T, S]; empty for none
   * @return [B, H, T, E]
   */
  public static Tensor attention(
      Tensor query, Tensor key, Tensor value, Optional<Tensor> mask, double scale) {
    TensorOptional added = mask.map(Functional::optional).orElseGet(TensorOptional::new);
    return attention(query, key, value, added, false, scale);
  }

  /**
   * Fused attention in which query i sees keys 0 to i alone; faster than a mask that says so, for
   * the kernel skips what is not seen.
   *
   * @param query [B, H, T, E]
   * @param key [B, H, T, E]
   * @param value [B, H, T, E]
   * @return [B, H, T, E]
   */
  public static Tensor causalAttention(Tensor query, Tensor key, Tensor value, double scale) {
    return attention(query, key, value, new TensorOptional(), true, scale);
  }

  private static Tensor attention(
      Tensor query, Tensor key, Tensor value, TensorOptional mask, boolean causal, double scale) {
    return tensor(
        "attention",
        () ->
            torch.scaled_dot_product_attention(
                query.handle(),
                key.handle(),
                value.handle(),
                mask,
                0.0,
                causal,
                new DoubleOptional(scale),
                false),
        query,
        key,
        value);
  }

  /**
   * Cross-entropy of class logits [N, C] against class numbers [N] I64; targets equal to {@code
   * ignoreIndex} count for nothing.
   */
  public static Tensor crossEntropy(
      Tensor logits, Tensor targets, long ignoreIndex, double labelSmoothing, Reduction reduction) {
    return tensor(
        "crossEntropy",
        () ->
            torch.cross_entropy_loss(
                logits.handle(),
                targets.handle(),
                new TensorOptional(),
                reduction.code,
                ignoreIndex,
                labelSmoothing),
        logits,
        targets);
  }

  /**
   * The same with a weight for each class: item i counts {@code weights[targets[i]]} times. With
   * label smoothing s, {@code (1 - s) w[y] nll(y) + s / C sum_c w[c] nll(c)}, as PyTorch.
   *
   * @param weights [C] F32
   */
  public static Tensor crossEntropy(
      Tensor logits,
      Tensor targets,
      Tensor weights,
      long ignoreIndex,
      double labelSmoothing,
      Reduction reduction) {
    return tensor(
        "crossEntropy",
        () ->
            torch.cross_entropy_loss(
                logits.handle(),
                targets.handle(),
                optional(weights),
                reduction.code,
                ignoreIndex,
                labelSmoothing),
        logits,
        targets,
        weights);
  }

  /** Binary cross-entropy of logits against probabilities of the same shape. */
  public static Tensor binaryCrossEntropyWithLogits(
      Tensor logits, Tensor targets, Reduction reduction) {
    return tensor(
        "binaryCrossEntropyWithLogits",
        () ->
            torch.binary_cross_entropy_with_logits(
                logits.handle(),
                targets.handle(),
                new TensorOptional(),
                new TensorOptional(),
                reduction.code),
        logits,
        targets);
  }

  /** Squared error of two tensors of the same shape. */
  public static Tensor meanSquaredError(Tensor values, Tensor targets, Reduction reduction) {
    return tensor(
        "meanSquaredError",
        () -> torch.mse_loss(values.handle(), targets.handle(), reduction.code),
        values,
        targets);
  }

  /** Cosines of the angles between rows: a [.., D], b [.., D]; returns [..]. A zero row gives 0. */
  public static Tensor cosineSimilarity(Tensor a, Tensor b) {
    return tensor(
        "cosineSimilarity", () -> torch.cosine_similarity(a.handle(), b.handle(), -1, 1e-8), a, b);
  }

  private static TensorOptional optional(Tensor tensor) {
    return new TensorOptional(tensor.handle());
  }
}
