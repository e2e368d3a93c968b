package org.attune.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Places where the graph of the backward pass ends and Java goes on: a leaf stands in for a value,
 * and once a backward pass has brought it its gradient, that is handed to what lies behind. So a
 * layer may be run without recording and again, recorded, when its gradient is due (activation
 * checkpointing, Chen et al. 2016), which PyTorch does by a subclass of autograd.Function.
 *
 * <p>{@link Tensor#backward()} returns when all cuts that a gradient has reached are done, the
 * latest first; so whoever calls it sees no difference. As with the engine's own graph, one
 * backward pass may go through a cut. What {@code behind} reads lives until then: a scope that
 * closes while a cut made in it is pending hands its tensors to the enclosing one. Cuts that no
 * backward pass reaches are forgotten with the thread's outermost scope.
 */
public final class GraphCut {
  private static final ThreadLocal<List<GraphCut>> PENDING =
      ThreadLocal.withInitial(ArrayList::new);

  /** Whether the thread is on its way through the cuts, so that passes inside do not start anew. */
  private static final ThreadLocal<Boolean> GOING = ThreadLocal.withInitial(() -> false);

  private final Tensor leaf;
  private final List<Tensor> held;
  private final Consumer<Tensor> behind;
  private Optional<Scope> scope;

  private GraphCut(Tensor leaf, List<Tensor> held, Consumer<Tensor> behind) {
    this.leaf = leaf;
    this.held = held;
    this.behind = behind;
    this.scope = Optional.ofNullable(Scope.innermost());
  }

  /**
   * Makes a value that was not recorded a leaf that asks for its gradient.
   *
   * @param value that no graph leads to; from here on it belongs to the cut, which frees it
   * @param behind is given the gradient, of the value's shape
   * @return the same, as a leaf
   */
  public static Tensor at(Tensor value, Consumer<Tensor> behind) {
    return at(value, List.of(), behind);
  }

  /**
   * Cuts a recorded value off from its graph: the backward pass stops here, and goes on when it has
   * come back from everything made later.
   *
   * @param recorded stays the caller's
   * @param reached is told when the pass has gone on through the graph of {@code recorded}
   * @return a leaf with the same elements
   */
  public static Tensor after(Tensor recorded, Runnable reached) {
    Tensor end = apart(recorded); // the caller's scope may close before the pass
    return at(
        recorded.detach(),
        List.of(end),
        gradient -> {
          end.backward(gradient);
          reached.run();
        });
  }

  private static Tensor at(Tensor value, List<Tensor> held, Consumer<Tensor> behind) {
    if (value.requiresGrad()) {
      throw new IllegalArgumentException(
          "graph cut: the value " + value.describe() + " has a graph of its own; detach it first");
    }
    Tensor leaf = apart(value).requiresGrad(true);
    value.close();
    PENDING.get().add(new GraphCut(leaf, held, behind));
    return leaf;
  }

  /** The same tensor under a handle that no scope holds, so that closing it frees it at once. */
  private static Tensor apart(Tensor tensor) {
    try (Scope scope = Scope.open()) {
      return tensor.another().keep();
    }
  }

  /** After a backward pass: goes on behind every cut that has a gradient now. */
  static void goOn() {
    if (GOING.get() || PENDING.get().isEmpty()) {
      return;
    }
    GOING.set(true);
    try {
      Optional<GraphCut> next = latestReached();
      while (next.isPresent()) {
        next.get().finish();
        next = latestReached();
      }
    } finally {
      GOING.set(false);
    }
  }

  /** All that was made from a cut's value came later, so the latest has its whole gradient. */
  private static Optional<GraphCut> latestReached() {
    List<GraphCut> pending = PENDING.get();
    for (int i = pending.size() - 1; i >= 0; i--) {
      if (pending.get(i).leaf.hasGrad()) {
        return Optional.of(pending.get(i));
      }
    }
    return Optional.empty();
  }

  private void finish() {
    PENDING.get().remove(this);
    try (Scope scope = Scope.open()) {
      // What the engine gives lies inside the leaf and goes with it, so it needs a handle of its
      // own.
      Tensor gradient = leaf.grad().orElseThrow().another();
      leaf.close();
      behind.accept(gradient);
    } finally {
      held.forEach(Tensor::close);
    }
  }

  /**
   * Gives the cuts of a scope that closes to the enclosing one, or forgets them where there is
   * none.
   *
   * @return whether there were some, so that what they may read must go on living in the outer one
   */
  static boolean leaves(Scope closing, Optional<Scope> outer) {
    if (PENDING.get().isEmpty()) {
      return false;
    }
    List<GraphCut> own =
        PENDING.get().stream()
            .filter(cut -> cut.scope.filter(scope -> scope == closing).isPresent())
            .toList();
    if (outer.isPresent()) {
      own.forEach(cut -> cut.scope = outer);
      return !own.isEmpty();
    }
    PENDING.get().removeAll(own);
    own.forEach(
        cut -> {
          cut.leaf.close();
          cut.held.forEach(Tensor::close);
        });
    return false;
  }
}
