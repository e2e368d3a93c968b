package org.attune.text;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The tokenizer that a GGUF file holds in its metadata, as read and not yet checked; {@link
 * Tokenizer#of(GgufVocabulary)} makes a tokenizer of it.
 *
 * @param source the file, for messages
 * @param model {@code tokenizer.ggml.model}: {@code llama}, SentencePiece BPE with scores, or
 *     {@code gpt2}, BPE over bytes with merges
 * @param pre {@code tokenizer.ggml.pre}: how a text is split before byte-level merges
 * @param tokens in the order of their ids
 * @param scores of the tokens, the highest merged first; empty where there are none
 * @param types of the tokens: 1 normal, 2 unknown, 3 control, 4 user-defined, 5 unused, 6 byte;
 *     empty for all normal
 * @param merges pairs with a space between them, the first merged first
 * @param roles ids by role, as {@code bos_token}
 * @param addBos whether a text begins with the bos token; empty for the model's habit
 * @param addEos whether it ends with the eos token
 * @param addSpacePrefix whether a space goes before a text
 * @param chatTemplates by name, the main one as {@code default}
 */
public record GgufVocabulary(
    String source,
    String model,
    String pre,
    List<String> tokens,
    List<Double> scores,
    List<Long> types,
    List<String> merges,
    Map<String, Long> roles,
    Optional<Boolean> addBos,
    Optional<Boolean> addEos,
    Optional<Boolean> addSpacePrefix,
    Map<String, String> chatTemplates) {
  static final String SENTENCE_PIECE = "llama";
  static final String BYTE_LEVEL = "gpt2";

  public GgufVocabulary {
    tokens = List.copyOf(tokens);
    scores = List.copyOf(scores);
    types = List.copyOf(types);
    merges = List.copyOf(merges);
    roles = Map.copyOf(roles);
    chatTemplates = Map.copyOf(chatTemplates);
  }

  /** Whether Attune splits texts as the file asks; others need a tokenizer.json beside it. */
  public boolean isKnown() {
    return model.equals(SENTENCE_PIECE)
        || (model.equals(BYTE_LEVEL) && GgufSplit.of(pre).isPresent());
  }
}
