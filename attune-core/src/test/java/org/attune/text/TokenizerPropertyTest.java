package org.attune.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Any string at all, also ones that are no valid text. */
class TokenizerPropertyTest {
  private static Tokenizer tokenizer;

  @BeforeContainer
  static void load() throws IOException {
    tokenizer = Tokenizer.load(TokenizerFixtures.builtin(Files.createTempDirectory("tokenizer")));
  }

  @Property(tries = 300, seed = "42")
  void offsetsLieInTheTextAndInOrder(@ForAll String text) {
    Encoding encoding = tokenizer.encode(text);
    int before = 0;
    for (int i = 1; i < encoding.length() - 1; i++) {
      assertThat(encoding.starts()[i]).isBetween(before, text.length());
      assertThat(encoding.ends()[i]).isBetween(encoding.starts()[i], text.length());
      before = encoding.starts()[i];
    }
  }

  @Property(tries = 300, seed = "42")
  void truncationKeepsTheLimitAndTheSpecialTokens(
      @ForAll String text, @ForAll String pair, @ForAll @IntRange(min = 3, max = 20) int limit) {
    Encoding whole = tokenizer.encode(text, pair);
    Encoding cut = tokenizer.truncateTo(limit).encode(text, pair);
    assertThat(cut.length()).isEqualTo(Math.min(limit, whole.length()));
    assertThat(cut.ids()[0]).isEqualTo(101);
    assertThat(cut.ids()[cut.length() - 1]).isEqualTo(102);
    assertThat(cut.fullLength()).isEqualTo(whole.length());
  }

  @Property(tries = 50, seed = "42")
  void manyAtOnceAreAsOneByOne(@ForAll @Size(max = 20) List<String> texts) {
    List<Encoding> all = tokenizer.encodeAll(texts);
    assertThat(all).hasSameSizeAs(texts);
    for (int i = 0; i < texts.size(); i++) {
      assertThat(all.get(i)).usingRecursiveComparison().isEqualTo(tokenizer.encode(texts.get(i)));
    }
  }
}
