package org.attune.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * How byte-level vocabularies of GGUF files split a text into the words within which bytes are
 * merged: llama.cpp's names for it, and the parts of the tokenizer.json that each stands for.
 */
enum GgufSplit {
  /** GPT-2's own (Radford et al. 2019). */
  GPT2("gpt-2", false, false) {
    @Override
    ObjectNode preTokenizer() {
      return TokenizerJson.byteLevel(false, true, true);
    }
  },
  /** GPT-2's, each digit by itself: SmolLM's and StarCoder's. */
  DIGITS("smollm starcoder", false, false) {
    @Override
    ObjectNode preTokenizer() {
      return TokenizerJson.sequence(
          "pretokenizers",
          TokenizerJson.typed("Digits").put("individual_digits", true),
          TokenizerJson.byteLevel(false, true, true));
    }
  },
  /** Llama 3's: digits in threes, and words that the vocabulary holds are taken whole. */
  LLAMA3("llama-bpe llama3 llama-v3", true, true) {
    @Override
    ObjectNode preTokenizer() {
      return split("\\p{N}{1,3}");
    }
  },
  /** Qwen 2's: the same with each digit by itself, on composed characters (NFC). */
  QWEN2("qwen2 deepseek-r1-qwen", false, false) {
    @Override
    ObjectNode preTokenizer() {
      return split("\\p{N}");
    }

    @Override
    JsonNode normalizer() {
      return TokenizerJson.typed("NFC");
    }
  };

  private final String names; // with spaces between
  private final boolean wholeWords;
  private final boolean beginsTexts;

  GgufSplit(String names, boolean wholeWords, boolean beginsTexts) {
    this.names = names;
    this.wholeWords = wholeWords;
    this.beginsTexts = beginsTexts;
  }

  /** The one a file's {@code tokenizer.ggml.pre} names, if it is known. */
  static Optional<GgufSplit> of(String pre) {
    return Arrays.stream(values())
        .filter(split -> List.of(split.names.split(" ", -1)).contains(pre))
        .findFirst();
  }

  /** For messages: all that are known. */
  static String known() {
    return Arrays.stream(values())
        .map(split -> split.names.replace(" ", ", "))
        .collect(Collectors.joining(", "));
  }

  abstract ObjectNode preTokenizer();

  /** What is done to a text's characters first; null for nothing. */
  JsonNode normalizer() {
    return NullNode.getInstance();
  }

  /** Whether a word that is a token is that token, whatever the merges make of it. */
  boolean wholeWords() {
    return wholeWords;
  }

  /** Whether a text begins with the bos token where the file does not say. */
  boolean beginsTexts() {
    return beginsTexts;
  }

  /** The pattern that Llama 3 and Qwen 2 publish, which differ in how many digits go together. */
  private static ObjectNode split(String digits) {
    ObjectNode words = TokenizerJson.typed("Split");
    words
        .putObject("pattern")
        .put(
            "Regex",
            "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|"
                + digits
                + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+");
    words.put("behavior", "Isolated").put("invert", false);
    return TokenizerJson.sequence(
        "pretokenizers", words, TokenizerJson.byteLevel(false, true, false));
  }
}
