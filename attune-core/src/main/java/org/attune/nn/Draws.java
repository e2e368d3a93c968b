package org.attune.nn;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** How far the dropouts of some modules have come in their draws, to draw the same ones again. */
final class Draws {
  private final List<Dropout> sites = new ArrayList<>();
  private final List<Integer> calls;

  private Draws(List<? extends Module> modules) {
    modules.forEach(
        module ->
            module.visit(
                (path, inner) -> {
                  if (inner instanceof Dropout dropout) {
                    sites.add(dropout);
                  }
                }));
    calls = now();
  }

  static Draws of(List<? extends Module> modules) {
    return new Draws(modules);
  }

  private List<Integer> now() {
    return sites.stream().map(Dropout::calls).toList();
  }

  /** Runs the body with the draws that came after this was made, and leaves later ones alone. */
  <T> T again(Supplier<T> body) {
    List<Integer> later = now();
    goTo(calls);
    try {
      return body.get();
    } finally {
      goTo(later);
    }
  }

  private void goTo(List<Integer> places) {
    for (int i = 0; i < sites.size(); i++) {
      sites.get(i).goTo(places.get(i));
    }
  }
}
