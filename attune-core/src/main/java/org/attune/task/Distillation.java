package org.attune.task;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.attune.UsageException;
import org.attune.data.Batch;
import org.attune.data.Dataset;
import org.attune.models.Internals;
import org.attune.models.Model;
import org.attune.models.ModelInput;
import org.attune.objective.SoftTargets;
import org.attune.objective.SquaredError;
import org.attune.objective.StateMatching;
import org.attune.tensor.Autograd;
import org.attune.tensor.DType;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;
import org.attune.train.TaskAround;

/**
 * Knowledge distillation for text classification (Hinton et al. 2015; Sanh et al. 2019): the
 * student learns from the labels and from a teacher's answers. The loss of a row is
 *
 * <pre>{@code
 * (1 - alpha) hard  +  alpha T^2 KL(teacher / T || student / T)
 *     +  hidden * distance of hidden states  +  attention * KL of attention
 * }</pre>
 *
 * <p>For several labels a text, the divergence is that of each label's yes or no; for a number, it
 * is the squared difference to the teacher's number.
 *
 * <p>The teacher's logits are computed once for each row, before the first step. Its hidden states
 * and its attention, which would fill a disk, are computed anew in each step, without gradients:
 * with {@code hidden} or {@code attention}, a step takes the time of the teacher's forward pass
 * more.
 */
public final class Distillation extends TaskAround<Model> {
  private final TextClassification task;
  private final Teacher teacher;
  private final Settings settings;
  private final float[][] logits; // the teacher's, of each training row
  private final SoftTargets soft;

  /**
   * How the teacher counts.
   *
   * @param temperature divides both sides' logits
   * @param alpha share of the teacher's answers in the loss, in [0, 1]; the labels have the rest
   * @param hidden weight of matching hidden states; 0 for none
   * @param matching how states are compared
   * @param attention weight of matching attention; 0 for none
   * @param layers for each of the student's layers, the teacher's that it is to be like, from 0;
   *     empty to match the last layers alone, as DistilBERT does
   */
  public record Settings(
      double temperature,
      double alpha,
      double hidden,
      StateMatching matching,
      double attention,
      List<Integer> layers) {
    /**
     * Checks the ranges.
     *
     * @throws UsageException naming the setting
     */
    public Settings {
      layers = List.copyOf(layers);
      new SoftTargets(temperature); // checks it
      require(alpha >= 0 && alpha <= 1, "alpha", alpha, "from 0 to 1");
      require(hidden >= 0 && Double.isFinite(hidden), "hidden", hidden, "of at least 0");
      require(
          attention >= 0 && Double.isFinite(attention), "attention", attention, "of at least 0");
      if (alpha == 0 && hidden == 0 && attention == 0) {
        throw new UsageException(
            "distillation: alpha, hidden and attention are all 0, so that the teacher has no say");
      }
    }

    private static void require(boolean good, String name, double value, String expected) {
      if (!good) {
        throw new UsageException(
            "distillation: " + name + " is " + value + ", expected a number " + expected);
      }
    }

    /** From the answers alone, half and half with the labels. */
    public static Settings ofAnswers(double temperature) {
      return new Settings(temperature, 0.5, 0, StateMatching.COSINE, 0, List.of());
    }

    boolean looksInside() {
      return hidden > 0 || attention > 0;
    }
  }

  private Distillation(
      TextClassification task, Teacher teacher, Settings settings, float[][] logits) {
    super(task);
    this.task = task;
    this.teacher = teacher;
    this.settings = settings;
    this.logits = logits;
    soft = new SoftTargets(settings.temperature());
  }

  /**
   * A task whose student learns from a teacher. The teacher must stay open while it trains, and the
   * student must train on these rows and no others.
   *
   * @param train the training rows, in the order in which they will be numbered
   * @param cache folder to keep the teacher's logits in
   * @throws org.attune.AttuneException when the teacher lacks a label or cannot be looked into
   */
  public static Distillation of(
      TextClassification task, Teacher teacher, Dataset train, Settings settings, Path cache) {
    Dataset rows =
        task.problem() == TextClassification.Problem.REGRESSION
            ? train
            : train.alignedTo(task.labels());
    if (settings.looksInside()) {
      Internals.layers(teacher.model()); // refuses a model of two stacks
      requireSameTokens(task, teacher, rows);
    }
    return new Distillation(task, teacher, settings, teacher.logits(rows, task, cache));
  }

  /** States can only be compared token by token. */
  private static void requireSameTokens(TextClassification task, Teacher teacher, Dataset rows) {
    EncodedTexts student = EncodedTexts.of(rows, task.tokenizer());
    EncodedTexts other = EncodedTexts.of(rows, teacher.task().tokenizer());
    for (int row = 0; row < rows.size(); row++) {
      if (!student.sameTokens(other, row)) {
        throw new UsageException(
            "distillation: teacher and student cut row "
                + (row + 1)
                + " of "
                + rows.name()
                + " into other tokens, so that hidden states and attention cannot be matched; set"
                + " hidden and attention to 0");
      }
    }
  }

  @Override
  public String fingerprint() {
    return "distillation(" + settings + ", teacher " + teacher.sha256() + ")" + task.fingerprint();
  }

  @Override
  public Tensor loss(Model student, Batch batch) {
    if (!settings.looksInside()) {
      return answers(task.logits(student, batch), batch);
    }
    ModelInput input = Inference.input(batch);
    try (Internals ours = Internals.watch(student, settings.attention() > 0);
        Internals theirs = Internals.watch(teacher.model(), settings.attention() > 0)) {
      Tensor own = student.forward(input);
      Autograd.noGrad(() -> teacher.model().forward(input));
      // A row of several labels counts as many items; see weight.
      boolean several = task.problem() == TextClassification.Problem.MULTI_LABEL_CLASSIFICATION;
      double items = several ? task.labels().size() : 1;
      return answers(own, batch).plus(matching(ours, theirs, mask(batch)).times(items));
    }
  }

  /** Labels and the teacher's logits, weighed by alpha. */
  private Tensor answers(Tensor own, Batch batch) {
    Tensor wanted = teacherLogits(batch); // [B, labels]
    Tensor taught =
        switch (task.problem()) {
          case SINGLE_LABEL_CLASSIFICATION -> soft.sum(own, wanted);
          case MULTI_LABEL_CLASSIFICATION -> soft.sumOfBinary(own, wanted);
          case REGRESSION -> new SquaredError().sum(own, wanted);
        };
    Tensor hard = task.loss(own, batch);
    return hard.times(1 - settings.alpha()).plus(taught.times(settings.alpha()));
  }

  private Tensor teacherLogits(Batch batch) {
    int width = logits[0].length;
    float[] flat = new float[batch.rows() * width];
    for (int r = 0; r < batch.rows(); r++) {
      System.arraycopy(logits[batch.index()[r]], 0, flat, r * width, width);
    }
    return Tensors.ofFloats(flat, batch.rows(), width);
  }

  private static Tensor mask(Batch batch) {
    return Tensors.ofLongs(batch.attentionMask(), batch.rows(), batch.length()).to(DType.F32);
  }

  /** Hidden states and attention of the matched layers, a mean over them; a sum over rows. */
  private Tensor matching(Internals ours, Internals theirs, Tensor mask) {
    int layers = ours.states().size() - 1;
    List<Integer> matched = matched(layers, theirs.states().size() - 1);
    Tensor sum = Tensors.ofFloats(new float[] {0}, 1).sum();
    for (int i = 0; i < matched.size(); i++) {
      int own = layers - matched.size() + i;
      int other = matched.get(i);
      if (settings.hidden() > 0) {
        // States begin with the embeddings.
        Tensor far =
            settings
                .matching()
                .sum(ours.states().get(own + 1), theirs.states().get(other + 1), mask);
        sum = sum.plus(far.times(settings.hidden() / matched.size()));
      }
      if (settings.attention() > 0) {
        Tensor far =
            StateMatching.attentionSum(
                ours.attention().get(own), theirs.attention().get(other), mask);
        sum = sum.plus(far.times(settings.attention() / matched.size()));
      }
    }
    return sum;
  }

  /** The teacher's layers that the student's last ones are matched with, in order. */
  private List<Integer> matched(int students, int teachers) {
    if (settings.layers().isEmpty()) {
      return List.of(teachers - 1);
    }
    boolean inRange = settings.layers().stream().allMatch(l -> l >= 0 && l < teachers);
    if (settings.layers().size() != students || !inRange) {
      throw new UsageException(
          "distillation: layers are "
              + settings.layers()
              + ", expected one of the teacher's layers 0 to "
              + (teachers - 1)
              + " for each of the student's "
              + students
              + ", such as "
              + even(students, teachers));
    }
    return settings.layers();
  }

  /** Spread evenly, the last matched with the last (Jiao et al. 2020, section 3: g(m)). */
  static List<Integer> even(int students, int teachers) {
    return IntStream.rangeClosed(1, students)
        .mapToObj(i -> (int) Math.round((double) i * teachers / students) - 1)
        .toList();
  }
}
