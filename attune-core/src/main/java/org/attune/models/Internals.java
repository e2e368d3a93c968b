package org.attune.models;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.attune.AttuneException;
import org.attune.nn.Attention;
import org.attune.nn.LayerStack;
import org.attune.nn.Module;
import org.attune.tensor.Tensor;

/**
 * What goes on inside a pass through a model with any head: the states between its layers, and
 * where its attention goes. Open it before the pass and close it after the last use of what it saw.
 *
 * <p>Only for models of one stack of layers: those with an encoder and a decoder have two.
 */
public final class Internals implements AutoCloseable {
  private final LayerStack<?> stack;
  private final List<Attention> attentions;
  private final List<Tensor> states = new ArrayList<>();
  private final List<Tensor> probabilities = new ArrayList<>();

  private Internals(LayerStack<?> stack, boolean withAttention) {
    this.stack = stack;
    attentions = withAttention ? below(stack) : List.of();
    stack.record(Optional.of(states));
    attentions.forEach(attention -> attention.record(Optional.of(probabilities)));
  }

  /**
   * Watches one pass.
   *
   * @param withAttention whether attention is to be seen too, which costs its softmax once more
   * @throws AttuneException where the model has not one stack of layers
   */
  public static Internals watch(Model model, boolean withAttention) {
    return new Internals(stack(model), withAttention);
  }

  /** Number of layers of a model with one stack of them. */
  public static int layers(Model model) {
    return stack(model).size();
  }

  private static LayerStack<?> stack(Model model) {
    List<LayerStack<?>> found = LayerStack.in(model);
    if (found.size() != 1) {
      throw new AttuneException(
          "models: "
              + model.getClass().getSimpleName()
              + " has "
              + found.size()
              + " stacks of layers; only a model with one can be looked into");
    }
    return found.get(0);
  }

  private static List<Attention> below(Module stack) {
    List<Attention> found = new ArrayList<>();
    stack.visit(
        (path, module) -> {
          if (module instanceof Attention attention) {
            found.add(attention);
          }
        });
    return found;
  }

  /** The embeddings and what each layer made of them, [B, T, D]. */
  public List<Tensor> states() {
    return states;
  }

  /** What each query of each layer looks at, before dropout, [B, H, T, T]. */
  public List<Tensor> attention() {
    return probabilities;
  }

  /** Stops watching. A graph that a backward pass needs stays. */
  @Override
  public void close() {
    stack.record(Optional.empty());
    attentions.forEach(attention -> attention.record(Optional.empty()));
    probabilities.forEach(Tensor::close);
  }
}
