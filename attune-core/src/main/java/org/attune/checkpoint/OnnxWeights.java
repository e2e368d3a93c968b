package org.attune.checkpoint;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.CodedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.attune.AttuneException;
import org.attune.tensor.DType;
import org.attune.tensor.Shape;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;

/**
 * The weights of an encoder that was exported to ONNX by PyTorch. The graph keeps the names of
 * embeddings, biases and norms; a linear layer's matrix is anonymous and stored [in, out], and the
 * MatMul that feeds the Add of a named bias tells which layer it is.
 */
final class OnnxWeights {
  private static final int MAX_BYTES = 1 << 30;

  private OnnxWeights() {}

  /** Reads F32 tensors under their names in a Hugging Face checkpoint. */
  static Map<String, Tensor> read(InputStream onnx) throws IOException {
    CodedInputStream coded = CodedInputStream.newInstance(onnx, 1 << 20);
    coded.setSizeLimit(MAX_BYTES);
    GraphProto graph = ModelProto.parseFrom(coded).getGraph();
    Map<String, TensorProto> constants = new LinkedHashMap<>();
    graph.getInitializerList().forEach(tensor -> constants.put(tensor.getName(), tensor));
    Map<String, Tensor> weights = new LinkedHashMap<>();
    constants.forEach(
        (name, tensor) -> {
          if (!name.startsWith("onnx::") && !name.endsWith("position_ids")) {
            weights.put(name, tensor(tensor));
          }
        });
    linearMatrices(graph, constants)
        .forEach((name, matrix) -> weights.put(name, tensor(matrix).t().contiguous()));
    return weights;
  }

  private static Map<String, TensorProto> linearMatrices(
      GraphProto graph, Map<String, TensorProto> constants) {
    Map<String, NodeProto> products = new HashMap<>();
    for (NodeProto node : graph.getNodeList()) {
      if (node.getOpType().equals("MatMul")) {
        products.put(node.getOutput(0), node);
      }
    }
    Map<String, TensorProto> matrices = new LinkedHashMap<>();
    for (NodeProto node : graph.getNodeList()) {
      if (!node.getOpType().equals("Add")) {
        continue;
      }
      String bias = null;
      NodeProto product = null;
      for (String input : node.getInputList()) {
        bias = input.endsWith(".bias") ? input : bias;
        product = products.getOrDefault(input, product);
      }
      if (bias != null && product != null) {
        String layer = bias.substring(0, bias.length() - "bias".length());
        for (String input : product.getInputList()) {
          if (constants.containsKey(input)) {
            matrices.put(layer + "weight", constants.get(input));
          }
        }
      }
    }
    return matrices;
  }

  private static Tensor tensor(TensorProto proto) {
    long[] dims = proto.getDimsList().stream().mapToLong(Long::longValue).toArray();
    if (proto.getDataType() != TensorProto.DataType.FLOAT.getNumber()) {
      throw new AttuneException(
          "onnx: '"
              + proto.getName()
              + "' has data type "
              + proto.getDataType()
              + ", expected floats");
    }
    Tensor tensor = Tensors.empty(Shape.of(dims), DType.F32);
    ByteBuffer bytes = proto.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.remaining() != tensor.numel() * DType.F32.bytes()) {
      throw new AttuneException(
          "onnx: '"
              + proto.getName()
              + "' has "
              + bytes.remaining()
              + " bytes for "
              + tensor.shape());
    }
    Tensors.fill(tensor, 0, bytes);
    return tensor;
  }
}
