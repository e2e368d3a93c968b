package org.attune.nn;

import java.util.List;
import org.attune.tensor.Autocast;
import org.attune.tensor.DType;
import org.attune.tensor.Scope;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;

/**
 * Rotary positions (Su et al. 2021): a head's element i and element i + E/2 are a point that turns
 * by position times frequency i. The pairs lie half a head apart, as in transformers; the paper and
 * Meta's files pair neighbours.
 */
public final class Rotary {
  /**
   * Cosines and sines of a batch's angles, made once and used by every layer.
   *
   * @param cos [B, 1, T, E/2] F32
   * @param sin [B, 1, T, E/2] F32
   */
  public record Angles(Tensor cos, Tensor sin) implements Scope.Holder {
    @Override
    public List<Tensor> tensors() {
      return List.of(cos, sin);
    }
  }

  private Rotary() {}

  /**
   * The angles of positions.
   *
   * @param positions [B, T] I64
   * @param frequencies E/2, in radians a position
   * @param amplitude factor of cosines and sines, 1 unless a scaling says otherwise
   */
  public static Angles angles(Tensor positions, float[] frequencies, double amplitude) {
    return Autocast.off(
        () -> {
          Tensor perPlace = Tensors.ofFloats(frequencies, frequencies.length);
          Tensor angles =
              positions
                  .to(DType.F32)
                  .unsqueeze(1)
                  .unsqueeze(3)
                  .times(perPlace.to(positions.device())); // [B, 1, T, E/2]
          return new Angles(scaled(angles.cos(), amplitude), scaled(angles.sin(), amplitude));
        });
  }

  private static Tensor scaled(Tensor x, double amplitude) {
    return amplitude == 1 ? x : x.times(amplitude);
  }

  /**
   * Turns queries or keys.
   *
   * @param x [B, H, T, E]
   * @return [B, H, T, E]
   */
  public static Tensor rotate(Tensor x, Angles angles) {
    long half = x.size(3) / 2;
    Tensor first = x.narrow(3, 0, half);
    Tensor second = x.narrow(3, half, half);
    return Tensor.cat(
        List.of(
            first.times(angles.cos).minus(second.times(angles.sin)),
            second.times(angles.cos).plus(first.times(angles.sin))),
        3);
  }
}
