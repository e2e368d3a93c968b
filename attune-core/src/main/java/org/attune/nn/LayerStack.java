package org.attune.nn;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.attune.tensor.Autocast;
import org.attune.tensor.Autograd;
import org.attune.tensor.GraphCut;
import org.attune.tensor.Scope;
import org.attune.tensor.Tensor;

/**
 * Layers of one kind under the names 0, 1, .., run one after the other. Each runs in a scope of its
 * own: what it made and the backward pass does not need is freed before the next one starts.
 *
 * <p>While it trains, a {@link BackwardPlan} may cut the stack into segments that go backward one
 * by one: {@link Module#backwardPlan}.
 *
 * <p>Of layers that no longer change, the states they hand on can be {@link #recordFirst recorded}
 * once and {@link #replayFirst replayed} from then on.
 */
public final class LayerStack<L extends Module> extends Module {
  /** How to run one layer on the hidden state. */
  public interface Call<L> {
    Tensor apply(L layer, Tensor hidden);
  }

  /** How to run one layer on the hidden state and what all layers read besides. */
  public interface SharedCall<L> {
    /**
     * Runs the layer.
     *
     * @param shared what was given for all layers, in the same order
     */
    Tensor apply(L layer, Tensor hidden, List<Tensor> shared);
  }

  /** What stands in for the first layers: one of the two is there. */
  private record Prefix(
      int layers, Optional<Consumer<Tensor>> listener, Optional<Supplier<Tensor>> states) {}

  private final List<L> layers = new ArrayList<>();
  private final Dropout drop; // of whole layers
  private Optional<List<Tensor>> record = Optional.empty();
  private final Outstanding outstanding = new Outstanding();
  private BackwardPlan plan = BackwardPlan.WHOLE;
  private Optional<Prefix> prefix = Optional.empty();

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

  /** The stacks in a module, in order. */
  public static List<LayerStack<?>> in(Module module) {
    List<LayerStack<?>> found = new ArrayList<>();
    module.visit(
        (path, part) -> {
          if (part instanceof LayerStack<?> stack) {
            found.add(stack);
          }
        });
    return found;
  }

  public int size() {
    return layers.size();
  }

  /** The layers in order. */
  public List<L> layers() {
    return List.copyOf(layers);
  }

  void plan(BackwardPlan newPlan) {
    plan = newPlan;
  }

  void startStep() {
    outstanding.clear();
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
   * Tells what the first layers hand on, each time they are run, and then leaves out those between
   * them and the last one: of such a pass nothing but the shape of its result counts.
   *
   * @param count of the first layers; of all, what the stack as a whole returns is told
   */
  public void recordFirst(int count, Consumer<Tensor> listener) {
    prefix = Optional.of(new Prefix(count, Optional.of(listener), Optional.empty()));
  }

  /**
   * Takes states in place of running the first layers, and what comes before them.
   *
   * @param count of the first layers
   * @param states asked for each time the stack is run: what {@link #recordFirst} told of the same
   *     rows
   */
  public void replayFirst(int count, Supplier<Tensor> states) {
    prefix = Optional.of(new Prefix(count, Optional.empty(), Optional.of(states)));
  }

  /** Ends {@link #recordFirst} and {@link #replayFirst}. */
  public void runWhole() {
    prefix = Optional.empty();
  }

  /**
   * Runs all layers. Tensors that the call holds on to must not need a gradient; give those to
   * {@link #forward(Tensor, List, SharedCall)}.
   *
   * @param hidden what the first one reads
   * @return what the last one wrote
   */
  public Tensor forward(Tensor hidden, Call<L> call) {
    return forward(() -> hidden, call, call);
  }

  /**
   * The same, where what the first layer reads is made only if it is run; see {@link #replayFirst}.
   */
  public Tensor forward(Supplier<Tensor> hidden, Call<L> call) {
    return forward(hidden, call, call);
  }

  /**
   * The same, with another way to run the last layer, where it is not left out and nothing is
   * recorded.
   */
  public Tensor forward(Supplier<Tensor> hidden, Call<L> call, Call<L> lastCall) {
    if (prefix.isEmpty()) {
      return run(0, hidden.get(), call, lastCall, false);
    }
    int first = prefix.get().layers;
    if (prefix.get().states.isPresent()) {
      return run(first, prefix.get().states.get().get(), call, lastCall, false);
    }
    Consumer<Tensor> listener = prefix.get().listener.orElseThrow();
    if (first == layers.size()) {
      Tensor whole = run(0, hidden.get(), call, lastCall, false);
      listener.accept(whole);
      return whole;
    }
    Tensor state = hidden.get();
    for (L layer : layers.subList(0, first)) {
      Tensor input = state;
      state = Scope.tidy(() -> call.apply(layer, input));
    }
    listener.accept(state);
    return run(layers.size() - 1, state, call, lastCall, false);
  }

  /**
   * Runs all layers over tensors that each of them reads and that may need a gradient, such as an
   * encoder's states.
   *
   * @param hidden what the first one reads
   * @return what the last one wrote
   */
  public Tensor forward(Tensor hidden, List<Tensor> shared, SharedCall<L> call) {
    boolean cut = cuts();
    // One stand-in for all segments sums up what each of them adds, and hands the sum on at the
    // end.
    List<Tensor> own =
        shared.stream()
            .map(s -> cut && s.requiresGrad() ? GraphCut.after(s, () -> {}) : s)
            .toList();
    Call<L> each = (layer, x) -> call.apply(layer, x, own);
    return run(0, hidden, each, each, own.stream().anyMatch(Tensor::requiresGrad));
  }

  private boolean cuts() {
    return plan.cuts() && training() && Autograd.isOn() && record.isEmpty();
  }

  private Tensor run(
      int first, Tensor hidden, Call<L> call, Call<L> lastCall, boolean sharedNeedsGrad) {
    if (record.isPresent()) {
      return runAll(first, hidden, call, record.get());
    }
    List<Segment.Step<L>> steps = steps(first, call, lastCall);
    if (!cuts()) {
      return new Segment<>(steps).apply(hidden);
    }
    Tensor state = hidden;
    for (int from = 0; from < steps.size(); from += plan.segment()) {
      int to = Math.min(from + plan.segment(), steps.size());
      var segment = new Segment<>(steps.subList(from, to));
      if (!(state.requiresGrad() || sharedNeedsGrad || segment.isTrainable())) {
        state = segment.unrecorded(state);
      } else {
        // What the last segment keeps would be computed again at once: it is recorded right away.
        boolean again = plan.recomputed() > 0 && to < steps.size();
        Runnable finished = outstanding.add(segment, plan);
        state = again ? segment.recomputed(state, finished) : recorded(segment, state, finished);
      }
    }
    return state;
  }

  private Tensor recorded(Segment<L> segment, Tensor state, Runnable finished) {
    // The engine would cast a leaf, as the state is here, once for all who read it, and add up
    // their
    // gradients in the narrow type.
    Tensor output = Autocast.uncached(() -> segment.apply(state));
    if (plan.finished().isEmpty()) {
      return output;
    }
    Tensor end = GraphCut.after(output, finished);
    output.close();
    return end;
  }

  /** The layers from the first on that are not left out. */
  private List<Segment.Step<L>> steps(int first, Call<L> call, Call<L> lastCall) {
    List<Segment.Step<L>> steps = new ArrayList<>();
    for (int i = first; i < layers.size(); i++) {
      if (!drop.drops()) {
        steps.add(new Segment.Step<>(layers.get(i), i == layers.size() - 1 ? lastCall : call));
      }
    }
    return steps;
  }

  /**
   * Runs all layers and returns every state: the input first, the last layer's output last. Whoever
   * asks for all of them keeps them, so nothing is computed twice here.
   */
  public List<Tensor> forwardAll(Tensor hidden, Call<L> call) {
    List<Tensor> states = new ArrayList<>();
    runAll(0, hidden, call, states);
    return states;
  }

  private Tensor runAll(int first, Tensor hidden, Call<L> call, List<Tensor> states) {
    states.add(hidden);
    Tensor state = hidden;
    for (L layer : layers.subList(first, layers.size())) {
      Tensor input = state;
      state = drop.drops() ? input : Scope.tidy(() -> call.apply(layer, input));
      states.add(state);
    }
    return state;
  }
}
