package org.attune.generate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.attune.AttuneException;
import org.attune.models.EncoderDecoder;
import org.attune.models.GenerativeModel;
import org.attune.models.Head;
import org.attune.models.LanguageModel;
import org.attune.models.Model;
import org.attune.models.ModelInput;
import org.attune.tensor.Autograd;
import org.attune.tensor.DType;
import org.attune.tensor.Functional;
import org.attune.tensor.Scope;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;

/**
 * How probable a model finds a text, token by token.
 *
 * <ul>
 *   <li>A decoder: log p(token | tokens before it), from the second token on.
 *   <li>An encoder-decoder: log p(target token | source, target before it).
 *   <li>A masked language model: its pseudo-likelihood, log p(token | all others), each token
 *       masked once (Salazar et al. 2020).
 * </ul>
 */
public final class Scorer {
  /** Rows of [V] logits at a time. */
  private static final int CHUNK = 64;

  private final Model model;
  private final LanguageModel language;

  private Scorer(Model model, LanguageModel language) {
    this.model = model;
    this.language = language;
  }

  /**
   * Scores with a loaded model.
   *
   * @throws AttuneException when it is no language model
   */
  public static Scorer of(Model model) {
    if (model instanceof GenerativeModel generative && !generative.readsForwards()) {
      throw new AttuneException(
          "score: is_decoder is false in config.json, so that each token sees those behind it; set it"
              + " to true where the model was trained so");
    }
    if (model instanceof LanguageModel language) {
      return new Scorer(model, language);
    }
    throw new AttuneException(
        "score: a model of "
            + model.config().strings("architectures")
            + " is no language model; expected a causal, masked or conditional one");
  }

  /**
   * What a text scored.
   *
   * @param tokenIds the tokens that were scored
   * @param logProbabilities natural logarithms, one a token
   */
  @SuppressWarnings("ArrayRecordComponent") // made here, handed to the caller
  public record Score(int[] tokenIds, double[] logProbabilities) {
    public double sum() {
      return Arrays.stream(logProbabilities).sum();
    }

    /** exp of the mean negative log-probability. */
    public double perplexity() {
      return Math.exp(-sum() / logProbabilities.length);
    }
  }

  /** Whether texts come in pairs: a source and what is made of it. */
  public boolean needsTarget() {
    return model instanceof EncoderDecoder;
  }

  /** A text of a decoder, at least two tokens. */
  public Score causal(int[] ids) {
    check(ids, "input_ids");
    if (ids.length < 2) {
      throw new AttuneException(
          "score: a text of one token has nothing before it to be judged by; expected at least 2");
    }
    try (Scope scope = Scope.open()) {
      Tensor input = row(ids);
      Tensor hidden = Autograd.noGrad(() -> language.hidden(ModelInput.of(input))); // [1, T, D]
      Tensor states = hidden.select(0, 0).narrow(0, 0, ids.length - 1L);
      return score(states, Arrays.copyOfRange(ids, 1, ids.length));
    }
  }

  /** What an encoder-decoder makes of a source. */
  public Score conditional(int[] source, int[] target) {
    check(source, "source");
    check(target, "target");
    try (Scope scope = Scope.open()) {
      Tensor decoderIds = ((EncoderDecoder) model).shiftRight(row(target));
      ModelInput input = ModelInput.of(row(source)).withDecoder(decoderIds, Optional.empty());
      Tensor hidden = Autograd.noGrad(() -> language.hidden(input)); // [1, U, D]
      return score(hidden.select(0, 0), target);
    }
  }

  /**
   * A text of a masked language model.
   *
   * @param ids with the special tokens the model expects
   * @param scored which of them count: not the special ones
   * @param mask the id that hides a token
   */
  public Score pseudo(int[] ids, boolean[] scored, int mask) {
    check(ids, "input_ids");
    List<Integer> places = new ArrayList<>();
    for (int i = 0; i < ids.length; i++) {
      if (scored[i]) {
        places.add(i);
      }
    }
    int[] tokens = places.stream().mapToInt(place -> ids[place]).toArray();
    double[] all = new double[tokens.length];
    for (int from = 0; from < tokens.length; from += CHUNK) {
      List<Integer> chunk = places.subList(from, Math.min(tokens.length, from + CHUNK));
      double[] some = masked(ids, chunk, mask);
      System.arraycopy(some, 0, all, from, some.length);
    }
    return new Score(tokens, all);
  }

  private double[] masked(int[] ids, List<Integer> places, int mask) {
    try (Scope scope = Scope.open()) {
      long[] rows = new long[places.size() * ids.length];
      long[] index = new long[places.size()]; // of the masked place in [rows * T]
      int[] targets = new int[places.size()];
      for (int row = 0; row < places.size(); row++) {
        for (int i = 0; i < ids.length; i++) {
          rows[row * ids.length + i] = ids[i];
        }
        int place = row * ids.length + places.get(row);
        rows[place] = mask;
        index[row] = place;
        targets[row] = ids[places.get(row)];
      }
      Tensor input = Tensors.ofLongs(rows, places.size(), ids.length);
      Tensor hidden = Autograd.noGrad(() -> language.hidden(ModelInput.of(input))); // [n, T, D]
      Tensor flat = hidden.reshape(-1, hidden.size(2));
      return score(flat.indexSelect(0, Tensors.ofLongs(index, index.length)), targets)
          .logProbabilities();
    }
  }

  /** states [n, D], the n tokens they should foretell. */
  private Score score(Tensor states, int[] targets) {
    double[] all = new double[targets.length];
    for (int from = 0; from < targets.length; from += CHUNK) {
      int count = Math.min(CHUNK, targets.length - from);
      int start = from;
      try (Scope scope = Scope.open()) {
        Tensor some = states.narrow(0, start, count);
        Tensor logits = Autograd.noGrad(() -> language.logits(some)).to(DType.F32); // [n, V]
        long[] ids = Arrays.stream(targets, start, start + count).asLongStream().toArray();
        Tensor index = Tensors.ofLongs(ids, count, 1);
        float[] values =
            Autograd.noGrad(() -> Functional.logSoftmax(logits, -1).gather(1, index)).toFloats();
        for (int i = 0; i < count; i++) {
          all[start + i] = values[i];
        }
      }
    }
    return new Score(targets, all);
  }

  private void check(int[] ids, String what) {
    if (ids.length == 0) {
      throw new AttuneException("score: " + what + " is empty");
    }
    if (ids.length > model.maxLength()) {
      throw new AttuneException(
          "score: "
              + what
              + " has "
              + ids.length
              + " tokens, the model has positions for "
              + model.maxLength());
    }
    for (int id : ids) {
      if (id < 0 || id >= model.vocabularySize()) {
        throw new AttuneException(
            "score: "
                + what
                + " has token "
                + id
                + ", the vocabulary has 0 to "
                + (model.vocabularySize() - 1));
      }
    }
  }

  /** Whether a text is scored by masking it. */
  public boolean masks() {
    return model.head() == Head.MASKED_LM || model.head() == Head.PRETRAINING;
  }

  private static Tensor row(int[] ids) {
    return Tensors.ofLongs(Arrays.stream(ids).asLongStream().toArray(), 1, ids.length);
  }
}
