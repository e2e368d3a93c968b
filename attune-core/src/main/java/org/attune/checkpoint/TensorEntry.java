package org.attune.checkpoint;

import org.attune.tensor.DType;
import org.attune.tensor.Shape;

/**
 * Where a tensor's bytes are in a safetensors file.
 *
 * @param begin first byte, counted from the end of the header
 * @param end byte after the last
 */
public record TensorEntry(String name, DType dtype, Shape shape, long begin, long end) {
  public long bytes() {
    return end - begin;
  }
}
