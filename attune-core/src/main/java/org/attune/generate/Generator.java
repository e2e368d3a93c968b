package org.attune.generate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.attune.AttuneException;
import org.attune.UsageException;
import org.attune.models.Decoding;
import org.attune.models.GenerativeModel;
import org.attune.models.Model;
import org.attune.models.ModelInput;
import org.attune.tensor.Autograd;
import org.attune.tensor.Rng;
import org.attune.tensor.Scope;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;

/**
 * Writes token ids behind token ids. Prompts of like length go through the model together; which
 * ones changes no text but for the last bit of a score.
 *
 * <pre>{@code
 * Generator generator = Generator.of(model);
 * List<List<Generated>> texts = generator.generate(prompts, GenerationConfig.beams(4, 64));
 * }</pre>
 */
public final class Generator {
  /** Rows of the decoder at a time: prompts times beams. */
  static final int ROWS = 32;

  private final GenerativeModel model;
  private final int vocabulary;
  private final int maxLength;
  private final int rows;
  private final Function<int[], String> decode;
  private final TokenListener listener;
  private final BooleanSupplier cancelled;

  /**
   * A generator over any implementation of the contract.
   *
   * @param vocabulary number of token ids
   * @param maxLength most tokens in a row that the model has positions for
   */
  public Generator(GenerativeModel model, int vocabulary, int maxLength) {
    this(model, vocabulary, maxLength, ROWS, Arrays::toString, TokenListener.NONE, () -> false);
  }

  private Generator(
      GenerativeModel model,
      int vocabulary,
      int maxLength,
      int rows,
      Function<int[], String> decode,
      TokenListener listener,
      BooleanSupplier cancelled) {
    this.model = model;
    this.vocabulary = vocabulary;
    this.maxLength = maxLength;
    this.rows = rows;
    this.decode = decode;
    this.listener = listener;
    this.cancelled = cancelled;
  }

  /**
   * A generator over a loaded model.
   *
   * @throws AttuneException when it is no model that writes
   */
  public static Generator of(Model model) {
    if (model instanceof GenerativeModel generative) {
      return new Generator(generative, model.vocabularySize(), model.maxLength());
    }
    throw new AttuneException(
        "generate: a model of "
            + model.config().strings("architectures")
            + " does not write; expected a causal language model or one for conditional generation");
  }

  /** The same with another number of rows (prompts times beams) at a time. */
  public Generator withRows(int count) {
    Bounds.atLeast("batch size", count, 1);
    return new Generator(model, vocabulary, maxLength, count, decode, listener, cancelled);
  }

  /** The same with a way to turn ids into text, which stop strings need. */
  public Generator withDecoder(Function<int[], String> decoder) {
    return new Generator(model, vocabulary, maxLength, rows, decoder, listener, cancelled);
  }

  /** The same, telling of each token as it is written. Beam search cannot: it changes its mind. */
  public Generator withListener(TokenListener newListener) {
    return new Generator(model, vocabulary, maxLength, rows, decode, newListener, cancelled);
  }

  /** The same, asking after each token whether to stop; texts then end where they are. */
  public Generator withCancel(BooleanSupplier stop) {
    return new Generator(model, vocabulary, maxLength, rows, decode, listener, stop);
  }

  /**
   * Writes behind each prompt.
   *
   * @param prompts token ids; of an encoder-decoder those of the encoder
   * @return {@code num_return_sequences} texts a prompt, in the order of the prompts
   * @throws AttuneException when a prompt is empty, too long, or has ids beyond the vocabulary
   * @throws UsageException when the settings contradict the model
   */
  public List<List<Generated>> generate(List<int[]> prompts, GenerationConfig config) {
    NamedTokens.check(config, vocabulary);
    if (listener != TokenListener.NONE && config.beams().numBeams() > 1) {
      throw new UsageException(
          "generate: text cannot be shown while beam search writes it; set num_beams to 1");
    }
    for (int i = 0; i < prompts.size(); i++) {
      checkPrompt(i, prompts.get(i), config);
    }
    Integer[] order = IntStream.range(0, prompts.size()).boxed().toArray(Integer[]::new);
    Arrays.sort(order, Comparator.comparingInt(i -> -prompts.get(i).length));
    int batch = Math.max(1, rows / config.rowsPerPrompt());
    List<List<Generated>> results = new ArrayList<>(prompts.stream().map(p -> none()).toList());
    for (int from = 0; from < order.length && !cancelled.getAsBoolean(); from += batch) {
      List<Integer> chosen =
          List.of(Arrays.copyOfRange(order, from, Math.min(order.length, from + batch)));
      Generated[] texts = Autograd.noGrad(() -> batch(prompts, chosen, config));
      int choices = config.numReturnSequences();
      for (int i = 0; i < chosen.size(); i++) {
        results.set(
            chosen.get(i), List.of(Arrays.copyOfRange(texts, i * choices, (i + 1) * choices)));
      }
    }
    return results;
  }

  private static List<Generated> none() {
    return List.of();
  }

  // ---- checks

  private void checkPrompt(int number, int[] prompt, GenerationConfig config) {
    String where = "generate: prompt " + number;
    if (prompt.length == 0) {
      throw new AttuneException(
          where + " is empty; it needs at least one token, such as the one that begins texts");
    }
    for (int id : prompt) {
      if (id < 0 || id >= vocabulary) {
        throw new AttuneException(
            where + " has token " + id + ", the vocabulary has 0 to " + (vocabulary - 1));
      }
    }
    boolean decoderOnly = !model.encoderDecoder();
    if (prompt.length > (decoderOnly ? maxLength - 1 : maxLength)) {
      throw new AttuneException(
          where
              + " has "
              + prompt.length
              + " tokens, the model has positions for "
              + maxLength
              + (decoderOnly ? ", what it writes included" : ""));
    }
    if (decoderOnly && config.length().newTokens(prompt.length) < 1) {
      throw new UsageException(
          where
              + " has "
              + prompt.length
              + " tokens, which max_length ("
              + config.length().maxLength().orElse(0)
              + ") counts too; set max_new_tokens instead");
    }
  }

  // ---- one batch

  private Generated[] batch(List<int[]> prompts, List<Integer> chosen, GenerationConfig config) {
    List<int[]> own = chosen.stream().map(prompts::get).toList();
    List<Sequence> starts = new ArrayList<>();
    for (int i = 0; i < own.size(); i++) {
      starts.add(start(chosen.get(i), i, own.get(i), config));
    }
    int limit = starts.stream().mapToInt(Sequence::limit).max().orElse(1);
    try (Scope scope = Scope.open()) {
      ModelInput input = input(own, config);
      Tensor first = model.encoderDecoder() ? column(starts) : input.ids(); // [B, 1], or [B, width]
      int capacity = (int) first.size(1) + limit;
      try (Decoding decoding = model.decode(input, capacity)) {
        return search(own, config, chosen, decoding, first, starts);
      }
    }
  }

  private Generated[] search(
      List<int[]> own,
      GenerationConfig config,
      List<Integer> chosen,
      Decoding decoding,
      Tensor first,
      List<Sequence> starts) {
    Processors processors = Processors.of(config, model.encoderDecoder() ? own : List.of());
    Stopping stopping = new Stopping(config.ids(), config.stopStrings(), decode);
    int beams = config.beams().numBeams();
    // Beams need something to go on with when an end token is drawn.
    int least = beams == 1 ? 1 : config.ids().eosTokenId().size() + 1;
    Optional<Sampler> sampler =
        config.sampling().doSample()
            ? Optional.of(new Sampler(config.sampling(), least))
            : Optional.empty();
    if (config.isContrastive()) {
      return new ContrastiveSearch(config, processors, stopping, numbered(chosen), cancelled)
          .run(decoding, model, first, starts);
    }
    if (beams > 1) {
      return new BeamSearch(config.beams(), processors, stopping, sampler, cancelled)
          .run(decoding, first, starts, config.numReturnSequences());
    }
    return new TokenSearch(processors, stopping, sampler, numbered(chosen), cancelled)
        .run(decoding, first, starts, config.numReturnSequences());
  }

  private TokenListener numbered(List<Integer> chosen) {
    return (prompt, choice, token) -> listener.onToken(chosen.get(prompt), choice, token);
  }

  private Sequence start(int number, int inBatch, int[] prompt, GenerationConfig config) {
    int[] begin = model.encoderDecoder() ? new int[] {decoderStart(config)} : prompt;
    int positions = maxLength - begin.length;
    int limit = Math.min(config.length().newTokens(begin.length), positions);
    if (limit < 1) {
      throw new UsageException(
          "generate: max_length leaves no token to write for prompt "
              + number
              + "; a decoder's start token counts too");
    }
    // From the prompt alone: its place among others must not change what is drawn.
    return Sequence.of(inBatch, begin, limit, Rng.site(Arrays.toString(prompt)));
  }

  private static int decoderStart(GenerationConfig config) {
    SpecialIds ids = config.ids();
    if (ids.decoderStartTokenId().isPresent()) {
      return ids.decoderStartTokenId().getAsInt();
    }
    return ids.bosTokenId()
        .orElseThrow(
            () ->
                new UsageException(
                    "generate: an encoder-decoder needs decoder_start_token_id or bos_token_id to"
                        + " begin with [generation_config.json]"));
  }

  /** The prompts padded to one length: on the left for a decoder, whose last column is read on. */
  private ModelInput input(List<int[]> prompts, GenerationConfig config) {
    int width = prompts.stream().mapToInt(p -> p.length).max().orElse(0);
    int rowCount = prompts.size();
    long[] ids = new long[rowCount * width];
    long[] mask = new long[ids.length];
    Arrays.fill(ids, config.ids().padTokenId().orElse(0));
    boolean padded = false;
    for (int row = 0; row < rowCount; row++) {
      int[] prompt = prompts.get(row);
      int from = row * width + (model.encoderDecoder() ? 0 : width - prompt.length);
      for (int i = 0; i < prompt.length; i++) {
        ids[from + i] = prompt[i];
        mask[from + i] = 1;
      }
      padded |= prompt.length < width;
    }
    ModelInput input = ModelInput.of(Tensors.ofLongs(ids, rowCount, width));
    return padded ? input.withMask(Optional.of(Tensors.ofLongs(mask, rowCount, width))) : input;
  }

  private static Tensor column(List<Sequence> starts) {
    long[] ids = starts.stream().mapToLong(start -> start.id(0)).toArray();
    return Tensors.ofLongs(ids, ids.length, 1);
  }
}
