package org.attune.recipe;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.attune.checkpoint.Checkpoint;
import org.attune.checkpoint.ConfigJson;
import org.attune.data.Batch;
import org.attune.data.ChatReader;
import org.attune.data.Dataset;
import org.attune.data.Labels;
import org.attune.data.MixingSampler;
import org.attune.data.PromptReader;
import org.attune.data.Split;
import org.attune.data.TokenFile;
import org.attune.metric.Evaluation;
import org.attune.models.Families;
import org.attune.models.Model;
import org.attune.models.Pretrained;
import org.attune.task.BertPretraining;
import org.attune.task.CausalLanguageModeling;
import org.attune.task.CorpusTask;
import org.attune.task.Denoising;
import org.attune.task.LanguageModelTask;
import org.attune.task.MaskedLanguageModeling;
import org.attune.task.TextToText;
import org.attune.text.Tokenizer;
import org.attune.train.Encoded;
import org.attune.train.TrainReport;
import org.attune.train.Trainer;

/** Does what a recipe of language modelling says: reads, trains, judges, saves. */
final class LanguageRunner extends TrainingJob {
  private static final int EVALUATION_BATCH = 16;

  private final LanguageRecipe recipe;

  LanguageRunner(LanguageRecipe recipe) {
    this.recipe = recipe;
  }

  LanguageRecipe recipe() {
    return recipe;
  }

  /**
   * Rows and what is written about them.
   *
   * @param facts for run.json
   * @param sha256 of the text
   * @param sizes rows of each source
   */
  record Rows(Encoded rows, Map<String, Object> facts, String sha256, List<Integer> sizes) {
    Rows {
      sizes = List.copyOf(sizes);
    }
  }

  /** What a recipe's parts became. */
  record Materials(Rows train, Optional<Rows> validation, Optional<Rows> test) {}

  @Override
  public Runner.Result run() {
    List<TokenFile> files = new ArrayList<>();
    try (var base = new Base(recipe.model())) {
      base.tokenizer().warnings().forEach(notes());
      LanguageModelTask task = task(base);
      try (OutputFolder output = OutputFolder.open(recipe.output());
          Model model = model(base, task)) {
        Runner.precisionRisk(recipe.model().precision(), model).ifPresent(notes());
        return train(base, task, model, materials(task, files));
      }
    } finally {
      files.forEach(TokenFile::close);
    }
  }

  // ---- the model

  /** What the run starts from: a checkpoint, or a config and a tokenizer. */
  static final class Base implements AutoCloseable {
    private final Optional<Checkpoint> checkpoint;
    private final Tokenizer tokenizer;
    private final ConfigJson config;

    Base(LanguageRecipe.ModelPart part) {
      checkpoint = part.checkpoint().map(Checkpoint::open);
      tokenizer =
          part.tokenizer()
              .map(folder -> Tokenizer.load(Path.of(folder)))
              .orElseGet(() -> checkpoint.orElseThrow().tokenizer());
      ConfigJson start =
          checkpoint.map(Checkpoint::config).orElseGet(() -> fresh(part.config(), tokenizer));
      config =
          part.dropout()
              .map(dropout -> Families.of(start).withDropout(start, dropout))
              .orElse(start);
    }

    Optional<Checkpoint> checkpoint() {
      return checkpoint;
    }

    Tokenizer tokenizer() {
      return tokenizer;
    }

    ConfigJson config() {
      return config;
    }

    /** What the recipe leaves out and the tokenizer knows. */
    private static ConfigJson fresh(Map<String, Object> keys, Tokenizer tokenizer) {
      ConfigJson config = ConfigJson.parse("{}");
      Map<String, Object> all = new LinkedHashMap<>();
      all.put("vocab_size", tokenizer.vocabularySize());
      tokenizer.bosId().ifPresent(id -> all.put("bos_token_id", id));
      tokenizer.eosId().ifPresent(id -> all.put("eos_token_id", id));
      if (tokenizer.hasPad()) {
        all.put("pad_token_id", tokenizer.padId());
      }
      all.putAll(keys);
      for (Map.Entry<String, Object> entry : all.entrySet()) {
        config = config.with(entry.getKey(), entry.getValue());
      }
      return config;
    }

    @Override
    public void close() {
      checkpoint.ifPresent(Checkpoint::close);
    }
  }

  private LanguageModelTask task(Base base) {
    LanguageRecipe.DataPart data = recipe.data();
    LanguageRecipe.Objective noise = recipe.objective();
    Tokenizer tokenizer = base.tokenizer();
    long seed = recipe.seed();
    return switch (recipe.task()) {
      case MASKED_LM ->
          MaskedLanguageModeling.of(
              tokenizer, data.maxLength(), seed, noise.share(), noise.wholeWords(), data.packing());
      case CAUSAL_LM -> CausalLanguageModeling.of(tokenizer, data.maxLength(), data.packing());
      case TEXT_TO_TEXT ->
          TextToText.of(tokenizer, base.config(), data.maxLength(), data.maxTargetLength());
      case PRETRAINING ->
          BertPretraining.of(tokenizer, data.maxLength(), seed, noise.share(), noise.wholeWords());
      case DENOISING ->
          noise.kind() == LanguageRecipe.Objective.Kind.SPANS
              ? Denoising.spans(
                  tokenizer, base.config(), data.maxLength(), seed, noise.share(), noise.meanSpan())
              : Denoising.text(
                  tokenizer,
                  base.config(),
                  data.maxLength(),
                  seed,
                  noise.share(),
                  noise.meanSpan(),
                  noise.permutation(),
                  noise.deletion(),
                  noise.rotation());
    };
  }

  private Model model(Base base, LanguageModelTask task) {
    if (base.checkpoint().isEmpty()) {
      return task.create(base.config(), recipe.seed());
    }
    Pretrained.Loaded loaded = task.load(base.checkpoint().get(), base.config(), recipe.seed());
    loaded.report().remarks().forEach(notes());
    return loaded.model();
  }

  // ---- the data

  private Materials materials(LanguageModelTask task, List<TokenFile> files) {
    LanguageRecipe.DataPart data = recipe.data();
    Optional<Rows> test = data.test().map(sources -> rows(task, sources, files));
    if (data.validationShare() > 0 && data.train().areAnswers()) {
      Split split = joined(answers(data.train())).split(1 - data.validationShare(), recipe.seed());
      return new Materials(
          rows(task, split.train(), List.of()),
          Optional.of(rows(task, split.validation(), List.of())),
          test);
    }
    Rows train = rows(task, data.train(), files);
    if (data.validationShare() > 0) {
      int size = train.rows().size();
      int held = (int) Math.max(1, Math.min(size - 1, Math.round(size * data.validationShare())));
      return new Materials(
          part(train, 0, size - held), Optional.of(part(train, size - held, size)), test);
    }
    return new Materials(train, data.validation().map(s -> rows(task, s, files)), test);
  }

  private Rows rows(LanguageModelTask task, LanguageRecipe.Sources sources, List<TokenFile> files) {
    if (sources.areAnswers()) {
      List<Dataset> parts = answers(sources);
      return rows(task, joined(parts), parts.stream().map(Dataset::size).toList());
    }
    CorpusTask corpus = (CorpusTask) task;
    TokenFile file = corpus.read(sources.texts(), recipe.output());
    files.add(file);
    Encoded rows = corpus.encode(file);
    notes()
        .accept(
            String.format(
                "%s: %,d tokens, %,d documents, %,d rows",
                String.join(", ", sources.paths()), file.size(), file.documents(), rows.size()));
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("tokens", file.size());
    facts.put("documents", file.documents());
    facts.put("rows", rows.size());
    facts.put("sha256", file.sha256());
    return new Rows(rows, facts, file.sha256(), List.of(rows.size()));
  }

  /** The rows of each source. */
  private static List<Dataset> answers(LanguageRecipe.Sources sources) {
    return sources.chats().isEmpty()
        ? sources.prompts().stream().map(source -> PromptReader.read(List.of(source))).toList()
        : sources.chats().stream().map(source -> ChatReader.read(List.of(source))).toList();
  }

  /** One set after the other. */
  private static Dataset joined(List<Dataset> parts) {
    return Dataset.of(
        parts.stream().map(Dataset::name).collect(Collectors.joining(", ")),
        parts.stream().flatMap(part -> part.examples().stream()).toList(),
        Labels.of(List.of()));
  }

  private static Rows rows(LanguageModelTask task, Dataset data, List<Integer> sizes) {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("rows", data.size());
    facts.put("sha256", data.sha256());
    return new Rows(task.encode(data), facts, data.sha256(), sizes);
  }

  /** The rows from one to before another: neighbours, so that no text is on both sides. */
  private static Rows part(Rows whole, int from, int to) {
    Encoded rows =
        new Encoded() {
          @Override
          public int size() {
            return to - from;
          }

          @Override
          public int length(int row) {
            return whole.rows().length(from + row);
          }

          @Override
          public Batch batch(int[] numbers) {
            return batch(numbers, 0);
          }

          @Override
          public Batch batch(int[] numbers, int epoch) {
            return whole.rows().batch(IntStream.of(numbers).map(r -> from + r).toArray(), epoch);
          }
        };
    Map<String, Object> facts = new LinkedHashMap<>(whole.facts());
    facts.put("rows", to - from);
    return new Rows(
        rows, facts, whole.sha256() + "[" + from + "," + to + ")", List.of(rows.size()));
  }

  // ---- the run

  private Runner.Result train(Base base, LanguageModelTask task, Model model, Materials materials) {
    TrainReport report = fit(task, model, materials);
    if (report.unfinished()) {
      return new Runner.Result(report, Optional.empty(), Optional.empty(), recipe.output());
    }
    Runner.Result result =
        new Runner.Result(
            report,
            materials.validation().map(rows -> evaluate(model, task, rows)),
            materials.test().map(rows -> evaluate(model, task, rows)),
            recipe.output());
    new LanguageOutput(recipe, base, materials, result).write(model);
    Trainer.tidy(recipe.output());
    return result;
  }

  private TrainReport fit(LanguageModelTask task, Model model, Materials materials) {
    try (TechniqueContext context =
        new TechniqueContext(
            recipe.seed(),
            recipe.train(),
            task,
            materials.train().rows(),
            Optional.empty(),
            Optional.empty(),
            recipe.data().maxLength(),
            recipe.output())) {
      Trainer<Model> trainer = trainer(model, task, context);
      recipe
          .data()
          .mixing()
          .ifPresent(
              mixing ->
                  trainer.sampler(
                      MixingSampler.ofRows(
                          materials.train().sizes(), mixing, recipe.train().order())));
      return trainer.fit(
          materials.train().rows(),
          materials.train().sha256(),
          materials.validation().map(Rows::rows));
    }
  }

  private Trainer<Model> trainer(Model model, LanguageModelTask task, TechniqueContext context) {
    Trainer<Model> trainer = resumable(model, recipe.train().around(task, context), recipe);
    recipe.train().applyTo(trainer, recipe.data().hasValidation(), context);
    return trainer;
  }

  private static Evaluation evaluate(Model model, LanguageModelTask task, Rows rows) {
    model.train(false);
    return task.evaluate(model, rows.rows(), EVALUATION_BATCH);
  }
}
