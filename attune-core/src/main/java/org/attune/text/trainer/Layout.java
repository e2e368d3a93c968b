package org.attune.text.trainer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * The parts of tokenizer.json around the vocabulary: how text is split, framed and put together.
 */
final class Layout {
  /** How Llama 3 splits: words with one character before them, three digits, signs, spaces. */
  private static final String LLAMA_WORDS =
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}"
          + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

  private final TrainerSettings settings;

  Layout(TrainerSettings settings) {
    this.settings = settings;
  }

  static ObjectNode typed(String type) {
    return JsonNodeFactory.instance.objectNode().put("type", type);
  }

  private static ObjectNode sequence(String list, List<ObjectNode> parts) {
    ObjectNode sequence = typed("Sequence");
    sequence.putArray(list).addAll(parts);
    return sequence;
  }

  // ---- before the model

  JsonNode normalizer() {
    if (settings.preset().algorithm() == Algorithm.WORDPIECE) {
      ObjectNode bert = typed("BertNormalizer").put("clean_text", true);
      bert.put("handle_chinese_chars", true);
      bert.set(
          "strip_accents",
          settings
              .stripAccents()
              .map(strip -> (JsonNode) JsonNodeFactory.instance.booleanNode(strip))
              .orElse(NullNode.getInstance()));
      return bert.put("lowercase", settings.lowercase());
    }
    ArrayNode parts = JsonNodeFactory.instance.arrayNode();
    settings.unicodeNormalizer().ifPresent(form -> parts.add(typed(form.name())));
    if (settings.lowercase()) {
      parts.add(typed("Lowercase"));
    }
    return switch (parts.size()) {
      case 0 -> NullNode.getInstance();
      case 1 -> parts.get(0);
      default -> typed("Sequence").set("normalizers", parts);
    };
  }

  JsonNode preTokenizer() {
    return switch (settings.preset()) {
      case GPT2, ROBERTA -> byteLevel(settings.prefixSpace(), true);
      case LLAMA -> {
        ObjectNode split = typed("Split");
        split.putObject("pattern").put("Regex", LLAMA_WORDS);
        split.put("behavior", "Isolated").put("invert", false);
        yield sequence("pretokenizers", List.of(split, byteLevel(settings.prefixSpace(), false)));
      }
      case BERT -> typed("BertPreTokenizer");
      case T5 -> sequence("pretokenizers", List.of(typed("WhitespaceSplit"), metaspace()));
    };
  }

  private static ObjectNode byteLevel(boolean prefixSpace, boolean useRegex) {
    return typed("ByteLevel")
        .put("add_prefix_space", prefixSpace)
        .put("trim_offsets", true)
        .put("use_regex", useRegex);
  }

  private static ObjectNode metaspace() {
    return typed("Metaspace")
        .put("replacement", "\u2581")
        .put("prepend_scheme", "always")
        .put("split", true);
  }

  // ---- after the model

  JsonNode decoder() {
    return switch (settings.preset().algorithm()) {
      case BPE -> byteLevel(true, true);
      case WORDPIECE ->
          typed("WordPiece").put("prefix", settings.subwordPrefix()).put("cleanup", true);
      case UNIGRAM -> metaspace();
    };
  }

  /** Which special tokens stand around a text, and between two. */
  JsonNode postProcessor(List<String> vocabulary) {
    return switch (settings.preset()) {
      case GPT2 -> NullNode.getInstance();
      case ROBERTA -> {
        ObjectNode frame = typed("RobertaProcessing");
        frame.putArray("sep").add("</s>").add(vocabulary.indexOf("</s>"));
        frame.putArray("cls").add("<s>").add(vocabulary.indexOf("<s>"));
        yield frame.put("trim_offsets", true).put("add_prefix_space", settings.prefixSpace());
      }
      case LLAMA ->
          template(vocabulary, "<|begin_of_text|> $A", "<|begin_of_text|> $A <|begin_of_text|> $B");
      case BERT -> template(vocabulary, "[CLS] $A [SEP]", "[CLS] $A [SEP] $B:1 [SEP]:1");
      case T5 -> template(vocabulary, "$A </s>", "$A </s> $B </s>");
    };
  }

  private static ObjectNode template(List<String> vocabulary, String single, String pair) {
    ObjectNode template = typed("TemplateProcessing");
    ObjectNode special = JsonNodeFactory.instance.objectNode();
    template.set("single", pieces(single, vocabulary, special));
    template.set("pair", pieces(pair, vocabulary, special));
    template.set("special_tokens", special);
    return template;
  }

  /** Reads {@code $A} or a special token, each with {@code :1} where its type is 1. */
  private static ArrayNode pieces(String words, List<String> vocabulary, ObjectNode special) {
    ArrayNode pieces = JsonNodeFactory.instance.arrayNode();
    for (String word : List.of(words.split(" "))) {
      boolean second = word.endsWith(":1");
      String name = second ? word.substring(0, word.length() - 2) : word;
      boolean text = name.startsWith("$");
      pieces
          .addObject()
          .putObject(text ? "Sequence" : "SpecialToken")
          .put("id", text ? name.substring(1) : name)
          .put("type_id", second ? 1 : 0);
      if (!text && !special.has(name)) {
        ObjectNode token = special.putObject(name).put("id", name);
        token.putArray("ids").add(vocabulary.indexOf(name));
        token.putArray("tokens").add(name);
      }
    }
    return pieces;
  }

  // ---- tokenizer_config.json

  /**
   * The class of transformers that does the same, else the generic one: a class makes normalizer
   * and pre-tokenizer anew and would undo what it has no setting for.
   */
  String tokenizerClass() {
    boolean plain = settings.unicodeNormalizer().isEmpty();
    String generic = "PreTrainedTokenizerFast";
    return switch (settings.preset()) {
      case GPT2 -> plain && !settings.lowercase() ? "GPT2Tokenizer" : generic;
      case ROBERTA -> plain && !settings.lowercase() ? "RobertaTokenizer" : generic;
      case LLAMA -> generic;
      case BERT -> settings.subwordPrefix().equals("##") ? "BertTokenizer" : generic;
      case T5 -> plain && !settings.lowercase() ? "T5Tokenizer" : generic;
    };
  }

  /** What the class must be told to do the same. */
  void putClassSettings(ObjectNode config) {
    switch (settings.preset()) {
      case GPT2, ROBERTA, LLAMA -> config.put("add_prefix_space", settings.prefixSpace());
      case BERT -> {
        config.put("do_lower_case", settings.lowercase()).put("tokenize_chinese_chars", true);
        config.set("strip_accents", normalizer().get("strip_accents"));
        config.putArray("model_input_names").add("input_ids").add("token_type_ids");
        ((ArrayNode) config.get("model_input_names")).add("attention_mask");
      }
      case T5 -> config.put("extra_ids", settings.preset().sentinels());
    }
  }

  // ---- the model

  ObjectNode model(Vocabulary vocabulary) {
    return switch (settings.preset().algorithm()) {
      case BPE -> {
        ObjectNode model =
            typed("BPE")
                .putNull("dropout")
                .putNull("unk_token")
                .put("continuing_subword_prefix", "")
                .put("end_of_word_suffix", "")
                .put("fuse_unk", false)
                .put("byte_fallback", false)
                .put("ignore_merges", settings.preset() == Preset.LLAMA);
        putVocab(vocabulary, model);
        ArrayNode merges = model.putArray("merges");
        vocabulary.merges().forEach(m -> merges.addArray().add(m.left()).add(m.right()));
        yield model;
      }
      case WORDPIECE -> {
        ObjectNode model =
            typed("WordPiece")
                .put("unk_token", "[UNK]")
                .put("continuing_subword_prefix", settings.subwordPrefix())
                .put("max_input_chars_per_word", 100);
        putVocab(vocabulary, model);
        yield model;
      }
      case UNIGRAM -> {
        ObjectNode model = typed("Unigram").put("unk_id", vocabulary.tokens().indexOf("<unk>"));
        ArrayNode pieces = model.putArray("vocab");
        for (int id = 0; id < vocabulary.tokens().size(); id++) {
          pieces.addArray().add(vocabulary.tokens().get(id)).add(vocabulary.scores().get(id));
        }
        yield model.put("byte_fallback", false);
      }
    };
  }

  private static void putVocab(Vocabulary vocabulary, ObjectNode model) {
    ObjectNode vocab = model.putObject("vocab");
    for (int id = 0; id < vocabulary.tokens().size(); id++) {
      vocab.put(vocabulary.tokens().get(id), id);
    }
  }
}
