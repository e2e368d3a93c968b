package org.attune.checkpoint;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.attune.AttuneException;
import org.attune.text.GgufVocabulary;

/** Takes the tokenizer out of a GGUF file's metadata: the keys {@code tokenizer.*}. */
final class GgufTokens {
  private static final String PREFIX = "tokenizer.ggml.";
  private static final String TEMPLATE = "tokenizer.chat_template";

  /** What an unsigned -1 becomes, which some files write for "none". */
  private static final long NONE = 0xffff_ffffL;

  /** ggml's names of the roles, one of them misspelt there. */
  private static final Map<String, String> ROLES =
      Map.of(
          "bos_token", "bos_token_id",
          "eos_token", "eos_token_id",
          "unk_token", "unknown_token_id",
          "sep_token", "seperator_token_id",
          "pad_token", "padding_token_id",
          "cls_token", "cls_token_id",
          "mask_token", "mask_token_id");

  /** SentencePiece's, which older files leave out. */
  private static final Map<String, Long> USUAL =
      Map.of("unk_token", 0L, "bos_token", 1L, "eos_token", 2L);

  private final Path path;
  private final GgufHeader header;

  private GgufTokens(Path path, GgufHeader header) {
    this.path = path;
    this.header = header;
  }

  /** The vocabulary; empty where the file has no tokens. */
  static Optional<GgufVocabulary> of(GgufFile file) {
    return new GgufTokens(file.path(), file.header()).read();
  }

  private Optional<GgufVocabulary> read() {
    List<String> tokens = list("tokens", String.class);
    if (tokens.isEmpty()) {
      return Optional.empty();
    }
    String model = header.string(PREFIX + "model").orElse("");
    return Optional.of(
        new GgufVocabulary(
            path.toString(),
            model,
            header.string(PREFIX + "pre").orElse(""),
            tokens,
            list("scores", Double.class),
            list("token_type", Long.class),
            list("merges", String.class),
            roles(model.equals("llama") ? USUAL : Map.of()),
            header.flag(PREFIX + "add_bos_token"),
            header.flag(PREFIX + "add_eos_token"),
            header.flag(PREFIX + "add_space_prefix"),
            templates()));
  }

  private <T> List<T> list(String key, Class<T> type) {
    List<?> list = header.list(PREFIX + key);
    for (Object element : list) {
      if (!type.isInstance(element)) {
        throw new AttuneException(
            "gguf: "
                + path
                + " has a "
                + element.getClass().getSimpleName()
                + " in "
                + PREFIX
                + key
                + ", expected each to be a "
                + type.getSimpleName());
      }
    }
    return list.stream().map(type::cast).toList();
  }

  private Map<String, Long> roles(Map<String, Long> usual) {
    Map<String, Long> roles = new LinkedHashMap<>();
    ROLES.forEach(
        (role, key) ->
            header
                .integer(PREFIX + key)
                .or(() -> Optional.ofNullable(usual.get(role)))
                .filter(id -> id != NONE && id != -1)
                .ifPresent(id -> roles.put(role, id)));
    return roles;
  }

  private Map<String, String> templates() {
    Map<String, String> templates = new LinkedHashMap<>();
    header.string(TEMPLATE).ifPresent(text -> templates.put("default", text));
    header.metadata().keySet().stream()
        .filter(key -> key.startsWith(TEMPLATE + "."))
        .forEach(
            key ->
                templates.put(
                    key.substring(TEMPLATE.length() + 1), header.string(key).orElseThrow()));
    return templates;
  }
}
