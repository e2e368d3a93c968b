package org.attune.optim;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.attune.UsageException;
import org.attune.nn.LayerDepths;
import org.attune.nn.LayerNorm;
import org.attune.nn.Module;
import org.attune.nn.Parameter;

/**
 * Which parameters an optimizer changes, how fast, and which of them weight decay pulls at.
 *
 * <p>As in transformers' Trainer, biases and the parameters of norms do not decay: decay limits how
 * strongly inputs are mixed, and these mix nothing.
 */
final class ParameterGroups {
  /** transformers' list of names, found anywhere in a lower-case name. */
  private static final Pattern NO_DECAY =
      Pattern.compile("bias|layernorm|rmsnorm|(?:^|\\.)norm(?:$|\\.)|_norm(?:$|\\.)");

  /**
   * Parameters that are treated alike.
   *
   * @param rate of their learning rate to the optimizer's
   * @param weightDecay that pulls at them
   * @param parameters by name
   */
  record Group(double rate, double weightDecay, Map<String, Parameter> parameters) {}

  private record Treatment(double rate, double weightDecay) {}

  private final OptimizerSettings settings;
  private final List<Set<Parameter>> overridden = new ArrayList<>();
  private final Set<Parameter> norms = identitySet();
  private final LayerDepths depths;

  private ParameterGroups(OptimizerSettings settings, Module model) {
    this.settings = settings;
    GroupSettings groups = settings.groups();
    groups
        .groups()
        .forEach(
            override -> overridden.add(override.match().named(model, "optimizer.groups.match")));
    depths = LayerDepths.of(model);
    if (groups.layerDecay() < 1 && depths.layers() == 0) {
      throw new UsageException(
          "optimizer: layer_decay is "
              + groups.layerDecay()
              + ", but the model has no stack of layers; leave it out or use groups");
    }
    model.visit(
        (path, module) -> {
          if (module instanceof LayerNorm) {
            norms.addAll(module.namedParameters().values());
          }
        });
  }

  /** Sorts the trainable parameters; a tied one counts once, under its first name. */
  static List<Group> of(OptimizerSettings settings, Module model) {
    var groups = new ParameterGroups(settings, model);
    Map<Treatment, Map<String, Parameter>> sorted = new LinkedHashMap<>();
    Set<Parameter> seen = identitySet();
    model
        .namedParameters()
        .forEach(
            (name, parameter) -> {
              if (parameter.trainable() && seen.add(parameter)) {
                sorted
                    .computeIfAbsent(groups.treatment(name, parameter), t -> new LinkedHashMap<>())
                    .put(name, parameter);
              }
            });
    List<Group> result = new ArrayList<>();
    sorted.forEach((how, some) -> result.add(new Group(how.rate, how.weightDecay, some)));
    return result;
  }

  private Treatment treatment(String name, Parameter parameter) {
    Optional<GroupSettings.Group> override = override(parameter);
    double rate =
        override.isPresent() && override.get().lr().isPresent()
            ? override.get().lr().getAsDouble() / settings.lr()
            : Math.pow(settings.groups().layerDecay(), depths.of(parameter));
    boolean decays = !norms.contains(parameter) && !namesNoDecay(name);
    double byRule = decays ? settings.weightDecay() : 0;
    return new Treatment(rate, override.map(o -> o.weightDecay().orElse(byRule)).orElse(byRule));
  }

  private Optional<GroupSettings.Group> override(Parameter parameter) {
    for (int i = 0; i < overridden.size(); i++) {
      if (overridden.get(i).contains(parameter)) {
        return Optional.of(settings.groups().groups().get(i));
      }
    }
    return Optional.empty();
  }

  private static boolean namesNoDecay(String name) {
    return NO_DECAY.matcher(name.toLowerCase(Locale.ROOT)).find();
  }

  private static Set<Parameter> identitySet() {
    return Collections.newSetFromMap(new IdentityHashMap<>());
  }
}
