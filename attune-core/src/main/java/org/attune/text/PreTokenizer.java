package org.attune.text;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.attune.AttuneException;

/**
 * The words that a tokenizer.json's normalizer and pre-tokenizer make of a text, before any model
 * sees them. The Rust library does it, so they are the words of later use, Unicode classes and all.
 *
 * <p>The library hands out no words, but a unigram model that knows no piece passes each on as one
 * unknown token with its text. Thread-safe.
 */
public final class PreTokenizer implements AutoCloseable {
  /** The one piece such a model must have: noncharacters, which no text interchange uses. */
  private static final String NO_TEXT = "\uffff\ufffe\uffff";

  private final RustTokenizer rust;

  private PreTokenizer(RustTokenizer rust) {
    this.rust = rust;
  }

  /**
   * Makes one of two parts of a tokenizer.json; a JSON null leaves the text as it is.
   *
   * @throws AttuneException when the library does not know a part
   */
  public static PreTokenizer of(JsonNode normalizer, JsonNode preTokenizer) {
    ObjectNode model = TokenizerJson.typed("Unigram").put("unk_id", 0).put("byte_fallback", false);
    model.putArray("vocab").addArray().add(NO_TEXT).add(0.0);
    byte[] json =
        new TokenizerJson(JsonNodeFactory.instance.arrayNode())
            .part("normalizer", normalizer)
            .part("pre_tokenizer", preTokenizer)
            .part("model", model)
            .bytes();
    try {
      return new PreTokenizer(new RustTokenizer(new String(json, UTF_8)));
    } catch (AttuneException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new AttuneException(
          "text: the tokenizers library does not know this way to split: " + e.getMessage(), e);
    }
  }

  /** The normalized words, in order; half a surrogate pair counts as U+FFFD. */
  public List<String> words(String text) {
    return List.of(rust.tokens(Tokenizer.withoutLoneSurrogates(text)));
  }

  @Override
  public void close() {
    rust.close();
  }
}
