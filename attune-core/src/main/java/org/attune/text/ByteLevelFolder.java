package org.attune.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attune.AttuneException;

/**
 * A tokenizer.json made from vocab.json and merges.txt: BPE over bytes (Radford et al. 2019). The
 * same document as transformers' {@code GPT2Tokenizer} and {@code RobertaTokenizer} make, the
 * latter also BART's.
 */
final class ByteLevelFolder {
  private final Map<String, Integer> vocabulary;
  private final ArrayNode merges;
  private final boolean prefixSpace;
  private final boolean trimOffsets;

  private ByteLevelFolder(Map<String, Integer> vocabulary, ArrayNode merges, JsonNode settings) {
    this.vocabulary = vocabulary;
    this.merges = merges;
    this.prefixSpace = settings.path("add_prefix_space").asBoolean(false);
    this.trimOffsets = settings.path("trim_offsets").asBoolean(true);
  }

  /** Makes the document of a folder's vocab.json, with the merges.txt beside it. */
  static SlowFolder convert(Path vocabJson, JsonNode settings) {
    Map<String, Integer> vocabulary = vocabulary(vocabJson);
    Path mergesFile = vocabJson.resolveSibling("merges.txt");
    ByteLevelFolder folder =
        new ByteLevelFolder(
            vocabulary,
            merges(
                new String(TokenizerSettings.bytes(mergesFile), StandardCharsets.UTF_8),
                mergesFile),
            settings);
    boolean named = vocabulary.containsKey("<s>") && vocabulary.containsKey("<mask>");
    TokenizerClass kind =
        TokenizerClass.required(settings)
            .orElse(named ? TokenizerClass.ROBERTA : TokenizerClass.GPT2);
    return switch (kind) {
      case ROBERTA -> folder.roberta(settings);
      case GPT2 -> folder.gpt2(settings);
      default ->
          throw new AttuneException(
              "text: "
                  + vocabJson
                  + " with merges.txt is a vocabulary of GPT2 or ROBERTA, but the settings ask for "
                  + kind
                  + "; make a tokenizer.json with transformers:"
                  + " AutoTokenizer.from_pretrained(FOLDER).save_pretrained(FOLDER)");
    };
  }

  private static Map<String, Integer> vocabulary(Path file) {
    Map<String, Integer> vocabulary = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : TokenizerSettings.object(file).properties()) {
      if (!entry.getValue().canConvertToInt() || entry.getValue().intValue() < 0) {
        throw new AttuneException(
            "text: " + file + ": the id of '" + entry.getKey() + "' is " + entry.getValue());
      }
      vocabulary.put(entry.getKey(), entry.getValue().intValue());
    }
    return vocabulary;
  }

  private static ArrayNode merges(String text, Path file) {
    ArrayNode merges = JsonNodeFactory.instance.arrayNode();
    int line = 0;
    for (String merge : text.split("\n", -1)) {
      line++;
      String pair = merge.endsWith("\r") ? merge.substring(0, merge.length() - 1) : merge;
      if (pair.isEmpty() || pair.startsWith("#version")) {
        continue;
      }
      String[] parts = pair.split(" ", -1);
      if (parts.length != 2) {
        throw new AttuneException(
            "text: " + file + ":" + line + " is '" + pair + "', expected two pieces and a space");
      }
      merges.addArray().add(parts[0]).add(parts[1]);
    }
    return merges;
  }

  private SlowFolder gpt2(JsonNode settings) {
    ObjectNode config = SlowFolder.completed(settings, "GPT2Tokenizer", TokenizerClass.GPT2);
    AddedTokens added = new AddedTokens(vocabulary);
    SlowFolder.addTokens(config, added);
    return new SlowFolder(
        document(added, TextTemplate.ofSettings(config).toJson(added.ids())), config);
  }

  private SlowFolder roberta(JsonNode settings) {
    ObjectNode config = SlowFolder.completed(settings, "RobertaTokenizer", TokenizerClass.ROBERTA);
    AddedTokens added = new AddedTokens(vocabulary);
    SlowFolder.addTokens(config, added);
    // <s> a </s> and <s> a </s></s> b </s>, all of one segment; the leading space belongs to no
    // token.
    ObjectNode frame = TokenizerJson.typed("RobertaProcessing");
    for (String role : List.of("sep", "cls")) {
      String token = SpecialTokens.named(config, role + "_token").orElse("");
      frame.putArray(role).add(token).add(added.ids().getOrDefault(token, 0));
    }
    frame.put("trim_offsets", trimOffsets).put("add_prefix_space", prefixSpace);
    return new SlowFolder(document(added, frame), config);
  }

  private byte[] document(AddedTokens added, ObjectNode postProcessor) {
    ObjectNode model =
        TokenizerJson.typed("BPE")
            .put("continuing_subword_prefix", "")
            .put("end_of_word_suffix", "")
            .put("fuse_unk", false)
            .put("byte_fallback", false);
    ObjectNode vocab = model.putObject("vocab");
    vocabulary.forEach(vocab::put);
    model.set("merges", merges);
    return new TokenizerJson(added.toJson())
        .part("pre_tokenizer", TokenizerJson.byteLevel(prefixSpace, true, true))
        .part("post_processor", postProcessor)
        .part("decoder", TokenizerJson.byteLevel(true, true, true))
        .part("model", model)
        .bytes();
  }
}
