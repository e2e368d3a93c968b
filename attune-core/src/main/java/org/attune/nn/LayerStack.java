package org.attune.nn;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import org.attune.tensor.Scope;
import org.attune.tensor.Tensor;

/**
 * Layers of one kind under the names 0, 1, .., run one after the other. Each runs in a scope of its
 * own: what it made and the backward pass does not need is freed before the next one starts.
 */
public final class LayerStack<L extends Module> extends Module {
  /** How to run one layer on the hidden state. */
  public interface Call<L> {
    Tensor apply(L layer, Tensor hidden);
  }

  private final List<L> layers = new ArrayList<>();
  private final Dropout drop; // of whole layers
  private Optional<List<Tensor>> record = Optional.empty();

  public LayerStack(int count, IntFunction<L> make) {
    this(count, make, 0);
  }

  /**
   * A stack that leaves out layers while it trains (LayerDrop, Fan et al. 2019): a layer that is
   * left out hands on what it was given.
   *
   * @param layerDrop probability of leaving out a layer, drawn for each layer of each pass
   */
  public LayerStack(int count, IntFunction<L> make, double layerDrop) {
    for (int i = 0; i < count; i++) {
      layers.add(child(Integer.toString(i), make.apply(i)));
    }
    drop = child("layer_drop", new Dropout(layerDrop));
  }

  public int size() {
    return layers.size();
  }

  /** The layers in order. */
  public List<L> layers() {
    return List.copyOf(layers);
  }

  /**
   * Adds the states of the passes to come to a list: what the first layer is given, then what each
   * returns. The last layer then runs for every token, also where its reader wants fewer.
   *
   * @param states to add to; empty to stop
   */
  public void record(Optional<List<Tensor>> states) {
    record = states;
  }

  /**
   * Runs all layers.
   *
   * @param hidden what the first one reads
   * @return what the last one wrote
   */
  public Tensor forward(Tensor hidden, Call<L> call) {
    return forward(hidden, call, call);
  }

  /**
   * The same, with another way to run the last layer, where it is not left out and nothing is
   * recorded.
   */
  public Tensor forward(Tensor hidden, Call<L> call, Call<L> lastCall) {
    Tensor state = hidden;
    record.ifPresent(states -> states.add(hidden));
    for (int i = 0; i < layers.size(); i++) {
      L layer = layers.get(i);
      Tensor input = state;
      Call<L> own = i == layers.size() - 1 && record.isEmpty() ? lastCall : call;
      Tensor output = drop.drops() ? input : Scope.tidy(() -> own.apply(layer, input));
      record.ifPresent(states -> states.add(output));
      state = output;
    }
    return state;
  }

  /** Runs all layers and returns every state: the input first, the last layer's output last. */
  public List<Tensor> forwardAll(Tensor hidden, Call<L> call) {
    List<Tensor> states = new ArrayList<>(List.of(hidden));
    for (L layer : layers) {
      Tensor input = states.get(states.size() - 1);
      states.add(drop.drops() ? input : Scope.tidy(() -> call.apply(layer, input)));
    }
    return states;
  }
}
