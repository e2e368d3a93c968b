package org.attune.train;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import org.attune.UsageException;
import org.attune.nn.Module;
import org.attune.tensor.DType;

/**
 * Keeps on disk what the frozen bottom of a model makes of each row, so that embeddings and frozen
 * layers run once a row and not once a row and epoch. Head-only training then runs the head alone.
 *
 * <p>Before the first step the frozen layers run over all rows of training and validation set,
 * without dropout, in batches that depend on the rows alone; every step and evaluation then reads
 * the file. So the result depends neither on when a run was stopped nor on whether the file was
 * there already. It differs from that of a run without a cache in two ways: dropout inside the
 * frozen layers is off, where transformers, and Attune without a cache, leave it on in training;
 * and rows went through the layers in other batches, with other padding, which moves sums by their
 * last bits.
 *
 * <p>Files stay, and any run with the same frozen weights, tokens and precision uses them again: a
 * file is named after the SHA-256 of them.
 *
 * @param folder for the files; empty for {@code prefix-cache} in the run's output folder
 * @param type F32, or BF16 for half the space, with states rounded to 8 bits of mantissa
 */
public record PrefixCache(Optional<Path> folder, DType type) {
  private static final String DEFAULT_FOLDER = "prefix-cache";

  /**
   * Checks the type.
   *
   * @throws UsageException for any other
   */
  public PrefixCache {
    if (type != DType.F32 && type != DType.BF16) {
      throw new UsageException("prefix_cache: type is " + type + ", expected fp32 or bf16");
    }
  }

  /** In a folder, with all bits. */
  public static PrefixCache in(Path folder) {
    return new PrefixCache(Optional.of(folder), DType.F32);
  }

  /** The folder of a run. */
  Path folderOf(Optional<Path> output) {
    return folder
        .or(() -> output.map(path -> path.resolve(DEFAULT_FOLDER)))
        .orElseThrow(
            () -> new UsageException("prefix_cache: it needs a folder; set folder or output"));
  }

  /**
   * A task over cached states.
   *
   * @param output of the run
   * @param notes told what was computed
   * @throws UsageException when the bottom of the model is not frozen
   */
  <M extends Module> PrefixTask<M> around(
      TrainTask<? super M> task,
      M model,
      Encoded train,
      Optional<Encoded> validation,
      Precision precision,
      Optional<Path> output,
      Consumer<String> notes) {
    FrozenPrefix frozen = FrozenPrefix.of(model);
    var fill = new PrefixFill<M>(task, model, frozen, precision, type, folderOf(output), notes);
    return new PrefixTask<>(task, frozen, train, fill.file(train), validation, fill::file);
  }
}
