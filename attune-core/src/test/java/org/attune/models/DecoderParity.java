package org.attune.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import org.attune.checkpoint.Checkpoint;
import org.attune.nn.Parameter;
import org.attune.objective.CrossEntropy;
import org.attune.tensor.Autocast;
import org.attune.tensor.DType;
import org.attune.tensor.Scope;
import org.attune.tensor.Tensor;
import org.attune.testkit.Golden;

/** A tiny decoder against what reference/decoder_fixtures.py wrote of it. */
public final class DecoderParity {
  private static final double LOGITS = 1e-5;
  private static final double LOSS = 1e-6;
  private static final double GRADIENT = 1e-4;
  private static final double HALF = 2e-2;

  private final String name;
  private final BiFunction<Model, ModelInput, List<Tensor>> hiddenStates;

  /**
   * The golden of a name, as {@code gpt2/causal_lm}.
   *
   * @param hiddenStates of a bare body
   */
  public DecoderParity(String name, BiFunction<Model, ModelInput, List<Tensor>> hiddenStates) {
    this.name = name;
    this.hiddenStates = hiddenStates;
  }

  /** Hidden states, logits, losses and gradients, whole tensors. */
  public void check() {
    Golden golden = Golden.read(name);
    try (Checkpoint checkpoint = Checkpoint.open(golden.folder().toString());
        Model model = Pretrained.load(checkpoint).model()) {
      JsonNode losses = golden.values().get("loss");
      assertThat(losses.size()).isPositive();
      for (Map.Entry<String, JsonNode> loss : losses.properties()) {
        try (Scope scope = Scope.open()) {
          new Case(loss.getKey(), golden, model).check(loss.getValue().asDouble());
        }
      }
    }
  }

  private final class Case {
    private final String name;
    private final Golden golden;
    private final Model model;

    Case(String name, Golden golden, Model model) {
      this.name = name;
      this.golden = golden;
      this.model = model;
    }

    void check(double expectedLoss) {
      Tensor output = model.forward(input());
      compareOutput(output);
      if (model.head() == Head.NONE && name.equals("right")) {
        List<Tensor> states = hiddenStates.apply(model, input());
        for (int i = 0; i < states.size(); i++) {
          compare("hidden_states." + i, states.get(i), tensor("hidden_states." + i), LOGITS);
        }
      }
      Tensor loss = loss(output);
      assertThat(loss.item())
          .as("%s %s loss", DecoderParity.this.name, name)
          .isCloseTo(expectedLoss, within(LOSS * Math.max(1, Math.abs(expectedLoss))));
      if (name.equals("right")) {
        model.clearGrads();
        loss.backward();
        model.namedParameters().forEach(this::compareGradient);
        compareHalfPrecision();
      }
    }

    private Tensor tensor(String key) {
      return golden.tensor(name + "/" + key);
    }

    private Optional<Tensor> optional(String key) {
      return golden.find(name + "/" + key);
    }

    private ModelInput input() {
      ModelInput input = ModelInput.of(tensor("input_ids")).withMask(optional("attention_mask"));
      return optional("position_ids").map(input::withPositions).orElse(input);
    }

    private void compareOutput(Tensor output) {
      switch (model.head()) {
        case NONE -> compare("last_hidden_state", output, tensor("last_hidden_state"), LOGITS);
        case QUESTION_ANSWERING -> {
          compare("start_logits", output.select(2, 0), tensor("start_logits"), LOGITS);
          compare("end_logits", output.select(2, 1), tensor("end_logits"), LOGITS);
        }
        default -> compare("logits", output, tensor("logits"), LOGITS);
      }
    }

    /** Autocast moves no output further than 2 % of the largest one. */
    private void compareHalfPrecision() {
      if (model.head() == Head.NONE || model.head() == Head.QUESTION_ANSWERING) {
        return;
      }
      Tensor expected = tensor("logits");
      Tensor half = Autocast.bf16(() -> model.forward(input())).to(DType.F32);
      compare("bf16 logits", half, expected, HALF * Math.max(1, expected.abs().max().item()));
    }

    private void compare(String key, Tensor actual, Tensor expected, double tolerance) {
      Tensor difference = actual.minus(expected.reshape(actual.shape().toArray())).abs();
      // What stands at padding is nobody's result.
      Optional<Tensor> mask = optional("attention_mask").filter(m -> m.rank() == 2);
      boolean perToken = actual.rank() >= 2 && actual.size(1) == tensor("input_ids").size(1);
      if (perToken && mask.isPresent()) {
        Tensor real = mask.get().to(DType.F32);
        difference = difference.times(actual.rank() == 3 ? real.unsqueeze(2) : real);
      }
      assertThat(difference.max().item())
          .as("%s %s %s", DecoderParity.this.name, name, key)
          .isLessThan(tolerance);
    }

    private Tensor loss(Tensor output) {
      return switch (model.head()) {
        case NONE -> {
          Tensor squares = output.square();
          Optional<Tensor> mask = optional("attention_mask").filter(m -> m.rank() == 2);
          Tensor real = mask.map(m -> squares.times(m.to(DType.F32).unsqueeze(2))).orElse(squares);
          yield real.sum().div((double) output.size(0));
        }
        case QUESTION_ANSWERING ->
            mean(output.select(2, 0), tensor("start_positions"))
                .plus(mean(output.select(2, 1), tensor("end_positions")))
                .div(2);
        case CAUSAL_LM -> {
          long places = output.size(1) - 1; // the last place predicts nothing that is there
          yield mean(output.narrow(1, 0, places), tensor("labels").narrow(1, 1, places));
        }
        default -> mean(output, tensor("labels"));
      };
    }

    private Tensor mean(Tensor logits, Tensor labels) {
      CrossEntropy loss = CrossEntropy.plain();
      return loss.sum(logits, labels).div(loss.weight(labels));
    }

    private void compareGradient(String parameterName, Parameter parameter) {
      Optional<Tensor> expected = optional("grad/" + parameterName);
      if (expected.isEmpty()) {
        return; // the second name of a tied parameter
      }
      Tensor actual = parameter.grad().orElseThrow();
      // A key's bias has no gradient (softmax does not see it), only rounding: below a thousandth,
      // or a ten-thousandth of the model's largest gradient, the error is absolute.
      double floor = Math.max(1e-3, 1e-4 * largestGradient());
      double scale = Math.max(floor, expected.get().abs().max().item());
      assertThat(actual.minus(expected.get()).abs().max().item() / scale)
          .as("%s %s gradient of %s", DecoderParity.this.name, name, parameterName)
          .isLessThan(GRADIENT);
    }

    private double largestGradient() {
      return golden.under(name + "/grad/").values().stream()
          .mapToDouble(gradient -> gradient.abs().max().item())
          .max()
          .orElseThrow();
    }
  }
}
