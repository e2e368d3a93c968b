package org.attune.task;

import java.util.List;
import org.attune.AttuneException;
import org.attune.checkpoint.ConfigJson;
import org.attune.data.Dataset;
import org.attune.data.Example;
import org.attune.data.Target;
import org.attune.models.Head;
import org.attune.text.Tokenizer;
import org.attune.train.Encoded;

/**
 * From text to text with an encoder and a decoder (Raffel et al. 2020): what is asked stands in the
 * text, as {@code translate English to German: ..}, so that one model learns many jobs at once.
 */
public final class TextToText extends LanguageModelTask {
  private final int maxLength;
  private final int maxTargetLength;
  private final int startId;

  private TextToText(Tokenizer tokenizer, int maxLength, int maxTargetLength, int startId) {
    super(tokenizer, Head.CONDITIONAL_GENERATION);
    this.maxLength = maxLength;
    this.maxTargetLength = maxTargetLength;
    this.startId = startId;
  }

  /**
   * Rows of prompts and answers.
   *
   * @param config the model's: it names the token that the decoder starts from
   * @param maxLength most tokens of a prompt; longer ones are cut
   * @param maxTargetLength most tokens of an answer
   */
  public static TextToText of(
      Tokenizer tokenizer, ConfigJson config, int maxLength, int maxTargetLength) {
    return new TextToText(tokenizer, maxLength, maxTargetLength, startId(config));
  }

  /** The token a decoder reads first. */
  static int startId(ConfigJson config) {
    return config
        .optionalInt("decoder_start_token_id", 0, Integer.MAX_VALUE)
        .orElseThrow(
            () ->
                new AttuneException(
                    "config: decoder_start_token_id is missing; it is the pad token for T5, the end"
                        + " token for BART [config.json]"));
  }

  /**
   * Token ids of all rows.
   *
   * @throws AttuneException when rows have no answers
   */
  @Override
  public Encoded encode(Dataset data) {
    TaskChecks.targets(data, Target.Kind.TEXT);
    List<LanguageRow> rows = data.examples().stream().parallel().map(this::row).toList();
    return new LanguageRows(
        rows.size(),
        row -> rows.get(row).ids().length,
        tokenizer().padId(),
        (row, epoch) -> rows.get(row));
  }

  private LanguageRow row(Example example) {
    String answer = ((Target.Text) example.target()).value();
    return LanguageRow.pair(
        tokenizer().truncateTo(maxLength).encode(example.text()).ids(),
        tokenizer().truncateTo(maxTargetLength).encode(answer).ids(),
        startId);
  }
}
