package org.attune.checkpoint;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.attune.tensor.DType;

/**
 * What is in a checkpoint, told by the headers of its files: no weight is read.
 *
 * @param name as the caller named it
 * @param modelType the family, such as {@code bert}; "unknown" when config.json does not say
 * @param architectures classes the weights were saved from
 * @param labels names of a classification head's outputs; empty where config.json names none
 * @param tensors in the order of the files
 * @param tiedTo the tensor that serves as the output layer too, when config.json ties them and the
 *     files hold it once
 */
public record CheckpointSummary(
    String name,
    String modelType,
    List<String> architectures,
    List<String> labels,
    List<TensorEntry> tensors,
    Optional<String> tiedTo) {

  private static final String WORD_EMBEDDINGS =
      "(.*\\.)?(word_embeddings|embed_tokens|wte|shared)\\.weight";

  /** Where families keep an output layer of their own. */
  private static final String OUTPUT_LAYER =
      "lm_head\\.weight|cls\\.predictions\\.decoder\\.weight|lm_head\\.decoder\\.weight"
          + "|vocab_projector\\.weight";

  /** A language-model head: the only one whose output layer can be tied. */
  private static final String LANGUAGE_MODEL =
      ".*(ForMaskedLM|ForPreTraining|LMHeadModel|ForCausalLM|ForConditionalGeneration)";

  public CheckpointSummary {
    architectures = List.copyOf(architectures);
    labels = List.copyOf(labels);
    tensors = List.copyOf(tensors);
  }

  /**
   * Looks through a checkpoint.
   *
   * @throws org.attune.AttuneException when its files are damaged or missing
   */
  public static CheckpointSummary of(Checkpoint checkpoint) {
    ConfigJson config = checkpoint.config();
    Weights weights = checkpoint.weights();
    List<TensorEntry> tensors = new ArrayList<>();
    weights.names().forEach(tensor -> tensors.add(weights.entry(tensor)));
    return new CheckpointSummary(
        checkpoint.name(),
        config.optionalString("model_type").orElse("unknown"),
        config.strings("architectures"),
        config.namesLabels() ? config.labels() : List.of(),
        tensors,
        tiedTo(config, tensors));
  }

  private static Optional<String> tiedTo(ConfigJson config, List<TensorEntry> tensors) {
    boolean tied =
        config.optionalBoolean("tie_word_embeddings").orElse(true)
            && config.strings("architectures").stream().anyMatch(a -> a.matches(LANGUAGE_MODEL))
            && tensors.stream().noneMatch(tensor -> tensor.name().matches(OUTPUT_LAYER));
    return tensors.stream()
        .map(TensorEntry::name)
        .filter(tensor -> tied && tensor.matches(WORD_EMBEDDINGS))
        .findFirst();
  }

  /** Elements of all tensors; what is tied counts once. */
  public long parameters() {
    return tensors.stream().mapToLong(tensor -> tensor.shape().numel()).sum();
  }

  /** Bytes of all tensors. */
  public long bytes() {
    return tensors.stream().mapToLong(TensorEntry::bytes).sum();
  }

  /** Bytes of all tensors of each type that occurs. */
  public Map<DType, Long> bytesByType() {
    Map<DType, Long> bytes = new EnumMap<>(DType.class);
    tensors.forEach(tensor -> bytes.merge(tensor.dtype(), tensor.bytes(), Long::sum));
    return bytes;
  }
}
