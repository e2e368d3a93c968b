package org.attune.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.attune.AttuneException;
import org.attune.UsageException;
import org.junit.jupiter.api.Test;

/** Both searches over a model whose logits are a hash of the text. */
class SearchTest {
  private static final int VOCABULARY = 40;
  private static final int EOS = 1;

  /** Logits that depend on the whole text, all of them different. */
  private static float[] hashed(List<Integer> text) {
    float[] logits = new float[VOCABULARY];
    for (int token = 0; token < VOCABULARY; token++) {
      int hash = (text.hashCode() * 31 + token) * 0x9e3779b9;
      hash ^= hash >>> 15;
      hash *= 0x85ebca6b;
      logits[token] = ((hash ^ (hash >>> 13)) & 0xffff) / 16384f;
    }
    return logits;
  }

  private static ScriptedModel model() {
    return new ScriptedModel(VOCABULARY, false, SearchTest::hashed);
  }

  private static Generator generator(ScriptedModel model) {
    return new Generator(model, VOCABULARY, 64);
  }

  private static List<int[]> prompts(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> IntStream.range(0, 1 + i % 7).map(j -> 2 + (i * 5 + j * 3) % 38).toArray())
        .toList();
  }

  private static List<int[]> flat(List<List<Generated>> texts) {
    return texts.stream().flatMap(List::stream).map(Generated::tokenIds).toList();
  }

  private static void assertSame(List<int[]> actual, List<int[]> expected) {
    assertThat(actual.stream().map(IntStream::of).map(IntStream::boxed).map(s -> s.toList()))
        .containsExactlyElementsOf(
            expected.stream()
                .map(IntStream::of)
                .map(IntStream::boxed)
                .map(s -> s.toList())
                .toList());
  }

  private static GenerationConfig ending(GenerationConfig config) {
    return config.withIds(SpecialIds.ofEos(EOS));
  }

  @Test
  void greedyTakesTheMostProbableUntilTheEndToken() {
    List<Integer> text = new ArrayList<>(List.of(5, 9));
    List<Integer> expected = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      float[] logits = hashed(text);
      int best = 0;
      for (int token = 1; token < VOCABULARY; token++) {
        best = logits[token] > logits[best] ? token : best;
      }
      text.add(best);
      expected.add(best);
      if (best == EOS) {
        break;
      }
    }
    Generated found =
        generator(model())
            .generate(List.of(new int[] {5, 9}), ending(GenerationConfig.greedy(12)))
            .get(0)
            .get(0);
    assertThat(found.tokenIds()).containsExactly(expected.stream().mapToInt(i -> i).toArray());
  }

  @Test
  void aBatchWritesWhatEachPromptWritesAlone() {
    List<GenerationConfig> configs =
        List.of(
            ending(GenerationConfig.greedy(20)),
            ending(GenerationConfig.beams(4, 20)),
            ending(GenerationConfig.beams(3, 20))
                .withConstraints(
                    Constraints.NONE.withNoRepeatNgramSize(2).withRepetitionPenalty(1.3)),
            ending(GenerationConfig.greedy(20))
                .withSampling(Sampling.on(7))
                .withNumReturnSequences(3),
            ending(GenerationConfig.beams(4, 20)).withBeams(Beams.of(4).withGroups(2, 0.5)),
            ending(GenerationConfig.beams(4, 20)).withSampling(Sampling.on(3).withTopK(0)));
    for (GenerationConfig config : configs) {
      List<int[]> together = flat(generator(model()).withRows(24).generate(prompts(23), config));
      List<int[]> alone = new ArrayList<>();
      for (int[] prompt : prompts(23)) {
        alone.addAll(flat(generator(model()).generate(List.of(prompt), config)));
      }
      assertSame(together, alone);
    }
  }

  @Test
  void oneBeamIsGreedyAndFinishedRowsLeave() {
    ScriptedModel model = model();
    List<List<Generated>> texts =
        generator(model).generate(prompts(9), ending(GenerationConfig.greedy(30)));
    assertThat(texts).allSatisfy(t -> assertThat(t).hasSize(1));
    assertThat(model.largestBatch()).isEqualTo(9);
    assertThat(texts.stream().map(t -> t.get(0).reason()).distinct()).contains(FinishReason.EOS);
  }

  @Test
  void beamsFindABetterTextThanGreedy() {
    GenerationConfig greedy = ending(GenerationConfig.greedy(8));
    GenerationConfig beams =
        ending(GenerationConfig.beams(8, 8))
            .withBeams(Beams.of(8).withLengthPenalty(0).withEarlyStopping(EarlyStopping.NEVER));
    for (int[] prompt : prompts(7)) {
      Generated one = generator(model()).generate(List.of(prompt), greedy).get(0).get(0);
      Generated best = generator(model()).generate(List.of(prompt), beams).get(0).get(0);
      assertThat(best.score())
          .isGreaterThanOrEqualTo(logProbability(prompt, one.tokenIds()) - 1e-4);
      assertThat(best.score())
          .isCloseTo(
              logProbability(prompt, best.tokenIds()),
              org.assertj.core.api.Assertions.within(1e-4));
    }
  }

  private static double logProbability(int[] prompt, int[] text) {
    List<Integer> read = new ArrayList<>(IntStream.of(prompt).boxed().toList());
    double sum = 0;
    for (int token : text) {
      float[] logits = hashed(read);
      double all = 0;
      for (float logit : logits) {
        all += Math.exp(logit);
      }
      sum += logits[token] - Math.log(all);
      read.add(token);
    }
    return sum;
  }

  @Test
  void groupsWriteDifferentTexts() {
    GenerationConfig config =
        ending(GenerationConfig.beams(4, 10))
            .withBeams(Beams.of(4).withGroups(4, 2.0))
            .withNumReturnSequences(4);
    List<Generated> texts = generator(model()).generate(List.of(new int[] {3}), config).get(0);
    assertThat(texts.stream().map(t -> t.tokenIds()[0]).distinct()).hasSizeGreaterThan(2);
    assertThat(texts.stream().map(Generated::score))
        .isSortedAccordingTo((a, b) -> Double.compare(b, a));
  }

  @Test
  void theSameSeedDrawsTheSameAndAnotherSeedDoesNot() {
    GenerationConfig config =
        GenerationConfig.greedy(16).withSampling(Sampling.on(11).withTopP(0.9));
    List<int[]> once = flat(generator(model()).generate(prompts(5), config));
    assertSame(flat(generator(model()).generate(prompts(5), config)), once);
    List<int[]> other =
        flat(
            generator(model())
                .generate(prompts(5), config.withSampling(config.sampling().withSeed(12))));
    assertThat(other.get(0)).isNotEqualTo(once.get(0));
  }

  @Test
  void anEncoderDecoderBeginsWithItsStartToken() {
    List<List<Integer>> seen = new ArrayList<>();
    ScriptedModel model =
        new ScriptedModel(
            VOCABULARY,
            true,
            text -> {
              seen.add(List.copyOf(text));
              return hashed(text);
            });
    generator(model)
        .generate(
            List.of(new int[] {8, 9}),
            GenerationConfig.greedy(2).withIds(SpecialIds.NONE.withDecoderStart(2)));
    assertThat(seen.get(0)).containsExactly(8, 9, 2);
    assertThatThrownBy(
            () -> generator(model).generate(List.of(new int[] {8}), GenerationConfig.greedy(2)))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("decoder_start_token_id");
  }

  @Test
  void stopStringsEndATextWhereverTheirTokensPart() {
    Generator generator =
        generator(model())
            .withDecoder(
                ids -> {
                  StringBuilder text = new StringBuilder();
                  for (int id : ids) {
                    text.append((char) ('a' + id % 26));
                  }
                  return text.toString();
                });
    int[] free =
        generator
            .generate(List.of(new int[] {4}), GenerationConfig.greedy(10))
            .get(0)
            .get(0)
            .tokenIds();
    String stop = "" + (char) ('a' + free[3] % 26) + (char) ('a' + free[4] % 26);
    Generated stopped =
        generator
            .generate(List.of(new int[] {4}), GenerationConfig.greedy(10).withStopStrings(stop))
            .get(0)
            .get(0);
    assertThat(stopped.reason()).isEqualTo(FinishReason.STOP_STRING);
    assertThat(stopped.tokenIds()).hasSize(5);
  }

  @Test
  void aWishToStopEndsTextsWhereTheyAre() {
    for (GenerationConfig config :
        List.of(GenerationConfig.greedy(20), GenerationConfig.beams(3, 20))) {
      AtomicInteger asked = new AtomicInteger();
      List<List<Generated>> texts =
          generator(model())
              .withCancel(() -> asked.incrementAndGet() > 4)
              .generate(prompts(2), config);
      assertThat(texts.get(0).get(0).reason()).isEqualTo(FinishReason.CANCELLED);
      assertThat(texts.get(0).get(0).tokenIds().length).isBetween(1, 5);
    }
  }

  @Test
  void badInputIsRefusedInOneLine() {
    Generator generator = generator(model());
    GenerationConfig config = GenerationConfig.greedy(4);
    refused(
        () -> generator.generate(List.of(new int[0]), config),
        "generate: prompt 0 is empty; it needs at least one token, such as the one that begins texts");
    refused(
        () -> generator.generate(List.of(new int[] {40}), config),
        "generate: prompt 0 has token 40, the vocabulary has 0 to 39");
    refused(
        () -> generator.generate(List.of(new int[64]), config),
        "generate: prompt 0 has 64 tokens, the model has positions for 64, what it writes included");
    refused(
        () ->
            generator.generate(
                List.of(new int[5]), config.withLength(Length.DEFAULT.withMaxLength(5))),
        "generate: prompt 0 has 5 tokens, which max_length (5) counts too; set max_new_tokens instead");
    refused(
        () -> config.withNumReturnSequences(2),
        "generate: num_return_sequences (2) without sampling would be the same text each time; set do_sample, or num_beams to at least 2");
    refused(
        () -> GenerationConfig.beams(2, 4).withNumReturnSequences(3),
        "generate: num_return_sequences (3) is above num_beams (2); a search with 2 beams ends with as many texts");
    refused(
        () -> Sampling.on(1).withTemperature(0),
        "generate: temperature is 0.0, expected above 0; for the most probable token do not sample");
    refused(
        () -> generator.generate(List.of(new int[1]), config.withIds(SpecialIds.ofEos(99))),
        "generate: the settings name token 99, the vocabulary has 0 to 39");
    refused(
        () -> Beams.of(4).withGroups(3, 1),
        "generate: num_beams (4) must be divisible by num_beam_groups (3)");
    refused(
        () -> EarlyStopping.of("maybe"),
        "generate: early_stopping is 'maybe', expected true, false or never");
  }

  private static void refused(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String message) {
    assertThatThrownBy(call).isInstanceOf(AttuneException.class).hasMessage(message);
  }
}
