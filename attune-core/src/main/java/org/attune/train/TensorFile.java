package org.attune.train;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.attune.AttuneException;
import org.attune.checkpoint.SafetensorsFile;
import org.attune.nn.Parameter;
import org.attune.tensor.Autograd;
import org.attune.tensor.Scope;
import org.attune.tensor.Tensor;

/** Named tensors of a run, out to safetensors files and back in. */
final class TensorFile {
  private TensorFile() {}

  /** The values of parameters, not copied. */
  static Map<String, Tensor> values(Map<String, Parameter> parameters) {
    Map<String, Tensor> values = new LinkedHashMap<>();
    parameters.forEach((name, parameter) -> values.put(name, parameter.value()));
    return values;
  }

  /** Copies the tensors of a file into parameters of the same names and shapes. */
  static void readInto(Map<String, Parameter> parameters, Path file) {
    try (Scope scope = Scope.open()) {
      Map<String, Tensor> tensors = read(file);
      if (!tensors.keySet().equals(parameters.keySet())) {
        throw new AttuneException(
            "train: "
                + file
                + " holds "
                + tensors.size()
                + " parameters, the model trains "
                + parameters.size()
                + "; was it made by another model or with other parameters frozen?");
      }
      Autograd.noGrad(
          () ->
              parameters.forEach(
                  (name, parameter) -> parameter.value().copyFrom(tensors.get(name))));
    }
  }

  /** The tensors of a file by name, over its mapped bytes. */
  static Map<String, Tensor> read(Path path) {
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      file.names().forEach(name -> tensors.put(name, file.tensor(name)));
      return tensors;
    }
  }
}
