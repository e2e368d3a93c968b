package org.attune.models;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.attune.models.bart.BartForCausalLM;
import org.attune.models.bert.BertForPreTraining;
import org.attune.nn.Parameter;
import org.attune.objective.CrossEntropy;
import org.attune.tensor.Autocast;
import org.attune.tensor.Autograd;
import org.attune.tensor.DType;
import org.attune.tensor.Functional;
import org.attune.tensor.Functional.Reduction;
import org.attune.tensor.Tensor;
import org.attune.testkit.Golden;

/**
 * One batch of one golden model: what the reference read and what it gave, as NAME/TENSOR of
 * golden.safetensors (reference/family.py lists the tensors).
 *
 * @param folder of the golden files, as {@code bert/masked_lm}
 * @param name of the case, as {@code right}
 */
public record ParityCase(String folder, String name, Golden golden, Model model) {
  private static final double OUTPUT = 1e-5;
  private static final double GRADIENT = 1e-4;

  /** Of the largest element: bf16 has eight bits, and the error grows with what is added up. */
  private static final double BF16 = 2e-2;

  /** For messages. */
  String where() {
    return folder + "/" + name;
  }

  private Tensor tensor(String key) {
    return golden.tensor(name + "/" + key);
  }

  private Optional<Tensor> optional(String key) {
    return golden.find(name + "/" + key);
  }

  private ModelInput input() {
    ModelInput input =
        ModelInput.of(tensor("input_ids"))
            .withMask(optional("attention_mask"))
            .withTypeIds(optional("token_type_ids"));
    if (optional("position_ids").isPresent()) {
      input = input.withPositions(tensor("position_ids"));
    }
    return optional("decoder_input_ids").isPresent()
        ? input.withDecoder(tensor("decoder_input_ids"), optional("decoder_attention_mask"))
        : input;
  }

  // ---- outputs

  /** The model's outputs under transformers' names. */
  public Map<String, Tensor> outputs() {
    Map<String, Tensor> outputs = new LinkedHashMap<>();
    if (model instanceof BertForPreTraining both) {
      BertForPreTraining.Logits logits = both.logits(input());
      outputs.put("prediction_logits", logits.predictions());
      outputs.put("seq_relationship_logits", logits.nextSentence());
      return outputs;
    }
    Tensor output = model.forward(input());
    switch (model.head()) {
      case NONE, ENCODER -> bodyOutputs(output, outputs);
      case QUESTION_ANSWERING -> {
        outputs.put("start_logits", output.select(2, 0));
        outputs.put("end_logits", output.select(2, 1));
      }
      default -> outputs.put("logits", output);
    }
    return outputs;
  }

  private void bodyOutputs(Tensor output, Map<String, Tensor> outputs) {
    assertThat(model).isInstanceOf(Body.class);
    Body body = (Body) model;
    List<Tensor> encoder = body.encoderHiddenStates(input());
    String kind = encoder.isEmpty() ? "hidden_states." : "decoder_hidden_states.";
    List<Tensor> states = body.hiddenStates(input());
    for (int i = 0; i < states.size(); i++) {
      outputs.put(kind + i, states.get(i));
    }
    for (int i = 0; i < encoder.size(); i++) {
      outputs.put("encoder_hidden_states." + i, encoder.get(i));
    }
    outputs.put("last_hidden_state", output);
    body.pooled(output).ifPresent(pooled -> outputs.put("pooler_output", pooled));
    assertThat(outputs.containsKey("pooler_output"))
        .as("%s has a pooler", where())
        .isEqualTo(optional("pooler_output").isPresent());
  }

  /** That an output is the reference's, but for rounding. */
  public void compare(String key, Tensor actual) {
    assertThat(difference(key, actual, tensor(key))).as("%s %s", where(), key).isLessThan(OUTPUT);
  }

  /** The largest difference at places that are no padding: what stands there is nobody's result. */
  private double difference(String key, Tensor actual, Tensor expected) {
    assertThat(actual.numel()).as("%s %s elements", where(), key).isEqualTo(expected.numel());
    Tensor difference =
        actual.to(DType.F32).minus(expected.reshape(actual.shape().toArray())).abs();
    Optional<Tensor> mask = mask(key);
    if (mask.isPresent()
        && mask.get().rank() == 2
        && actual.rank() >= 2
        && actual.size(1) == mask.get().size(1)) {
      Tensor real = mask.get().to(DType.F32);
      difference = difference.times(actual.rank() == 3 ? real.unsqueeze(2) : real);
    }
    return difference.max().item();
  }

  private Optional<Tensor> mask(String output) {
    boolean ofDecoder = optional("decoder_input_ids").isPresent() && !output.startsWith("encoder_");
    return optional(ofDecoder ? "decoder_attention_mask" : "attention_mask");
  }

  /** The two halves of a language model are the whole. */
  void compareHalves(Map<String, Tensor> outputs) {
    boolean expected =
        switch (model.head()) {
          case MASKED_LM, CAUSAL_LM, CONDITIONAL_GENERATION, PRETRAINING -> true;
          default -> false;
        };
    assertThat(model instanceof LanguageModel).as("%s is one", folder).isEqualTo(expected);
    if (model instanceof LanguageModel lm) {
      Tensor logits = lm.logits(lm.hidden(input()));
      String key = model.head() == Head.PRETRAINING ? "prediction_logits" : "logits";
      assertThat(logits.minus(outputs.get(key)).abs().max().item())
          .as("%s logits of hidden", where())
          .isLessThan(OUTPUT);
    }
  }

  /** Products in bf16 against the reference's under torch.autocast, where the fixture has them. */
  void compareBf16() {
    golden
        .under(name + "/bf16/")
        .forEach(
            (key, expected) -> {
              Tensor actual = Autograd.noGrad(() -> Autocast.bf16(this::outputs)).get(key);
              double scale = Math.max(1, expected.abs().max().item());
              assertThat(difference(key, actual, expected) / scale)
                  .as("%s bf16 %s", where(), key)
                  .isLessThan(BF16);
            });
  }

  // ---- loss

  /** transformers' own loss of the head; for a body one that reaches every parameter. */
  Tensor loss(Map<String, Tensor> outputs) {
    return switch (model.head()) {
      case NONE, ENCODER -> bodyLoss(outputs);
      case SEQUENCE_CLASSIFICATION -> classification(outputs.get("logits"));
      case PRETRAINING ->
          mean(outputs.get("prediction_logits"), tensor("labels"))
              .plus(mean(outputs.get("seq_relationship_logits"), tensor("next_sentence_label")));
      case QUESTION_ANSWERING ->
          answer(outputs.get("start_logits"), tensor("start_positions"))
              .plus(answer(outputs.get("end_logits"), tensor("end_positions")))
              .div(2);
      case CAUSAL_LM ->
          model instanceof BartForCausalLM // for which the fixture shifts the labels
              ? mean(outputs.get("logits"), tensor("labels"))
              : nextToken(outputs.get("logits"), tensor("labels"));
      default -> mean(outputs.get("logits"), tensor("labels"));
    };
  }

  private Tensor bodyLoss(Map<String, Tensor> outputs) {
    Tensor squares = outputs.get("last_hidden_state").square(); // [B, T, D]
    Optional<Tensor> mask = mask("last_hidden_state");
    Tensor real = mask.map(m -> squares.times(m.to(DType.F32).unsqueeze(2))).orElse(squares);
    Tensor mean = real.sum().div((double) squares.size(0));
    return outputs.containsKey("pooler_output")
        ? mean.plus(outputs.get("pooler_output").sum())
        : mean;
  }

  private Tensor classification(Tensor logits) {
    return switch (model.config().requiredString("problem_type")) {
      case "multi_label_classification" ->
          Functional.binaryCrossEntropyWithLogits(logits, tensor("labels"), Reduction.MEAN);
      case "regression" ->
          Functional.meanSquaredError(logits.reshape(-1), tensor("labels"), Reduction.MEAN);
      default -> mean(logits, tensor("labels"));
    };
  }

  private static Tensor mean(Tensor logits, Tensor labels) {
    CrossEntropy loss = CrossEntropy.plain();
    return loss.sum(logits, labels).div(loss.weight(labels));
  }

  /** The logits at a place are for the label of the next one. */
  private static Tensor nextToken(Tensor logits, Tensor labels) {
    long steps = logits.size(1) - 1;
    return mean(logits.narrow(1, 0, steps).contiguous(), labels.narrow(1, 1, steps).contiguous());
  }

  /** A position outside the row does not count. */
  private static Tensor answer(Tensor logits, Tensor positions) {
    Tensor outside = positions.gt(logits.size(1) - 1.0);
    return mean(logits, positions.maskedFill(outside, CrossEntropy.IGNORE));
  }

  // ---- gradients

  boolean hasGradients() {
    return !golden.under(name + "/grad/").isEmpty();
  }

  /** Every parameter, under any of its names if it is tied. */
  void compareGradients() {
    Map<String, Tensor> expected = golden.under(name + "/grad/");
    Map<Parameter, List<String>> names = new LinkedHashMap<>();
    model
        .namedParameters()
        .forEach((n, p) -> names.computeIfAbsent(p, key -> new ArrayList<>()).add(n));
    // The bias of a key has no gradient (softmax does not see it), only rounding: below a
    // thousandth, or a ten-thousandth of the model's largest gradient, the error is absolute.
    double largest =
        expected.values().stream().mapToDouble(g -> g.abs().max().item()).max().orElseThrow();
    double floor = Math.max(1e-3, 1e-4 * largest);
    names.forEach(
        (parameter, own) -> {
          Optional<String> key = own.stream().filter(expected::containsKey).findFirst();
          assertThat(key.isPresent())
              .as("%s has the gradient of %s", where(), own)
              .isEqualTo(parameter.trainable());
          key.ifPresent(n -> compareGradient(n, parameter, expected.get(n), floor));
        });
  }

  private void compareGradient(String key, Parameter parameter, Tensor expected, double floor) {
    assertThat(parameter.grad()).as("%s gradient of %s", where(), key).isPresent();
    double scale = Math.max(floor, expected.abs().max().item());
    assertThat(parameter.grad().orElseThrow().minus(expected).abs().max().item() / scale)
        .as("%s gradient of %s", where(), key)
        .isLessThan(GRADIENT);
  }
}
