package org.attune.task;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.attune.AttuneException;
import org.attune.Sha256;
import org.attune.checkpoint.AtomicFiles;
import org.attune.checkpoint.Checkpoint;
import org.attune.checkpoint.SafetensorsFile;
import org.attune.checkpoint.SafetensorsWriter;
import org.attune.data.Dataset;
import org.attune.data.Labels;
import org.attune.data.Target;
import org.attune.models.Head;
import org.attune.models.Model;
import org.attune.models.Pretrained;
import org.attune.tensor.Scope;
import org.attune.tensor.Shape;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;
import org.attune.text.Tokenizer;
import org.attune.train.Encoded;

/**
 * A trained classifier whose answers another one learns. Its labels may stand in another order than
 * the student's: they are matched by name.
 */
public final class Teacher implements AutoCloseable {
  private static final int BATCH = 64;
  private static final String LOGITS = "logits";

  private final String name;
  private final Model model;
  private final TextClassification task;
  private final String sha256;

  private Teacher(String name, Model model, TextClassification task, String sha256) {
    this.name = name;
    this.model = model;
    this.task = task;
    this.sha256 = sha256;
  }

  /**
   * Opens a classifier.
   *
   * @param checkpoint a folder or a hub name
   * @param maxLength most tokens of a text, as for the student
   * @throws AttuneException when it is no classifier
   */
  public static Teacher open(String checkpoint, int maxLength) {
    try (Checkpoint files = Checkpoint.open(checkpoint)) {
      Model model = Pretrained.load(files).model();
      if (model.head() != Head.SEQUENCE_CLASSIFICATION) {
        model.close();
        throw new AttuneException(
            "distillation: the teacher "
                + checkpoint
                + " has the head "
                + model.head()
                + ", expected a classifier of texts; train it first, as with recipes/sst2-full.yaml");
      }
      Tokenizer tokenizer = files.tokenizer().truncateTo(Math.min(maxLength, model.maxLength()));
      return new Teacher(
          checkpoint, model, TextClassification.of(tokenizer, files.config()), files.sha256());
    }
  }

  Model model() {
    return model;
  }

  TextClassification task() {
    return task;
  }

  /** SHA-256 of its weights. */
  public String sha256() {
    return sha256;
  }

  /** For each of a student's outputs the teacher's of the same label. */
  private int[] columns(TextClassification student) {
    if (student.problem() != task.problem()) {
      throw new AttuneException(
          "distillation: the teacher "
              + name
              + " is for "
              + task.problem().configName()
              + ", the data makes the student "
              + student.problem().configName());
    }
    if (student.problem() == TextClassification.Problem.REGRESSION) {
      return new int[] {0};
    }
    Labels own = task.labels();
    List<String> unknown =
        student.labels().names().stream().filter(label -> own.id(label).isEmpty()).toList();
    if (!unknown.isEmpty()) {
      throw new AttuneException(
          "distillation: the teacher "
              + name
              + " does not know the labels "
              + unknown
              + "; it knows "
              + own
              + "; rename the data's with 'labels:' or take another teacher");
    }
    return student.labels().names().stream().mapToInt(label -> own.id(label).get()).toArray();
  }

  /**
   * Its logits for every row, in the order of a student's labels: from the cache where they were
   * computed before for this teacher and these rows, else computed and written there.
   *
   * @param cache folder of the file
   * @return [rows][labels]
   */
  float[][] logits(Dataset data, TextClassification student, Path cache) {
    int[] columns = columns(student);
    Encoded rows = EncodedTexts.of(data, task.tokenizer());
    Path file = cache.resolve("teacher-logits-" + key(rows).substring(0, 16) + ".safetensors");
    float[][] all = Files.exists(file) ? read(file, rows.size()) : compute(rows, file);
    return Arrays.stream(all)
        .map(
            row -> {
              float[] own = new float[columns.length];
              for (int i = 0; i < own.length; i++) {
                own[i] = row[columns[i]];
              }
              return own;
            })
        .toArray(float[][]::new);
  }

  /**
   * How hard each row is for it: the cross-entropy of its label.
   *
   * @param cache folder for the logits; see {@link #logits}
   * @throws AttuneException where rows have not one label each
   */
  public double[] losses(Dataset data, TextClassification reader, Path cache) {
    TaskChecks.targets(data, Target.Kind.SINGLE);
    Dataset rows = data.alignedTo(reader.labels());
    float[][] logits = logits(rows, reader, cache);
    double[] losses = new double[logits.length];
    for (int row = 0; row < losses.length; row++) {
      int label = ((Target.Single) rows.get(row).target()).label();
      losses[row] =
          -Math.log(Math.max(Double.MIN_NORMAL, Probabilities.softmax(logits[row])[label]));
    }
    return losses;
  }

  private float[][] compute(Encoded rows, Path file) {
    model.train(false);
    float[][] logits = task.logits(model, rows, BATCH);
    int width = logits[0].length;
    float[] flat = new float[logits.length * width];
    for (int row = 0; row < logits.length; row++) {
      System.arraycopy(logits[row], 0, flat, row * width, width);
    }
    try (Scope scope = Scope.open()) {
      Files.createDirectories(file.toAbsolutePath().getParent());
      Tensor all = Tensors.ofFloats(flat, logits.length, width);
      SafetensorsWriter.write(file, Map.of(LOGITS, all), SafetensorsWriter.PYTORCH);
    } catch (IOException e) {
      throw new AttuneException(
          "distillation: the teacher's logits cannot be kept in "
              + file
              + ": "
              + AtomicFiles.reason(e),
          e);
    }
    return logits;
  }

  private float[][] read(Path path, int rows) {
    int width = task.problem() == TextClassification.Problem.REGRESSION ? 1 : task.labels().size();
    try (Scope scope = Scope.open();
        SafetensorsFile file = SafetensorsFile.open(path)) {
      if (!file.names().contains(LOGITS)
          || !file.tensor(LOGITS).shape().equals(Shape.of(rows, width))) {
        throw new AttuneException(
            "distillation: "
                + path
                + " does not hold the teacher's logits of these rows; delete it");
      }
      float[] flat = file.tensor(LOGITS).toFloats();
      float[][] logits = new float[rows][];
      for (int row = 0; row < rows; row++) {
        logits[row] = Arrays.copyOfRange(flat, row * width, (row + 1) * width);
      }
      return logits;
    }
  }

  /** Tells weights, config and every token that the teacher reads. */
  private String key(Encoded rows) {
    MessageDigest digest = Sha256.digest();
    digest.update(sha256.getBytes(StandardCharsets.UTF_8));
    digest.update(model.config().toJson().getBytes(StandardCharsets.UTF_8));
    for (int row = 0; row < rows.size(); row++) {
      long[] ids = rows.batch(new int[] {row}).inputIds();
      ByteBuffer bytes = ByteBuffer.allocate((ids.length + 1) * Long.BYTES).putLong(ids.length);
      bytes.asLongBuffer().put(ids);
      digest.update(bytes.array());
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  @Override
  public void close() {
    model.close();
  }
}
