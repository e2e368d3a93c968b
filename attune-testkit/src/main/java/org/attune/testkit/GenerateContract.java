package org.attune.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.attune.testkit.TensorAssert.assertThatTensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.attune.generate.Generated;
import org.attune.generate.GenerationConfig;
import org.attune.generate.Generator;
import org.attune.generate.Sampling;
import org.attune.generate.SpecialIds;
import org.attune.models.Decoding;
import org.attune.models.GenerativeModel;
import org.attune.models.Model;
import org.attune.models.ModelInput;
import org.attune.tensor.Autograd;
import org.attune.tensor.NativeHandles;
import org.attune.tensor.Scope;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;
import org.junit.jupiter.api.Test;

/**
 * What every model that writes keeps: its caches change nothing, a batch writes what each prompt
 * writes alone, beams go on from the texts they are given, a seed gives one text, and no native
 * memory is left behind.
 *
 * <p>A test of a model extends this class and says how to make one.
 */
public abstract class GenerateContract {
  private static final long SEED = 20_261_125;
  private static final int NEW_TOKENS = 8;
  private static final int[] LENGTHS = {5, 2, 4, 1};
  private static final double TOLERANCE = 2e-5;

  /** A small model with all parameters filled, in evaluation mode; a {@link GenerativeModel}. */
  protected abstract Model create(long seed);

  /** What a decoder with an encoder begins with. */
  protected int decoderStart() {
    return 0;
  }

  private List<int[]> prompts(Model model) {
    Random random = new Random(SEED);
    return Arrays.stream(LENGTHS)
        .mapToObj(n -> random.ints(n, 3, model.vocabularySize()).toArray())
        .toList();
  }

  private SpecialIds ids() {
    return SpecialIds.ofEos(2).withPad(0).withDecoderStart(decoderStart());
  }

  private GenerationConfig greedy() {
    return GenerationConfig.greedy(NEW_TOKENS).withIds(ids());
  }

  private static List<List<Integer>> texts(Model model, List<int[]> prompts, GenerationConfig how) {
    List<List<Integer>> texts = new ArrayList<>();
    for (List<Generated> some : Generator.of(model).generate(prompts, how)) {
      some.forEach(text -> texts.add(IntStream.of(text.tokenIds()).boxed().toList()));
    }
    return texts;
  }

  @Test
  void cachedLogitsEqualThoseOfTheWholeText() {
    try (Model model = create(SEED);
        Scope scope = Scope.open()) {
      GenerativeModel generative = (GenerativeModel) model;
      int[] prompt = prompts(model).get(0);
      int[] start = generative.encoderDecoder() ? new int[] {decoderStart()} : prompt;
      List<Integer> read = new ArrayList<>(IntStream.of(start).boxed().toList());
      try (Decoding decoding =
          generative.decode(ModelInput.of(row(prompt)), start.length + NEW_TOKENS)) {
        Tensor logits = decoding.next(row(start)); // [1, V]
        for (int i = 0; i < NEW_TOKENS; i++) {
          assertThatTensor(logits)
              .as("token %d", i)
              .isCloseTo(whole(model, prompt, read), TOLERANCE);
          int next = (int) logits.argmax(-1).toLongs()[0];
          read.add(next);
          logits = decoding.next(row(new int[] {next}));
        }
      }
    }
  }

  /** The logits [1, V] behind a text that is read at once. */
  private static Tensor whole(Model model, int[] prompt, List<Integer> text) {
    Tensor read = row(text.stream().mapToInt(Integer::intValue).toArray());
    ModelInput input =
        ((GenerativeModel) model).encoderDecoder()
            ? ModelInput.of(row(prompt)).withDecoder(read, Optional.empty())
            : ModelInput.of(read);
    Tensor logits = Autograd.noGrad(() -> model.forward(input)); // [1, T, V]
    return logits.select(1, logits.size(1) - 1);
  }

  private static Tensor row(int[] ids) {
    return Tensors.ofLongs(Arrays.stream(ids).asLongStream().toArray(), 1, ids.length);
  }

  @Test
  void packedMatricesChangeNothing() {
    try (Model model = create(SEED);
        Scope scope = Scope.open()) {
      int[] prompt = prompts(model).get(0);
      Tensor plain = whole(model, prompt, List.of(3, 4, 5));
      List<List<Integer>> written = texts(model, prompts(model), greedy());
      model.packMatrices();
      assertThatTensor(whole(model, prompt, List.of(3, 4, 5))).isCloseTo(plain, TOLERANCE);
      assertThat(texts(model, prompts(model), greedy())).isEqualTo(written);
      model.train(true); // frees the packed copies
      model.train(false);
      assertThatTensor(whole(model, prompt, List.of(3, 4, 5))).isCloseTo(plain, 0);
    }
  }

  @Test
  void reorderedRowsGoOnFromTheTextsOfOthers() {
    try (Model model = create(SEED);
        Scope scope = Scope.open()) {
      GenerativeModel generative = (GenerativeModel) model;
      int[] prompt = prompts(model).get(0);
      int[] start = generative.encoderDecoder() ? new int[] {decoderStart()} : prompt;
      try (Decoding decoding = generative.decode(ModelInput.of(row(prompt)), start.length + 4)) {
        decoding.next(row(start));
        decoding.reorder(new long[] {0, 0, 0});
        decoding.next(Tensors.ofLongs(new long[] {3, 4, 5}, 3, 1));
        decoding.reorder(new long[] {2, 2, 0}, start.length);
        Tensor logits = decoding.next(Tensors.ofLongs(new long[] {6, 7, 8}, 3, 1));
        int[][] texts = {{5, 6}, {5, 7}, {3, 8}};
        for (int beam = 0; beam < texts.length; beam++) {
          List<Integer> read = new ArrayList<>(IntStream.of(start).boxed().toList());
          IntStream.of(texts[beam]).forEach(read::add);
          assertThatTensor(logits.narrow(0, beam, 1))
              .as("beam %d", beam)
              .isCloseTo(whole(model, prompt, read), TOLERANCE);
        }
      }
    }
  }

  @Test
  void aBatchWritesWhatEachPromptWritesAlone() {
    try (Model model = create(SEED)) {
      List<GenerationConfig> ways =
          List.of(
              greedy(),
              GenerationConfig.beams(3, NEW_TOKENS).withIds(ids()),
              greedy().withSampling(Sampling.on(5)).withNumReturnSequences(2));
      for (GenerationConfig how : ways) {
        List<List<Integer>> alone = new ArrayList<>();
        prompts(model).forEach(prompt -> alone.addAll(texts(model, List.of(prompt), how)));
        assertThat(texts(model, prompts(model), how)).as(how.toString()).isEqualTo(alone);
      }
    }
  }

  @Test
  void oneBeamIsGreedyAndOneCandidateToo() {
    try (Model model = create(SEED)) {
      List<List<Integer>> greedy = texts(model, prompts(model), greedy());
      assertThat(texts(model, prompts(model), GenerationConfig.beams(1, NEW_TOKENS).withIds(ids())))
          .isEqualTo(greedy);
      assertThat(texts(model, prompts(model), greedy().withSampling(Sampling.on(9).withTopK(1))))
          .isEqualTo(greedy);
    }
  }

  @Test
  void aSeedGivesOneTextAndAnotherSeedAnother() {
    try (Model model = create(SEED)) {
      GenerationConfig drawn = greedy().withSampling(Sampling.on(1).withTopK(0).withTemperature(2));
      List<List<Integer>> once = texts(model, prompts(model), drawn);
      assertThat(texts(model, prompts(model), drawn)).isEqualTo(once);
      GenerationConfig other = drawn.withSampling(drawn.sampling().withSeed(2));
      assertThat(texts(model, prompts(model), other)).isNotEqualTo(once);
    }
  }

  @Test
  void noNativeMemoryIsLeftBehind() {
    try (Model model = create(SEED)) {
      GenerationConfig beams = GenerationConfig.beams(3, NEW_TOKENS).withIds(ids());
      texts(model, prompts(model), beams); // what is made once
      long before = NativeHandles.count();
      texts(model, prompts(model), beams);
      texts(model, prompts(model), greedy());
      assertThat(NativeHandles.count()).isLessThanOrEqualTo(before);
    }
  }
}
