package org.attune.optim;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.attune.nn.LayerNorm;
import org.attune.nn.Module;
import org.attune.nn.Parameter;

/**
 * Which parameters an optimizer changes, and which of them weight decay pulls at.
 *
 * <p>As in transformers' Trainer, biases and the parameters of norms do not decay: decay limits how
 * strongly inputs are mixed, and these mix nothing.
 *
 * @param decayed trainable parameters with weight decay, by name
 * @param undecayed trainable parameters without
 */
record ParameterGroups(Map<String, Parameter> decayed, Map<String, Parameter> undecayed) {
  /** transformers' list of names, found anywhere in a lower-case name. */
  private static final Pattern NO_DECAY =
      Pattern.compile("bias|layernorm|rmsnorm|(?:^|\\.)norm(?:$|\\.)|_norm(?:$|\\.)");

  /** Sorts the trainable parameters; a tied one counts once, under its first name. */
  static ParameterGroups of(Module model) {
    Set<Parameter> norms = Collections.newSetFromMap(new IdentityHashMap<>());
    model.visit(
        (path, module) -> {
          if (module instanceof LayerNorm) {
            norms.addAll(module.namedParameters().values());
          }
        });
    Set<Parameter> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    var groups = new ParameterGroups(new LinkedHashMap<>(), new LinkedHashMap<>());
    model
        .namedParameters()
        .forEach(
            (name, parameter) -> {
              if (parameter.trainable() && seen.add(parameter)) {
                boolean decays = !norms.contains(parameter) && !namesNoDecay(name);
                (decays ? groups.decayed : groups.undecayed).put(name, parameter);
              }
            });
    return groups;
  }

  private static boolean namesNoDecay(String name) {
    return NO_DECAY.matcher(name.toLowerCase(Locale.ROOT)).find();
  }

  int size() {
    return decayed.size() + undecayed.size();
  }
}
