package org.attune.checkpoint;

import java.io.Closeable;
import java.nio.file.Path;
import java.util.Set;
import org.attune.tensor.Tensor;

/** A file of tensors, opened and checked. */
interface WeightFile extends Closeable {
  Path path();

  /** Names of all tensors. */
  Set<String> names();

  /**
   * Type, shape and place of a tensor.
   *
   * @throws org.attune.AttuneException when there is none of that name
   */
  TensorEntry entry(String name);

  /** A tensor, in the type its entry says. */
  Tensor tensor(String name);

  /** Closes the file; tensors taken from it stay valid. */
  @Override
  void close();
}
