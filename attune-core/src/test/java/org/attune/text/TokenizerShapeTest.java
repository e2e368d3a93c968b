package org.attune.text;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.NullNode;
import org.attune.AttuneException;
import org.junit.jupiter.api.Test;

/** Each of these files ends the JVM when the library is handed it. */
class TokenizerShapeTest {
  private static final String AFTER = "; get the file again from where the model came from";
  private static final String TEMPLATE =
      """
      {"type": "TemplateProcessing",
       "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
       "pair": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
       "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [101], "tokens": ["[CLS]"]}}}""";

  private static JsonNode json(String text) throws Exception {
    return new ObjectMapper().readTree(text);
  }

  private static void refuses(String normalizer, String postProcessor, String message)
      throws Exception {
    JsonNode first = json(normalizer);
    JsonNode second = json(postProcessor);
    assertThatThrownBy(() -> TokenizerShape.check(first, second, "t.json"))
        .isInstanceOf(AttuneException.class)
        .hasMessage("text: t.json: " + message + AFTER);
  }

  @Test
  void acceptsASoundFile() throws Exception {
    JsonNode template = json(TEMPLATE);
    assertThatCode(() -> TokenizerShape.check(NullNode.instance, template, "t.json"))
        .doesNotThrowAnyException();
  }

  @Test
  void refusesATemplateWithATokenItDoesNotDefine() throws Exception {
    String message =
        "the post_processor's template \"single\" uses \"[BOS]\", which its special_tokens do not"
            + " define";
    String damaged = TEMPLATE.replaceFirst("\\[CLS]", "[BOS]");
    refuses("null", damaged, message);
    refuses("null", "{\"type\": \"Sequence\", \"processors\": [" + damaged + "]}", message);
    refuses("null", damaged.replace("TemplateProcessing", "anything"), message);
  }

  @Test
  void refusesASpecialTokenWithoutItsId() throws Exception {
    for (String ids : new String[] {"[]", "[-1]", "[4294967295]", "7"}) {
      refuses(
          "null",
          TEMPLATE.replace("[101]", ids),
          "the post_processor's special token is {\"id\":\"[CLS]\",\"ids\":"
              + ids
              + ",\"tokens\":[\"[CLS]\"]}, expected an id a token");
    }
  }

  @Test
  void refusesASegmentBeyondAnInt() throws Exception {
    refuses(
        "null",
        TEMPLATE.replaceFirst("type_id\": 0", "type_id\": 4294967295"),
        "the post_processor's template \"single\" has type_id 4294967295");
  }

  @Test
  void refusesACharacterMapThatIsNone() throws Exception {
    refuses(
        "{\"type\": \"Precompiled\"}",
        "null",
        "precompiled_charsmap has 0 bytes, expected at least 8");
    refuses(
        "{\"type\": \"Sequence\", \"normalizers\":"
            + " [{\"type\": \"Precompiled\", \"precompiled_charsmap\": \"/////wAAAAA=\"}]}",
        "null",
        "precompiled_charsmap holds 4 bytes after a trie size of 4294967295");
    refuses(
        "{\"precompiled_charsmap\": \"!!!!\"}",
        "null",
        "precompiled_charsmap is not base64 (Illegal base64 character 21)");
  }
}
