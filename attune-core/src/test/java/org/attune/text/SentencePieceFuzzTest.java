package org.attune.text;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.charset.StandardCharsets;
import org.attune.AttuneException;
import org.junit.jupiter.api.Tag;

/**
 * Whatever bytes lie in a spiece.model or tokenizer.model: a tokenizer comes of them that encodes
 * and decodes, or an {@link AttuneException} says why not. The JVM lives on, also where the bytes
 * are nearly right; a failure of the native library would end it.
 *
 * <p>Has a JVM to itself; {@link HostileVocabularyTest} stands in for it in the normal suite.
 */
@Tag("fuzz")
class SentencePieceFuzzTest {
  @FuzzTest(maxDuration = "60s")
  void anyBytesAreReadOrRefused(byte[] bytes) {
    readOrRefuse(bytes);
  }

  /** Returns whether the bytes are a model; anything but a plain refusal is thrown on. */
  static boolean readOrRefuse(byte[] bytes) {
    SlowFolder folder;
    try {
      folder =
          SentencePieceFolder.convert(bytes, JsonNodeFactory.instance.objectNode(), "spiece.model");
      TokenizerFile.read(folder.json(), "spiece.model");
    } catch (AttuneException e) {
      return false;
    }
    try (RustTokenizer rust =
        new RustTokenizer(new String(folder.json(), StandardCharsets.UTF_8))) {
      for (String text : new String[] {"", "a text", "ﬁne Ａ① ½ é 中😀\u0000 <extra_id_0>"}) {
        rust.decode(rust.encode(text).ids(), false);
      }
    } catch (RuntimeException e) {
      return false; // the library's own refusal, which Tokenizer.load words
    }
    return true;
  }
}
