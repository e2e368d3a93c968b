package org.attune.task;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.attune.AttuneException;
import org.attune.data.Batch;
import org.attune.data.CorpusTokenizer;
import org.attune.data.Dataset;
import org.attune.data.Example;
import org.attune.data.Target;
import org.attune.data.TokenFile;
import org.attune.models.Head;
import org.attune.text.ChatTemplate;
import org.attune.text.Encoding;
import org.attune.text.Tokenizer;
import org.attune.train.Encoded;

/**
 * Foresees each token from those before it: running text in full rows as GPT-2's; or prompts and
 * answers, or chats, of which only the answers are asked for.
 */
public final class CausalLanguageModeling extends CorpusTask {
  private final Packing packing;
  private final int endId;

  private CausalLanguageModeling(
      Tokenizer tokenizer, int maxLength, long seed, Packing packing, int endId) {
    super(tokenizer, Head.CAUSAL_LM, maxLength, seed);
    this.packing = packing;
    this.endId = endId;
  }

  /** Full rows, texts one after the other. */
  public static CausalLanguageModeling of(Tokenizer tokenizer, int maxLength) {
    return of(tokenizer, maxLength, Packing.CONCATENATE);
  }

  /**
   * Rows of text.
   *
   * @param maxLength tokens of a row
   * @throws AttuneException when the tokenizer has no end token to put between texts
   */
  public static CausalLanguageModeling of(Tokenizer tokenizer, int maxLength, Packing packing) {
    int end = required(tokenizer.eosId(), "eos (end)", "causal language modelling");
    return new CausalLanguageModeling(tokenizer, maxLength, 0, packing, end);
  }

  @Override
  CorpusTokenizer.Settings settings() {
    return new CorpusTokenizer.Settings(true, OptionalInt.of(endId));
  }

  @Override
  public Encoded encode(TokenFile text) {
    return packing == Packing.NONE
        ? documents(text, maxLength(), 0, this::row)
        : blocks(text, maxLength(), maxLength(), this::row);
  }

  private LanguageRow row(TokenFile.Tokens text, int number, int epoch) {
    long[] labels = LanguageRow.shifted(text.ids());
    if (packing != Packing.SEPARATE) {
      return LanguageRow.of(text.ids(), labels);
    }
    for (int i = 0; i < labels.length; i++) {
      if (text.ids()[i] == endId) {
        labels[i] = Batch.IGNORE; // what comes next is another text, and does not follow
      }
    }
    return LanguageRow.of(text.ids(), labels).separatedBy(endId);
  }

  // ---- prompts and answers

  /** Texts alone become running text; of prompts with answers and of chats, answers are learned. */
  @Override
  public Encoded encode(Dataset data) {
    return switch (data.kind()) {
      case TEXT -> answers(data, data.examples().stream().parallel().map(this::answered).toList());
      case CHAT -> answers(data, chats(data));
      default -> super.encode(data);
    };
  }

  private Encoded answers(Dataset data, List<LanguageRow> rows) {
    boolean asked =
        rows.stream()
            .anyMatch(row -> Arrays.stream(row.labels()).anyMatch(id -> id != Batch.IGNORE));
    if (!asked) {
      throw new AttuneException(
          "data: "
              + data.name()
              + ": every prompt alone fills max_length "
              + maxLength()
              + ", so no answer is left to learn; raise max_length");
    }
    return new LanguageRows(
        rows.size(),
        row -> rows.get(row).ids().length,
        tokenizer().padId(),
        (row, epoch) -> rows.get(row));
  }

  /**
   * Prompt and answer are tokenized as one text, as they are when the model writes; a token that
   * reaches into the answer belongs to it.
   */
  private LanguageRow answered(Example example) {
    String answer = ((Target.Text) example.target()).value();
    int boundary = example.text().length();
    Encoding whole = tokenizer().truncateTo(Integer.MAX_VALUE).encode(example.text() + answer);
    int length = whole.length();
    while (length > 0 && whole.sequenceIds()[length - 1] < 0) {
      length--; // an end token of the template; one is put below, whatever the template does
    }
    int[] ids = Arrays.copyOf(whole.ids(), length + 1);
    ids[length] = endId;
    int[] cut = Arrays.copyOf(ids, Math.min(ids.length, maxLength()));
    long[] labels = LanguageRow.shifted(cut);
    for (int i = 0; i + 1 < cut.length; i++) {
      boolean special = i + 1 < length && whole.sequenceIds()[i + 1] < 0;
      boolean prompt = i + 1 < length && whole.ends()[i + 1] <= boundary;
      if (special || prompt) {
        labels[i] = Batch.IGNORE;
      }
    }
    return LanguageRow.of(cut, labels);
  }

  // ---- chats

  private List<LanguageRow> chats(Dataset data) {
    ChatTemplate template =
        tokenizer()
            .chatTemplate()
            .orElseThrow(
                () ->
                    new AttuneException(
                        "task: the tokenizer has no chat template; put one into its folder as"
                            + " chat_template.jinja, or into tokenizer_config.json"));
    return IntStream.range(0, data.size())
        .parallel()
        .mapToObj(row -> chat(template, data, row))
        .toList();
  }

  private LanguageRow chat(ChatTemplate template, Dataset data, int row) {
    Target.Chat chat = (Target.Chat) data.get(row).target();
    try {
      return chat(template.renderAnswers(ChatTemplate.Chat.ofMaps(chat.messages())));
    } catch (AttuneException e) {
      throw new AttuneException(
          "data: " + data.name() + " row " + (row + 1) + ": " + e.getMessage(), e);
    }
  }

  /**
   * The chat as its template writes it, special tokens and all. A token that reaches into an answer
   * is learned, one that reaches beyond it is not.
   */
  private LanguageRow chat(ChatTemplate.Rendered chat) {
    Encoding whole = tokenizer().truncateTo(Integer.MAX_VALUE).encodeBare(chat.text());
    int[] ids = Arrays.copyOf(whole.ids(), Math.min(whole.length(), maxLength()));
    long[] labels = LanguageRow.shifted(ids);
    int answer = 0; // the first that does not end before the token at hand
    for (int i = 0; i + 1 < ids.length; i++) {
      int start = whole.starts()[i + 1];
      int end = whole.ends()[i + 1];
      while (answer < chat.assistant().size() && chat.assistant().get(answer).end() <= start) {
        answer++;
      }
      boolean learned =
          answer < chat.assistant().size()
              && end > chat.assistant().get(answer).start()
              && end <= chat.assistant().get(answer).end();
      if (!learned) {
        labels[i] = Batch.IGNORE;
      }
    }
    return LanguageRow.of(ids, labels);
  }
}
