package org.attune.data.noise;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.attune.data.noise.TextDenoising.Words;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Exact inputs and targets for fixed choices; made by reference/objective_fixtures.py. */
class NoiseFixtureTest {
  private static final List<Integer> SENTINELS =
      IntStream.range(0, 100).mapToObj(i -> 999 - i).toList();

  private static JsonNode fixture;

  @BeforeAll
  static void read() throws IOException {
    try (InputStream in =
        NoiseFixtureTest.class.getResourceAsStream("/golden/objective/noise.json")) {
      fixture = new ObjectMapper().readTree(in);
    }
  }

  private static int[] ints(JsonNode row, String key) {
    return StreamSupport.stream(row.get(key).spliterator(), false)
        .mapToInt(JsonNode::intValue)
        .toArray();
  }

  private static boolean[] flags(JsonNode row, String key) {
    boolean[] flags = new boolean[row.get(key).size()];
    for (int i = 0; i < flags.length; i++) {
      flags[i] = row.get(key).get(i).booleanValue();
    }
    return flags;
  }

  @Test
  void maskedLmLabelsAreTransformers() {
    for (JsonNode row : fixture.get("masked")) {
      long[] labels = Arrays.stream(ints(row, "labels")).asLongStream().toArray();
      assertThat(MaskedTokens.labels(ints(row, "ids"), chosen(labels))).isEqualTo(labels);
    }
  }

  @Test
  void wholeWordsAreTransformers() {
    for (JsonNode row : fixture.get("whole_words")) {
      long[] labels = Arrays.stream(ints(row, "labels")).asLongStream().toArray();
      boolean[] candidate = flags(row, "candidate");
      boolean[] starts = flags(row, "starts");
      boolean[] first = chosen(labels);
      for (int i = 0; i < first.length; i++) {
        first[i] &= starts[i];
      }
      boolean[] chosen = MaskedTokens.wholeWords(first, candidate, starts);
      assertThat(MaskedTokens.labels(ints(row, "ids"), chosen)).isEqualTo(labels);
    }
  }

  private static boolean[] chosen(long[] labels) {
    boolean[] chosen = new boolean[labels.length];
    for (int i = 0; i < labels.length; i++) {
      chosen[i] = labels[i] != MaskedTokens.IGNORE;
    }
    return chosen;
  }

  @Test
  void spanCorruptionIsT5s() {
    var corruption = new SpanCorruption(0.15, 3, SENTINELS, 1);
    for (JsonNode row : fixture.get("t5")) {
      var corrupted = corruption.apply(ints(row, "ids"), flags(row, "noise"));
      assertThat(corrupted.input()).isEqualTo(ints(row, "input"));
      assertThat(corrupted.target()).isEqualTo(ints(row, "target"));
      boolean[] drawn =
          corruption.noise(row.get("ids").size(), RowRandom.of(1, 2, row.get("ids").size()));
      int tokens = 0;
      int spans = 0;
      for (int i = 0; i < drawn.length; i++) {
        tokens += drawn[i] ? 1 : 0;
        spans += drawn[i] && (i == 0 || !drawn[i - 1]) ? 1 : 0;
      }
      assertThat(drawn[0]).isFalse();
      assertThat(drawn[drawn.length - 1]).isTrue();
      assertThat(tokens).isEqualTo(row.get("tokens").intValue());
      assertThat(spans).isEqualTo(row.get("spans").intValue());
    }
  }

  @Test
  void spanCorruptionFillsItsInput() {
    // T5's compute_input_and_target_lengths(512, 0.15, 3) is 568, 114.
    var corruption = new SpanCorruption(0.15, 3, SENTINELS, 1);
    assertThat(corruption.lengthsFor(512)).containsExactly(568, 114);
    assertThat(corruption.lengthsFor(128)).containsExactly(141, 29);
  }

  @Test
  void denoisingIsBarts() {
    var denoising = new TextDenoising(0.3, 3, 1, 0, 0, 4, List.of(9));
    for (JsonNode row : fixture.get("bart")) {
      var words = new Words(ints(row, "ids"), flags(row, "starts"));
      int[] ends = denoising.sentenceEnds(words.ids());
      assertThat(ends).isEqualTo(ints(row, "ends"));
      assertThat(TextDenoising.inOrder(words, ends, ints(row, "order")).ids())
          .isEqualTo(ints(row, "permuted"));
      Words infilled = denoising.infill(words, ints(row, "first"), ints(row, "span"));
      assertThat(infilled.ids()).isEqualTo(ints(row, "infilled"));
      assertThat(denoising.insert(infilled, ints(row, "inserts")).ids())
          .isEqualTo(ints(row, "inserted"));
      assertThat(TextDenoising.rotated(words.ids(), row.get("turn").intValue()))
          .isEqualTo(ints(row, "rotated"));
    }
  }
}
