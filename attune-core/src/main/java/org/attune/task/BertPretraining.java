package org.attune.task;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.attune.AttuneException;
import org.attune.data.Batch;
import org.attune.data.CorpusTokenizer;
import org.attune.data.Target;
import org.attune.data.TokenFile;
import org.attune.data.noise.MaskedTokens;
import org.attune.data.noise.NextSentences;
import org.attune.data.noise.RowRandom;
import org.attune.metric.Evaluation;
import org.attune.metric.Score;
import org.attune.models.Head;
import org.attune.models.Model;
import org.attune.models.bert.BertForPreTraining;
import org.attune.objective.CrossEntropy;
import org.attune.tensor.Scope;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;
import org.attune.text.Tokenizer;
import org.attune.train.Encoded;
import org.attune.train.Precision;
import org.attune.train.Window;

/**
 * Both of BERT's objectives at once (Devlin et al. 2018): hidden words, and whether a second text
 * goes on where the first ends. The loss is the mean over hidden words plus the mean over rows.
 *
 * <p>Text is a sentence a line with blank lines between documents. Pairs are drawn once, masks anew
 * each epoch.
 */
public final class BertPretraining extends CorpusTask {
  /** [CLS] first [SEP] second [SEP]. */
  private static final int EXTRA = 3;

  private static final double SHORT = 0.1;
  private static final int PAIRS = 0;
  private static final int CUTS = -1;

  private final MaskedTokens masking;
  private final TextFrame special;
  private final NextSentences sentences;
  private long right;
  private long judged;

  private BertPretraining(Tokenizer tokenizer, int maxLength, long seed, MaskedTokens masking) {
    super(tokenizer, Head.PRETRAINING, maxLength, seed);
    this.masking = masking;
    this.special = TextFrame.of(tokenizer);
    this.sentences = new NextSentences(maxLength - EXTRA, SHORT);
  }

  /**
   * Both objectives.
   *
   * @param maxLength tokens of a row, special ones included
   * @param share of tokens to hide
   * @param wholeWords whether words are hidden whole
   */
  public static BertPretraining of(
      Tokenizer tokenizer, int maxLength, long seed, double share, boolean wholeWords) {
    var masking =
        new MaskedTokens(share, wholeWords, TextFrame.mask(tokenizer), tokenizer.vocabularySize());
    return new BertPretraining(tokenizer, maxLength, seed, masking);
  }

  @Override
  CorpusTokenizer.Settings settings() {
    return new CorpusTokenizer.Settings(false, OptionalInt.empty());
  }

  // ---- rows

  @Override
  public Encoded encode(TokenFile text) {
    if (text.documents() < 2) {
      throw new AttuneException(
          "data: the text is one document; next-sentence pairs need several, with a blank line"
              + " between them (documents: blank-line)");
    }
    int[] starts = new int[Math.toIntExact(text.documents() + 1)];
    for (int i = 0; i < starts.length; i++) {
      starts[i] = Math.toIntExact(text.documentStart(i));
    }
    var documents = new NextSentences.Documents(starts, text::lineLength);
    List<NextSentences.Pair> pairs = new ArrayList<>();
    for (int document = 0; document < text.documents(); document++) {
      pairs.addAll(sentences.pairs(documents, document, RowRandom.of(seed(), PAIRS, document)));
    }
    if (pairs.isEmpty()) {
      throw new AttuneException("data: the text gives no pair of sentences");
    }
    return new LanguageRows(
        pairs.size(),
        row -> length(text, pairs.get(row)),
        tokenizer().padId(),
        (row, epoch) -> row(text, pairs.get(row), row, epoch));
  }

  private int length(TokenFile text, NextSentences.Pair pair) {
    long tokens =
        text.lineStart(pair.firstEnd())
            - text.lineStart(pair.first())
            + text.lineStart(pair.secondEnd())
            - text.lineStart(pair.second());
    return (int) Math.min(maxLength(), tokens + EXTRA);
  }

  private LanguageRow row(TokenFile text, NextSentences.Pair pair, int number, int epoch) {
    TokenFile.Tokens first = read(text, pair.first(), pair.firstEnd());
    TokenFile.Tokens second = read(text, pair.second(), pair.secondEnd());
    int[] drop =
        sentences.truncation(
            first.ids().length, second.ids().length, RowRandom.of(seed(), CUTS, number));
    int a = first.ids().length - drop[0] - drop[1];
    int b = second.ids().length - drop[2] - drop[3];
    int[] ids = new int[a + b + EXTRA];
    int[] types = new int[ids.length];
    boolean[] starts = new boolean[ids.length];
    Arrays.fill(starts, true);
    ids[0] = special.begin();
    System.arraycopy(first.ids(), drop[0], ids, 1, a);
    System.arraycopy(first.starts(), drop[0], starts, 1, a);
    ids[a + 1] = special.end();
    System.arraycopy(second.ids(), drop[2], ids, a + 2, b);
    System.arraycopy(second.starts(), drop[2], starts, a + 2, b);
    ids[a + b + 2] = special.end();
    Arrays.fill(types, a + 2, types.length, 1);
    starts[1] = true; // the cut may have left the end of a word
    starts[a + 2] = true;
    var masked =
        masking.mask(
            ids, special.candidates(ids), starts, RowRandom.of(seed(), 1L + epoch, number));
    return new LanguageRow(
        masked.ids(),
        masked.labels(),
        types,
        new int[0],
        new int[0],
        Optional.of(new Target.Single(pair.random() ? 1 : 0)));
  }

  private static TokenFile.Tokens read(TokenFile text, int line, int end) {
    long from = text.lineStart(line);
    return text.read(from, Math.toIntExact(text.lineStart(end) - from));
  }

  // ---- training

  @Override
  public List<String> metrics() {
    return List.of("loss", "perplexity", "accuracy");
  }

  private static BertForPreTraining bert(Model model) {
    return (BertForPreTraining) model;
  }

  /** The sum over hidden words alone; both objectives together only go backward. */
  @Override
  public double backward(Model model, Batch batch, Window window, Precision precision) {
    BertForPreTraining bert = bert(model);
    double rows = window.batches().stream().mapToInt(Batch::rows).sum();
    try (Scope scope = Scope.open()) {
      return precision.run(
          () -> {
            Tensor hidden = bert.hidden(Inference.input(batch)); // [B, T, D]
            // Both heads go back to a stand-in, whose gradient then goes through the body once.
            Tensor stand = hidden.detach().requiresGrad(true);
            double words =
                objective()
                    .backward(
                        bert::transform,
                        bert.outputEmbeddings(),
                        stand,
                        batch.labels(),
                        window.weight());
            Tensor next = nextSentenceLoss(bert, stand, batch).times(window.lossScale() / rows);
            next.backward();
            hidden.backward(stand.grad().orElseThrow());
            return words + next.item();
          });
    }
  }

  private static Tensor nextSentenceLoss(BertForPreTraining bert, Tensor hidden, Batch batch) {
    return CrossEntropy.plain()
        .sum(bert.nextSentence(hidden), Tensors.ofLongs(batch.labelIds(), batch.rows()));
  }

  // ---- evaluation

  /** Loss and perplexity of hidden words, and how often the next sentence is told. */
  @Override
  public Evaluation evaluate(Model model, Encoded data, int batchSize) {
    right = 0;
    judged = 0;
    Evaluation words = super.evaluate(model, data, batchSize);
    Map<String, Score> scores = new LinkedHashMap<>(words.scores());
    double accuracy = (double) right / judged;
    double margin = 1.96 * Math.sqrt(accuracy * (1 - accuracy) / judged);
    scores.put(
        "accuracy",
        new Score(
            "accuracy", accuracy, Math.max(0, accuracy - margin), Math.min(1, accuracy + margin)));
    return new Evaluation(scores, words.examples(), words.undefined(), words.signature());
  }

  @Override
  void observe(Model model, Batch batch, Tensor hidden) {
    long[] told = bert(model).nextSentence(hidden).argmax(1).toLongs();
    for (int r = 0; r < batch.rows(); r++) {
      right += told[r] == batch.labelIds()[r] ? 1 : 0;
    }
    judged += batch.rows();
  }
}
