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
      "\"decoder_attention_mask\", and what comes out is the decoder's. A multiple choice model takes a",
      "list of numbers for each choice, all of one length."
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
    try (Checkpoint checkpoint = Checkpoint.open(files.model())) {
      Pretrained.Loaded loaded = Pretrained.load(checkpoint);
      loaded.report().remarks().forEach(remark -> System.err.println("attune: " + remark));
      return run(loaded.model());
    }
  }

  private int run(Model loaded) {
    try (Model model = loaded) {
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
    Tensor ids = ids(model, row, "input_ids");
    int types = model.config().optionalInt("type_vocab_size", 1, 1 << 16).orElse(2);
    ModelInput input =
        ModelInput.of(ids)
            .withMask(optional(row, "attention_mask", "input_ids", ids, 1))
            .withTypeIds(optional(row, "token_type_ids", "input_ids", ids, types - 1));
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
    Tensor decoderIds = ids(model, row, DECODER_IDS);
    return input.withDecoder(
        decoderIds, optional(row, "decoder_attention_mask", DECODER_IDS, decoderIds, 1));
  }

  /** [1, T], or [1, C, T] of a multiple choice model. */
  private static Tensor ids(Model model, JsonLines.Row row, String field) {
    int depth = model.head() == Head.MULTIPLE_CHOICE ? 2 : 1;
    JsonNode list = row.value().path(field);
    boolean emptyChoice = depth == 2 && list.path(0).isArray() && list.path(0).isEmpty();
    if (list.isEmpty() || emptyChoice) {
      throw new AttuneException(row.where() + ": '" + field + "' is missing or empty");
    }
    Tensor ids = tensor(row, field, depth, model.vocabularySize() - 1L);
    long length = ids.size(depth);
    if (length > model.maxLength()) {
      throw new AttuneException(
          row.where()
              + ": '"
              + field
              + "' has "
              + length
              + " numbers, the model has positions for "
              + model.maxLength());
    }
    return ids;
  }

  private static Optional<Tensor> optional(
      JsonLines.Row row, String field, String of, Tensor ids, long max) {
    if (!row.value().has(field)) {
      return Optional.empty();
    }
    int depth = ids.rank() - 1;
    long count = count(row.value().path(field), depth);
    if (count != ids.numel()) {
      throw new AttuneException(
          row.where() + ": '" + field + "' has " + count + " numbers, " + of + " " + ids.numel());
    }
    return Optional.of(tensor(row, field, depth, max));
  }

  private static long count(JsonNode list, int depth) {
    long count = 0;
    for (JsonNode item : list) {
      count += depth == 2 ? item.size() : 1;
    }
    return count;
  }

  /**
   * A field's numbers.
   *
   * @param depth 1 for a list, 2 for a list of lists of one length
   * @return [1, T] or [1, C, T]
   */
  private static Tensor tensor(JsonLines.Row row, String field, int depth, long max) {
    JsonNode list = row.value().path(field);
    if (depth == 1) {
      long[] values = numbers(row, field, list, max);
      return Tensors.ofLongs(values, 1, values.length);
    }
    int length = list.path(0).size(); // T
    long[] all = new long[list.size() * length];
    for (int choice = 0; choice < list.size(); choice++) {
      if (!list.get(choice).isArray() || list.get(choice).size() != length) {
        throw new AttuneException(
            row.where()
                + ": '"
                + field
                + "' has "
                + list.get(choice)
                + " as choice "
                + choice
                + ", expected for each choice a list of as many numbers; pad them to one length and"
                + " give attention_mask");
      }
      long[] values = numbers(row, field, list.get(choice), max);
      System.arraycopy(values, 0, all, choice * length, length);
    }
    return Tensors.ofLongs(all, 1, list.size(), length);
  }

  private static long[] numbers(JsonLines.Row row, String field, JsonNode list, long max) {
    long[] values = new long[list.size()];
    for (int i = 0; i < values.length; i++) {
      JsonNode number = list.get(i);
      if (!number.isIntegralNumber() || number.asLong() < 0 || number.asLong() > max) {
        throw new AttuneException(
            row.where()
                + ": '"
                + field
                + "' has "
                + number
                + " at place "
                + i
                + ", expected a whole number from 0 to "
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
