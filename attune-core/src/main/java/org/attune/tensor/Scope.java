package org.attune.tensor;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;

/**
 * Owns the native memory of the tensors made while it is open, and frees it when it closes.
 *
 * <p>Scopes nest and belong to one thread. The trainer opens one a step, the predictor one a
 * request; layers never see them. A tensor that must outlive its scope is either the result of
 * {@link #tidy} or has been asked to {@link Tensor#keep}. Tensors made with no scope open are freed
 * when the garbage collector finds them, which is right for parameters and wrong for activations.
 */
public final class Scope implements AutoCloseable {
  private static final ThreadLocal<Scope> INNERMOST = new ThreadLocal<>();

  private final Scope outer;
  private final List<Tensor> tensors = new ArrayList<>();
  private final PointerScope pointers;

  private Scope() {
    Engine.start();
    outer = INNERMOST.get();
    pointers = new PointerScope();
    INNERMOST.set(this);
  }

  public static Scope open() {
    return new Scope();
  }

  /** The innermost open scope of this thread, or null. */
  static Scope innermost() {
    return INNERMOST.get();
  }

  /**
   * Runs the body and frees every tensor it made but those in its result, which pass to the
   * enclosing scope. The result may be a tensor, or an Optional, collection, map or {@link Holder}
   * of them.
   */
  public static <T> T tidy(Supplier<T> body) {
    List<Tensor> results = new ArrayList<>();
    T value;
    Scope scope = new Scope();
    try {
      value = body.get();
      visit(value, tensor -> scope.hold(tensor, results));
    } finally {
      scope.close();
    }
    results.forEach(tensor -> tensor.moveTo(scope.outer));
    return value;
  }

  /** A value that holds tensors, so that {@link #tidy} can find them. */
  public interface Holder {
    Collection<Tensor> tensors();
  }

  /**
   * Keeps a result alive while this scope closes. One made outside (a parameter) is not ours to
   * move.
   */
  private void hold(Tensor tensor, List<Tensor> results) {
    if (tensor.scope() == this && !results.contains(tensor)) {
      tensor.keep();
      results.add(tensor);
    }
  }

  void attach(Tensor tensor) {
    pointers.attach(tensor.handle());
    tensors.add(tensor);
  }

  /** A tensor that was just made; the engine's own scope has its handle already. */
  void add(Tensor tensor) {
    tensors.add(tensor);
  }

  private static void visit(Object value, Consumer<Tensor> visitor) {
    if (value instanceof Tensor tensor) {
      visitor.accept(tensor);
    } else if (value instanceof Holder holder) {
      holder.tensors().forEach(visitor);
    } else if (value instanceof Optional<?> optional) {
      optional.ifPresent(inner -> visit(inner, visitor));
    } else if (value instanceof Map<?, ?> map) {
      map.values().forEach(inner -> visit(inner, visitor));
    } else if (value instanceof Collection<?> collection) {
      collection.forEach(inner -> visit(inner, visitor));
    }
  }

  @Override
  public void close() {
    if (INNERMOST.get() != this) {
      throw new IllegalStateException(
          "scope: closed out of order or on another thread; close scopes in the reverse order of"
              + " opening, best with try-with-resources");
    }
    boolean needed = GraphCut.leaves(this, Optional.ofNullable(outer));
    List<Tensor> kept =
        needed ? tensors.stream().filter(tensor -> tensor.scope() == this).toList() : List.of();
    kept.forEach(tensor -> tensor.handle().retainReference());
    pointers.close();
    kept.forEach(tensor -> tensor.moveTo(outer));
    if (outer == null) {
      INNERMOST.remove();
    } else {
      INNERMOST.set(outer);
    }
  }
}
