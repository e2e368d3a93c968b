package org.attune.cli;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.attune.data.Batch;
import org.attune.data.Dataset;
import org.attune.data.Target;
import org.attune.metric.Evaluation;
import org.attune.models.LanguageModel;
import org.attune.models.Model;
import org.attune.models.ModelInput;
import org.attune.nn.ActivationCount;
import org.attune.nn.OutputEmbeddings;
import org.attune.objective.ChunkedCrossEntropy;
import org.attune.objective.CrossEntropy;
import org.attune.tensor.Rng;
import org.attune.tensor.Scope;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;
import org.attune.train.Encoded;
import org.attune.train.Precision;
import org.attune.train.TrainTask;
import org.attune.train.Window;

/**
 * Random rows of one length to measure steps with: a label a row for a classifier, the row itself
 * for a language model.
 *
 * @param independent whether a batch may go through the model in parts
 */
record RandomRows(int rows, int length, int vocabulary, boolean independent)
    implements TrainTask<Model> {
  private static final ChunkedCrossEntropy WORDS = ChunkedCrossEntropy.ofDefaultSize();
  private static final int CLASSES = 2;

  @Override
  public boolean rowsAreIndependent() {
    return independent;
  }

  @Override
  public Encoded encode(Dataset data) {
    return encoded(rows, length, vocabulary);
  }

  static Encoded encoded(int rows, int length, int vocabulary) {
    var rng = new Rng(42);
    return new Encoded() {
      @Override
      public int size() {
        return rows;
      }

      @Override
      public int length(int row) {
        return length;
      }

      @Override
      public Batch batch(int[] index) {
        List<int[]> ids =
            Arrays.stream(index)
                .mapToObj(
                    row ->
                        IntStream.range(0, length)
                            .map(place -> 1 + rng.nextInt(vocabulary - 1, row, 0, place))
                            .toArray())
                .toList();
        List<Target> targets =
            Arrays.stream(index).<Target>mapToObj(row -> new Target.Single(row % CLASSES)).toList();
        return Batch.ofIds(ids, targets, 0, index);
      }
    };
  }

  private static ModelInput input(Batch batch) {
    Tensor ids = Tensors.ofLongs(batch.inputIds(), batch.rows(), batch.length());
    return ModelInput.of(ids).withDecoder(ids, Optional.empty());
  }

  @Override
  public Tensor loss(Model model, Batch batch) {
    return CrossEntropy.plain()
        .sum(
            model.forward(input(batch).withMask(Optional.of(mask(batch)))),
            Tensors.ofLongs(batch.labelIds(), batch.rows()));
  }

  private static Tensor mask(Batch batch) {
    return Tensors.ofLongs(batch.attentionMask(), batch.rows(), batch.length());
  }

  @Override
  public double backward(Model model, Batch batch, Window window, Precision precision) {
    if (!(model instanceof LanguageModel language)) {
      return TrainTask.super.backward(model, batch, window, precision);
    }
    try (Scope scope = Scope.open()) {
      return precision.run(
          () ->
              WORDS.backward(
                  language::transform,
                  language.outputEmbeddings(),
                  language.hidden(input(batch)),
                  batch.inputIds(),
                  window.weight()));
    }
  }

  @Override
  public Optional<ActivationCount> activations(
      Model model, long count, long tokens, long decoderTokens) {
    ActivationCount body = model.activations(count, tokens, decoderTokens);
    if (!(model instanceof LanguageModel language)) {
      return Optional.of(body);
    }
    OutputEmbeddings output = language.outputEmbeddings();
    return Optional.of(
        body.plus(WORDS.numbers(count * tokens, output.vocabularySize(), output.weight().size(1))));
  }

  @Override
  public double weight(Batch batch) {
    return batch.rows();
  }

  @Override
  public Evaluation evaluate(Model model, Encoded data, int batchSize) {
    return new Evaluation(Map.of(), data.size());
  }
}
