package org.attune.models.bert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.attune.checkpoint.Checkpoint;
import org.attune.checkpoint.SafetensorsFile;
import org.attune.models.Model;
import org.attune.models.ModelInput;
import org.attune.models.Pretrained;
import org.attune.nn.Parameter;
import org.attune.objective.CrossEntropy;
import org.attune.tensor.DType;
import org.attune.tensor.Functional;
import org.attune.tensor.Functional.Reduction;
import org.attune.tensor.Scope;
import org.attune.tensor.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every head of a tiny BERT against reference/bert_fixtures.py: hidden states, logits, losses and
 * the gradient of every parameter, whole tensors, unpadded and padded on either side.
 */
class BertParityTest {
  private static final float LOGITS = 1e-5f;
  private static final double LOSS = 1e-6;
  private static final double GRADIENT = 1e-4;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "model",
        "model_gelu_new",
        "model_relu",
        "sequence_classification",
        "sequence_classification_multi_label",
        "sequence_classification_regression",
        "masked_lm",
        "next_sentence_prediction",
        "pre_training",
        "token_classification",
        "question_answering"
      })
  void equalsTheReference(String head) throws Exception {
    Path folder = Path.of(getClass().getResource("/golden/bert/" + head).toURI());
    JsonNode losses =
        new ObjectMapper().readTree(folder.resolve("golden.json").toFile()).get("loss");
    try (Checkpoint checkpoint = Checkpoint.open(folder.toString());
        SafetensorsFile golden = SafetensorsFile.open(folder.resolve("golden.safetensors"));
        Model model = Pretrained.load(checkpoint).model()) {
      int cases = 0;
      for (Map.Entry<String, JsonNode> loss : losses.properties()) {
        try (Scope scope = Scope.open()) {
          new Case(head, loss.getKey(), golden, model).check(loss.getValue().asDouble());
        }
        cases++;
      }
      assertThat(cases).isPositive();
    }
  }

  /** One batch of one head. */
  private record Case(String head, String name, SafetensorsFile golden, Model model) {
    void check(double expectedLoss) {
      Map<String, Tensor> outputs = outputs();
      outputs.forEach(this::compare);
      Tensor loss = loss(outputs);
      assertThat(loss.item())
          .as("%s/%s loss", head, name)
          .isCloseTo(expectedLoss, within(LOSS * Math.max(1, Math.abs(expectedLoss))));
      if (golden.names().stream().anyMatch(key -> key.startsWith(name + "/grad/"))) {
        model.clearGrads();
        loss.backward();
        model.namedParameters().forEach(this::compareGradient);
      }
    }

    private Tensor tensor(String key) {
      return golden.tensor(name + "/" + key);
    }

    private Optional<Tensor> optional(String key) {
      return golden.names().contains(name + "/" + key)
          ? Optional.of(tensor(key))
          : Optional.empty();
    }

    private ModelInput input() {
      return ModelInput.of(tensor("input_ids"))
          .withMask(optional("attention_mask"))
          .withTypeIds(optional("token_type_ids"));
    }

    private Map<String, Tensor> outputs() {
      Map<String, Tensor> outputs = new LinkedHashMap<>();
      if (model instanceof BertModel body) {
        List<Tensor> states = body.hiddenStates(input());
        for (int i = 0; i < states.size(); i++) {
          outputs.put("hidden_states." + i, states.get(i));
        }
        outputs.put("last_hidden_state", body.forward(input()));
        outputs.put("pooler_output", body.pool(outputs.get("last_hidden_state")));
      } else if (model instanceof BertForPreTraining both) {
        BertForPreTraining.Logits logits = both.logits(input());
        outputs.put("prediction_logits", logits.predictions());
        outputs.put("seq_relationship_logits", logits.nextSentence());
      } else if (model instanceof BertForQuestionAnswering) {
        Tensor logits = model.forward(input());
        outputs.put("start_logits", logits.select(2, 0));
        outputs.put("end_logits", logits.select(2, 1));
      } else {
        outputs.put("logits", model.forward(input()));
      }
      return outputs;
    }

    private void compare(String key, Tensor actual) {
      Tensor expected = tensor(key);
      Tensor difference = actual.minus(expected.reshape(actual.shape().toArray())).abs();
      // What stands at padding is nobody's result: transformers and we mask it differently.
      boolean perToken = actual.rank() >= 2 && actual.size(1) == tensor("input_ids").size(1);
      if (perToken && optional("attention_mask").isPresent()) {
        Tensor mask = tensor("attention_mask").to(DType.F32);
        difference = difference.times(actual.rank() == 3 ? mask.unsqueeze(2) : mask);
      }
      assertThat((float) difference.max().item())
          .as("%s/%s %s", head, name, key)
          .isLessThan(LOGITS);
    }

    private Tensor loss(Map<String, Tensor> outputs) {
      return switch (head) {
        case "model", "model_gelu_new", "model_relu" -> {
          Tensor hidden = outputs.get("last_hidden_state");
          yield hidden
              .square()
              .sum()
              .div((double) hidden.size(0))
              .plus(outputs.get("pooler_output").sum());
        }
        case "sequence_classification_multi_label" ->
            Functional.binaryCrossEntropyWithLogits(
                outputs.get("logits"), tensor("labels"), Reduction.MEAN);
        case "sequence_classification_regression" ->
            Functional.meanSquaredError(
                outputs.get("logits").reshape(-1), tensor("labels"), Reduction.MEAN);
        case "pre_training" ->
            mean(outputs.get("prediction_logits"), tensor("labels"))
                .plus(mean(outputs.get("seq_relationship_logits"), tensor("next_sentence_label")));
        case "question_answering" ->
            answer(outputs.get("start_logits"), tensor("start_positions"))
                .plus(answer(outputs.get("end_logits"), tensor("end_positions")))
                .div(2);
        default -> mean(outputs.get("logits"), tensor("labels"));
      };
    }

    private static Tensor mean(Tensor logits, Tensor labels) {
      CrossEntropy loss = CrossEntropy.plain();
      return loss.sum(logits, labels).div(loss.weight(labels));
    }

    /** A position outside the row does not count. */
    private static Tensor answer(Tensor logits, Tensor positions) {
      Tensor outside = positions.gt(logits.size(1) - 1.0);
      return mean(logits, positions.maskedFill(outside, CrossEntropy.IGNORE));
    }

    private void compareGradient(String parameterName, Parameter parameter) {
      Optional<Tensor> expected = optional("grad/" + parameterName);
      if (expected.isEmpty()) {
        return; // the second name of a tied parameter
      }
      Tensor actual = parameter.grad().orElseThrow();
      // The bias of a key has no gradient (softmax does not see it), only rounding: below a
      // thousandth, or a ten-thousandth of the model's largest gradient, the error is absolute.
      double floor = Math.max(1e-3, 1e-4 * largestGradient());
      double scale = Math.max(floor, expected.get().abs().max().item());
      assertThat(actual.minus(expected.get()).abs().max().item() / scale)
          .as("%s/%s gradient of %s", head, name, parameterName)
          .isLessThan(GRADIENT);
    }

    private double largestGradient() {
      return golden.names().stream()
          .filter(key -> key.startsWith(name + "/grad/"))
          .mapToDouble(key -> golden.tensor(key).abs().max().item())
          .max()
          .orElseThrow();
    }
  }
}
