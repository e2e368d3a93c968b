package org.attune.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.attune.UsageException;
import org.attune.checkpoint.ConfigJson;
import org.attune.models.LanguageModel;
import org.attune.models.Model;
import org.attune.models.ModelInput;
import org.attune.models.Pretrained;
import org.attune.tensor.Autograd;
import org.attune.tensor.Functional;
import org.attune.tensor.Rng;
import org.attune.tensor.Scope;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Contrastive search against the paper's formula, computed anew for each token; seed 5. */
class ContrastiveSearchTest {
  private static final String GPT2 =
      "{\"model_type\": \"gpt2\", \"architectures\": [\"GPT2LMHeadModel\"], \"n_embd\": 16,"
          + " \"n_layer\": 2, \"n_head\": 2, \"n_positions\": 48, \"vocab_size\": 37}";
  private static final String LLAMA =
      "{\"model_type\": \"llama\", \"architectures\": [\"LlamaForCausalLM\"], \"hidden_size\": 16,"
          + " \"intermediate_size\": 24, \"num_hidden_layers\": 2, \"num_attention_heads\": 4,"
          + " \"num_key_value_heads\": 2, \"max_position_embeddings\": 48, \"vocab_size\": 37}";
  private static final int EOS = 2;
  private static final List<int[]> PROMPTS =
      List.of(new int[] {5, 6, 7, 8, 9}, new int[] {11}, new int[] {30, 31, 3}, new int[] {5, 6});

  private static Model model(String config) {
    Model model = Pretrained.create(ConfigJson.parse(config));
    model.initialize(new Rng(5), 0.4);
    model.train(false);
    return model;
  }

  private static GenerationConfig settings(double alpha, int k) {
    return GenerationConfig.greedy(12).withIds(SpecialIds.ofEos(EOS)).withContrastive(alpha, k);
  }

  /** States of a whole text, one after the other. */
  private static float[][] states(Model model, List<Integer> text) {
    long[] ids = text.stream().mapToLong(id -> id).toArray();
    Tensor hidden =
        ((LanguageModel) model).hidden(ModelInput.of(Tensors.ofLongs(ids, 1, ids.length)));
    float[][] states = new float[ids.length][];
    for (int i = 0; i < ids.length; i++) {
      states[i] = hidden.select(1, i).toFloats();
    }
    return states;
  }

  private static double cosine(float[] a, float[] b) {
    double dot = 0;
    double one = 0;
    double other = 0;
    for (int i = 0; i < a.length; i++) {
      dot += a[i] * b[i];
      one += a[i] * a[i];
      other += b[i] * b[i];
    }
    return dot / Math.sqrt(one * other);
  }

  private static List<Integer> next(float[] probabilities, int k) {
    List<Integer> tokens = new ArrayList<>();
    for (int i = 0; i < probabilities.length; i++) {
      tokens.add(i);
    }
    tokens.sort((a, b) -> Float.compare(probabilities[b], probabilities[a]));
    return tokens.subList(0, k);
  }

  /** The paper's equation 5, without a cache. */
  private static int[] plain(Model model, int[] prompt, double alpha, int k) {
    List<Integer> text = new ArrayList<>();
    for (int id : prompt) {
      text.add(id);
    }
    while (text.size() < prompt.length + 12 && text.get(text.size() - 1) != EOS) {
      try (Scope scope = Scope.open()) {
        float[][] before = states(model, text);
        Tensor last = Tensors.ofFloats(before[before.length - 1], 1, before[0].length);
        float[] p = Functional.softmax(((LanguageModel) model).logits(last), -1).toFloats();
        int best = -1;
        double highest = Double.NEGATIVE_INFINITY;
        for (int candidate : next(p, k)) {
          List<Integer> longer = new ArrayList<>(text);
          longer.add(candidate);
          float[] state = states(model, longer)[text.size()];
          double like = -1;
          for (float[] other : before) {
            like = Math.max(like, cosine(state, other));
          }
          double score = (1 - alpha) * p[candidate] - alpha * like;
          if (score > highest) {
            highest = score;
            best = candidate;
          }
        }
        text.add(best);
      }
    }
    return text.subList(prompt.length, text.size()).stream().mapToInt(id -> id).toArray();
  }

  @ParameterizedTest
  @ValueSource(strings = {GPT2, LLAMA})
  void tokensAreThoseOfThePlainComputation(String config) {
    try (Model model = model(config)) {
      List<List<Generated>> batch = Generator.of(model).generate(PROMPTS, settings(0.6, 5));
      List<List<Generated>> greedy = Generator.of(model).generate(PROMPTS, settings(0, 5));
      boolean differs = false;
      for (int i = 0; i < PROMPTS.size(); i++) {
        int[] prompt = PROMPTS.get(i);
        int[] expected = Autograd.noGrad(() -> plain(model, prompt, 0.6, 5));
        assertThat(batch.get(i).get(0).tokenIds()).isEqualTo(expected);
        differs |= !java.util.Arrays.equals(expected, greedy.get(i).get(0).tokenIds());
      }
      assertThat(differs).isTrue();
    }
  }

  @Test
  void whatARuleForbidsIsNotWritten() {
    try (Model model = model(GPT2)) {
      GenerationConfig free = settings(0.9, 6);
      int[] first = Generator.of(model).generate(PROMPTS, free).get(0).get(0).tokenIds();
      GenerationConfig without =
          free.withConstraints(
              Constraints.NONE.withSuppressTokens(List.of(first[0], first[1]), List.of()));
      int[] other = Generator.of(model).generate(PROMPTS, without).get(0).get(0).tokenIds();
      assertThat(other).doesNotContain(first[0], first[1]);
    }
  }

  @Test
  void anEncoderDecoderRefuses() {
    String t5 =
        "{\"model_type\": \"t5\", \"architectures\": [\"T5ForConditionalGeneration\"], \"d_model\": 16,"
            + " \"d_kv\": 4, \"d_ff\": 24, \"num_layers\": 1, \"num_heads\": 4, \"vocab_size\": 37,"
            + " \"decoder_start_token_id\": 0, \"pad_token_id\": 0}";
    try (Model model = model(t5)) {
      GenerationConfig settings = settings(0.6, 4).withIds(SpecialIds.ofEos(1).withDecoderStart(0));
      assertThatThrownBy(() -> Generator.of(model).generate(PROMPTS, settings))
          .isInstanceOf(UsageException.class)
          .hasMessageContaining("contrastive search (penalty_alpha) is for decoders alone");
    }
  }
}
