package org.attune.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.attune.AttuneException;
import org.attune.checkpoint.Checkpoint;
import org.attune.models.EncoderDecoder;
import org.attune.models.Head;
import org.attune.models.Model;
import org.attune.models.ModelInput;
import org.attune.models.Pretrained;
import org.attune.tensor.Autograd;
import org.attune.tensor.Scope;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code attune forward}: the raw outputs for given token ids, to compare with other programs. */
@Command(
    name = "forward",
    mixinStandardHelpOptions = true,
    description = {
      "Runs token ids through a model as its config.json names it, in fp32: rows {\"input_ids\": [..],",
      "\"attention_mask\": [..], \"token_type_ids\": [..]} in, {\"logits\": ..} or",
      "{\"last_hidden_state\": ..} out. A model with a decoder also takes \"decoder_input_ids\" and",
      "\"decoder_attention_mask\", and what comes out is the decoder's."
    },
    footer = {
      "",
      "Example:",
      "  attune forward builtin:all-minilm-l6-v2 --input ids.jsonl --output states.jsonl"
    })
final class ForwardCommand implements Callable<Integer> {
  private static final String DECODER_IDS = "decoder_input_ids";

  @Mixin private RowFiles files;

  @Override
  public Integer call() {
    try (Checkpoint checkpoint = Checkpoint.open(files.model());
        Model model = Pretrained.load(checkpoint).model()) {
      boolean bare = model.head() == Head.NONE || model.head() == Head.ENCODER;
      String key = bare ? "last_hidden_state" : "logits";
      files.map(chunk -> chunk.stream().map(row -> Map.of(key, forward(model, row))).toList());
      return 0;
    }
  }

  private static Object forward(Model model, JsonLines.Row row) {
    try (Scope scope = Scope.open()) {
      ModelInput input = input(model, row);
      Tensor result = Autograd.noGrad(() -> model.forward(input));
      return nested(result.toFloats(), result.shape().toArray(), 1, 0);
    } catch (AttuneException e) {
      String message = e.getMessage();
      throw message.startsWith(row.where())
          ? e
          : new AttuneException(row.where() + ": " + message, e);
    }
  }

  private static ModelInput input(Model model, JsonLines.Row row) {
    long[] ids = ids(model, row, "input_ids");
    int types = model.config().optionalInt("type_vocab_size", 1, 1 << 16).orElse(2);
    ModelInput input =
        ModelInput.of(Tensors.ofLongs(ids, 1, ids.length))
            .withMask(optional(row, "attention_mask", "input_ids", ids.length, 1))
            .withTypeIds(optional(row, "token_type_ids", "input_ids", ids.length, types - 1));
    if (!row.value().has(DECODER_IDS)) {
      return input;
    }
    if (!(model instanceof EncoderDecoder)) {
      throw new AttuneException(
          row.where()
              + ": '"
              + DECODER_IDS
              + "' is given, but "
              + String.join(", ", model.config().strings("architectures"))
              + " has no decoder that reads them; leave it out");
    }
    long[] decoderIds = ids(model, row, DECODER_IDS);
    return input.withDecoder(
        Tensors.ofLongs(decoderIds, 1, decoderIds.length),
        optional(row, "decoder_attention_mask", DECODER_IDS, decoderIds.length, 1));
  }

  private static long[] ids(Model model, JsonLines.Row row, String field) {
    long[] ids = numbers(row, field, 0, model.vocabularySize() - 1);
    if (ids.length == 0) {
      throw new AttuneException(row.where() + ": '" + field + "' is missing or empty");
    }
    if (ids.length > model.maxLength()) {
      throw new AttuneException(
          row.where()
              + ": '"
              + field
              + "' has "
              + ids.length
              + " numbers, the model has positions for "
              + model.maxLength());
    }
    return ids;
  }

  private static Optional<Tensor> optional(
      JsonLines.Row row, String field, String of, int length, long max) {
    if (!row.value().has(field)) {
      return Optional.empty();
    }
    long[] values = numbers(row, field, 0, max);
    if (values.length != length) {
      throw new AttuneException(
          row.where()
              + ": '"
              + field
              + "' has "
              + values.length
              + " numbers, "
              + of
              + " "
              + length);
    }
    return Optional.of(Tensors.ofLongs(values, 1, length));
  }

  private static long[] numbers(JsonLines.Row row, String field, long min, long max) {
    JsonNode list = row.value().path(field);
    long[] values = new long[list.size()];
    for (int i = 0; i < values.length; i++) {
      JsonNode number = list.get(i);
      if (!number.isIntegralNumber() || number.asLong() < min || number.asLong() > max) {
        throw new AttuneException(
            row.where()
                + ": '"
                + field
                + "' has "
                + number
                + " at place "
                + i
                + ", expected a whole number from "
                + min
                + " to "
                + max);
      }
      values[i] = number.asLong();
    }
    return values;
  }

  /** Row-major elements as lists in lists, from one dimension on (the batch of one is left out). */
  private static Object nested(float[] flat, long[] dims, int from, int start) {
    if (from == dims.length) {
      return flat[start];
    }
    int stride = 1;
    for (int d = from + 1; d < dims.length; d++) {
      stride *= (int) dims[d];
    }
    List<Object> list = new ArrayList<>();
    for (int i = 0; i < dims[from]; i++) {
      list.add(nested(flat, dims, from + 1, start + i * stride));
    }
    return list;
  }
}
