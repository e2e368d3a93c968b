package org.attune.recipe;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.attune.UsageException;
import org.attune.data.ChatSource;
import org.attune.data.Mixing;
import org.attune.data.PromptSource;
import org.attune.data.TextSource;
import org.attune.optim.OptimizerSettings;
import org.attune.optim.Schedule;
import org.attune.task.Packing;
import org.attune.train.Precision;

/**
 * One job of language modelling: pre-training, continued pre-training, or learning to answer. The
 * same job in YAML has these names in snake case.
 *
 * @param task what the model learns to do
 * @param seed of masks, pairs, the order of rows, dropout and new weights
 * @param model what to start from
 * @param data what to learn from and to judge by
 * @param objective what is done to the text
 * @param train how long and in which steps
 * @param optimizer how gradients change weights
 * @param schedule the learning rate over the run
 * @param output folder for the model, metrics.json, run.json and README.md
 */
record LanguageRecipe(
    Task task,
    long seed,
    ModelPart model,
    DataPart data,
    Objective objective,
    Recipe.TrainPart train,
    OptimizerSettings optimizer,
    Schedule schedule,
    Path output)
    implements TrainingParts {
  @Override
  public Precision precision() {
    return model.precision();
  }

  LanguageRecipe {
    if (train.keepBest().isPresent() && !data.hasValidation()) {
      throw new UsageException(
          "'train.keep_best' needs 'data.validation': text to judge by, or a share such as 0.1");
    }
    if (data.mixing().isPresent()
        && train.techniques().stream().anyMatch(CurriculumPart.class::isInstance)) {
      throw new UsageException(
          "'data.mixing' and 'train.techniques.curriculum' both order the rows; take one");
    }
    boolean prompts = !data.train().prompts().isEmpty();
    if (!data.train().chats().isEmpty() && task != Task.CAUSAL_LM) {
      throw new UsageException(
          "'data.train' has 'messages', which task "
              + task.configName()
              + " does not read; chats are for causal-lm");
    }
    if (task == Task.TEXT_TO_TEXT && !prompts) {
      throw new UsageException("'data.train' needs 'prompt' and 'answer' for task text-to-text");
    }
    if (prompts && task != Task.TEXT_TO_TEXT && task != Task.CAUSAL_LM) {
      throw new UsageException(
          "'data.train' has 'prompt', which task "
              + task.configName()
              + " does not read; it takes running text: path and text");
    }
  }

  /** What a model can be trained for. */
  enum Task {
    /** Hidden words. */
    MASKED_LM("masked-lm", "fill-mask"),
    /** The next token: running text, or answers to prompts. */
    CAUSAL_LM("causal-lm", "text-generation"),
    /** Answers to prompts, with an encoder and a decoder. */
    TEXT_TO_TEXT("text-to-text", "text2text-generation"),
    /** Hidden words and next sentences. */
    PRETRAINING("pretraining", "fill-mask"),
    /** Text from a damaged copy. */
    DENOISING("denoising", "text2text-generation");

    private final String configName;
    private final String pipeline;

    Task(String configName, String pipeline) {
      this.configName = configName;
      this.pipeline = pipeline;
    }

    String configName() {
      return configName;
    }

    /** The Hub's name for what the model does. */
    String pipeline() {
      return pipeline;
    }

    static Optional<Task> of(String name) {
      return Arrays.stream(values()).filter(task -> task.configName.equals(name)).findFirst();
    }
  }

  /**
   * What to start from.
   *
   * @param checkpoint a folder, {@code builtin:NAME} or a hub's name; empty to start at random
   * @param config then: the keys of config.json
   * @param tokenizer folder of a tokenizer; the checkpoint's own where not given
   * @param precision of the forward pass in training
   * @param dropout instead of every dropout probability in config.json
   */
  record ModelPart(
      Optional<String> checkpoint,
      Map<String, Object> config,
      Optional<String> tokenizer,
      Precision precision,
      Optional<Double> dropout) {
    ModelPart {
      config = Map.copyOf(config);
      if (checkpoint.isPresent() != config.isEmpty()) {
        throw new UsageException(
            "'model' needs either 'checkpoint' to go on from, or 'config' and 'tokenizer' to start"
                + " from random weights");
      }
      if (checkpoint.isEmpty() && tokenizer.isEmpty()) {
        throw new UsageException(
            "'model.tokenizer' is missing: the folder of the tokenizer that a new model shall use");
      }
    }
  }

  /** Running text, prompts and answers, or chats: two of them are empty. */
  record Sources(List<TextSource> texts, List<PromptSource> prompts, List<ChatSource> chats) {
    Sources {
      texts = List.copyOf(texts);
      prompts = List.copyOf(prompts);
      chats = List.copyOf(chats);
      if (Stream.of(texts, prompts, chats).filter(list -> !list.isEmpty()).count() > 1) {
        throw new UsageException(
            "some sources have 'prompt' or 'messages' and others do not; give all the same");
      }
    }

    /** Whether rows are read whole, with answers to learn, rather than streamed as text. */
    boolean areAnswers() {
      return texts.isEmpty();
    }

    /** Its files. */
    List<String> paths() {
      return Stream.of(
              texts.stream().map(TextSource::path),
              prompts.stream().map(PromptSource::path),
              chats.stream().map(ChatSource::path))
          .flatMap(paths -> paths)
          .toList();
    }
  }

  /**
   * What to learn from and to judge by.
   *
   * @param train text to learn from
   * @param validation text to choose by, if it is a source of its own
   * @param validationShare of the training rows, where it is not; 0 for none
   * @param test text to report on, once, at the end
   * @param maxLength tokens of a row
   * @param maxTargetLength most tokens of an answer
   * @param packing how documents are laid into rows
   * @param mixing how often each source of the training rows comes up; empty for each row once a
   *     pass
   */
  record DataPart(
      Sources train,
      Optional<Sources> validation,
      double validationShare,
      Optional<Sources> test,
      int maxLength,
      int maxTargetLength,
      Packing packing,
      Optional<Mixing> mixing) {
    DataPart {
      if (mixing.isPresent() && !train.areAnswers()) {
        throw new UsageException(
            "'data.mixing' is for sources with prompts or messages; running text has no rows of its"
                + " own");
      }
      if (mixing.isPresent() && validationShare > 0) {
        throw new UsageException(
            "'data.mixing' needs a 'data.validation' of its own: a share would be held back from all"
                + " sources together");
      }
    }

    boolean hasValidation() {
      return validation.isPresent() || validationShare > 0;
    }
  }

  /**
   * What is done to the text; which numbers count depends on the task.
   *
   * @param kind masking, spans or infilling
   * @param share of tokens or words that are hidden
   * @param meanSpan mean length of a span
   * @param wholeWords whether words are masked whole
   * @param permutation share of sentences put in another order
   * @param deletion probability that a token is deleted
   * @param rotation probability that a row is rotated
   */
  record Objective(
      Kind kind,
      double share,
      double meanSpan,
      boolean wholeWords,
      double permutation,
      double deletion,
      double rotation) {
    /** The published procedures. */
    enum Kind {
      /** BERT's. */
      MASKING,
      /** T5's. */
      SPANS,
      /** BART's. */
      INFILLING
    }

    static Objective masking() {
      return new Objective(Kind.MASKING, 0.15, 3, false, 0, 0, 0);
    }
  }
}
