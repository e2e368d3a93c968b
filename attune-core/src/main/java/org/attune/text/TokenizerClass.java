package org.attune.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.attune.AttuneException;

/** What transformers' tokenizer classes do by themselves, whatever the files say. */
enum TokenizerClass {
  BERT(
      "Bert DistilBert Electra MobileBert ConvBert SqueezeBert LayoutLM Lxmert DPRContextEncoder"
          + " DPRQuestionEncoder DPRReader",
      "unk [UNK] sep [SEP] pad [PAD] cls [CLS] mask [MASK]"),
  ROBERTA(
      "Roberta Bart Longformer",
      "bos <s> eos </s> unk <unk> sep </s> pad <pad> cls <s> mask <mask>"),
  GPT2("GPT2", "bos <|endoftext|> eos <|endoftext|> unk <|endoftext|>"),
  QWEN2("Qwen2", "eos <|endoftext|> unk <|endoftext|> pad <|endoftext|>"),
  T5("T5", "eos </s> unk <unk> pad <pad>"),
  LLAMA("Llama", "bos <s> eos </s> unk <unk>"),
  /** Does what tokenizer.json says and has the roles that tokenizer_config.json says. */
  GENERIC("PreTrained TokenizersBackend", "");

  private final String names; // without "Tokenizer" and "TokenizerFast", between spaces
  private final String roles;

  TokenizerClass(String names, String roles) {
    this.names = names;
    this.roles = roles;
  }

  /** The class that a tokenizer_config.json names; empty where it names none, or one not here. */
  static Optional<TokenizerClass> of(JsonNode settings) {
    String name = settings.path("tokenizer_class").asText("").replaceFirst("Tokenizer(Fast)?$", "");
    return Arrays.stream(values())
        .filter(kind -> (" " + kind.names + " ").contains(" " + name + " "))
        .findFirst();
  }

  /**
   * The class that a folder without tokenizer.json needs; empty where nothing says which.
   *
   * @throws AttuneException when it is one whose conversion is not here
   */
  static Optional<TokenizerClass> required(JsonNode settings) {
    String named = settings.path("tokenizer_class").asText("");
    if (named.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        of(settings)
            .orElseThrow(
                () ->
                    new AttuneException(
                        "text: the folder has no tokenizer.json and its class "
                            + named
                            + " is not one that can do without; make it with transformers:"
                            + " AutoTokenizer.from_pretrained(FOLDER).save_pretrained(FOLDER)")));
  }

  /** The tokens it has where nothing else is said, by role. */
  Map<String, String> roles() {
    Map<String, String> byRole = new LinkedHashMap<>();
    String[] words = roles.split(" ", -1);
    for (int i = 0; i + 1 < words.length; i += 2) {
      byRole.put(words[i] + "_token", words[i + 1]);
    }
    return byRole;
  }
}
