package org.attune.recipe;

import java.nio.file.Path;
import java.util.Optional;
import org.attune.checkpoint.Checkpoint;
import org.attune.checkpoint.ConfigJson;
import org.attune.data.DataSource;
import org.attune.data.Dataset;
import org.attune.data.Labels;
import org.attune.data.Split;
import org.attune.metric.Evaluation;
import org.attune.models.Families;
import org.attune.models.Head;
import org.attune.models.KeptLayers;
import org.attune.models.Model;
import org.attune.models.Pretrained;
import org.attune.nn.Module;
import org.attune.task.ClassLoss;
import org.attune.task.SentenceEmbedding;
import org.attune.task.TextClassification;
import org.attune.text.Tokenizer;
import org.attune.train.Precision;
import org.attune.train.TrainReport;
import org.attune.train.TrainTask;
import org.attune.train.Trainer;

/** Does what a recipe says: reads, trains, judges, saves. */
public final class Runner extends TrainingJob {
  private static final int EVALUATION_BATCH = 64;

  private final Recipe recipe;

  private Runner(Recipe recipe) {
    this.recipe = recipe;
  }

  public static Runner of(Recipe recipe) {
    return new Runner(recipe);
  }

  /**
   * What came of a run.
   *
   * @param training the run itself
   * @param validation of the weights that were kept, if there are validation examples
   * @param test of the same weights, if there are test examples
   * @param output the folder with the model
   */
  public record Result(
      TrainReport training,
      Optional<Evaluation> validation,
      Optional<Evaluation> test,
      Path output) {
    /** Whether it was stopped before its end; the output then holds a checkpoint and no model. */
    public boolean stopped() {
      return training.ending() == TrainReport.Ending.STOPPED;
    }
  }

  /** What a recipe's parts became. */
  record Materials(
      Dataset train, Optional<Dataset> validation, Optional<Dataset> test, Tokenizer tokenizer) {}

  /**
   * The run.
   *
   * @throws org.attune.AttuneException before any step is taken where the model or the data are
   *     missing or unfit, or the output folder cannot be written
   */
  @Override
  public Result run() {
    try (Checkpoint checkpoint = Checkpoint.open(recipe.model().checkpoint())) {
      Materials materials = materials(checkpoint);
      try (OutputFolder output = OutputFolder.open(recipe.output())) {
        return run(checkpoint, materials);
      }
    }
  }

  private Result run(Checkpoint checkpoint, Materials materials) {
    ConfigJson config = config(checkpoint);
    return switch (recipe.task()) {
      case TEXT_CLASSIFICATION -> {
        var plain = TextClassification.forData(materials.tokenizer(), materials.train());
        var task =
            recipe.loss().equals(ClassLoss.plain())
                ? plain
                : plain.withLoss(recipe.loss(), materials.train());
        yield run(checkpoint, materials, task, kept(task.load(checkpoint, config, recipe.seed())));
      }
      case SENTENCE_EMBEDDING -> {
        var task = SentenceEmbedding.of(materials.tokenizer(), recipe.data().maxScore());
        yield run(checkpoint, materials, task, task.load(checkpoint, config, recipe.seed()));
      }
    };
  }

  private Materials materials(Checkpoint checkpoint) {
    Tokenizer whole = checkpoint.tokenizer();
    whole.warnings().forEach(notes());
    Tokenizer tokenizer = whole.truncateTo(recipe.data().maxLength());
    Dataset train = Dataset.read(recipe.data().train()).forTraining();
    Labels labels = labels(checkpoint, train);
    Dataset aligned = labels.size() > 0 ? train.alignedTo(labels) : train;
    Optional<Dataset> test = recipe.data().test().map(source -> read(source, labels));
    if (recipe.data().validationShare() > 0) {
      Split split = aligned.split(1 - recipe.data().validationShare(), recipe.seed());
      return new Materials(split.train(), Optional.of(split.validation()), test, tokenizer);
    }
    return new Materials(
        aligned, recipe.data().validation().map(source -> read(source, labels)), test, tokenizer);
  }

  /** A classifier that already has these labels keeps its own order of them. */
  private static Labels labels(Checkpoint checkpoint, Dataset train) {
    boolean classifier =
        Families.of(checkpoint.config()).head(checkpoint.config()) == Head.SEQUENCE_CLASSIFICATION;
    if (classifier && train.labels().size() > 0) {
      Labels known = Labels.of(checkpoint.config().labels());
      if (known.size() == train.labels().size()
          && known.names().containsAll(train.labels().names())) {
        return known;
      }
    }
    return train.labels();
  }

  private static Dataset read(DataSource source, Labels labels) {
    return labels.size() > 0 ? Dataset.read(source, labels) : Dataset.read(source);
  }

  private ConfigJson config(Checkpoint checkpoint) {
    ConfigJson config = checkpoint.config();
    if (recipe.model().dropout().isEmpty()) {
      return config;
    }
    return Families.of(config).withDropout(config, recipe.model().dropout().get());
  }

  /** The layers that the recipe keeps. */
  private Pretrained.Loaded kept(Pretrained.Loaded loaded) {
    if (recipe.model().layers().isEmpty()) {
      return loaded;
    }
    try (Model deep = loaded.model()) {
      return new Pretrained.Loaded(KeptLayers.of(deep, recipe.model().layers()), loaded.report());
    }
  }

  private <T extends TrainTask<Model>> Result run(
      Checkpoint checkpoint, Materials materials, T task, Pretrained.Loaded loaded) {
    try (Model model = loaded.model();
        TechniqueContext context = context(materials, task)) {
      loaded.report().remarks().forEach(notes());
      precisionRisk(recipe.model().precision(), model).ifPresent(notes());
      TrainReport report =
          trainer(model, recipe.train().around(task, context), context)
              .fit(
                  context.rows(),
                  materials.train().sha256(),
                  materials.validation().map(task::encode));
      if (report.unfinished()) {
        return new Result(report, Optional.empty(), Optional.empty(), recipe.output());
      }
      Result result =
          new Result(
              report,
              materials.validation().map(data -> evaluate(model, task, data)),
              materials.test().map(data -> evaluate(model, task, data)),
              recipe.output());
      new RunOutput(recipe, checkpoint, materials, result).write(model);
      Trainer.tidy(recipe.output());
      return result;
    }
  }

  private TechniqueContext context(Materials materials, TrainTask<Model> task) {
    return new TechniqueContext(
        recipe.seed(),
        recipe.train(),
        task,
        task.encode(materials.train()),
        Optional.of(materials.train()),
        Optional.of(recipe.data().train()),
        recipe.data().maxLength(),
        recipe.output());
  }

  private Trainer<Model> trainer(Model model, TrainTask<Model> task, TechniqueContext context) {
    Trainer<Model> trainer = resumable(model, task, recipe);
    recipe.train().applyTo(trainer, hasValidation(), context);
    return trainer;
  }

  /** What speaks against training this model in a precision, in one line. */
  static Optional<String> precisionRisk(Precision precision, Model model) {
    return precision == Precision.FP16
        ? Families.of(model.config())
            .fp16Risk()
            .map(reason -> "train: precision fp16 may overflow: " + reason + "; use bf16 or fp32")
        : Optional.empty();
  }

  private boolean hasValidation() {
    return recipe.data().validation().isPresent() || recipe.data().validationShare() > 0;
  }

  private static <M extends Module> Evaluation evaluate(M model, TrainTask<M> task, Dataset data) {
    model.train(false);
    return task.evaluate(model, task.encode(data), EVALUATION_BATCH);
  }
}
