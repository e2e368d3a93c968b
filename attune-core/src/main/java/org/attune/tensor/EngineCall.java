package org.attune.tensor;

import java.util.Arrays;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Runs one engine operation and turns its C++ errors into Java ones that a reader can act on. */
final class EngineCall {
  private EngineCall() {}

  /** An operation whose result is one tensor. */
  static Tensor tensor(
      String operation, Supplier<org.bytedeco.pytorch.Tensor> body, Tensor... operands) {
    return Tensor.of(value(operation, body, operands));
  }

  static <T> T value(String operation, Supplier<T> body, Tensor... operands) {
    try {
      return body.get();
    } catch (NullPointerException e) {
      throw explainNull(operation, e, operands);
    } catch (EngineException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new EngineException(explain(operation, e, operands), e, isOutOfMemory(e));
    }
  }

  /** JavaCPP reports a freed handle as a NullPointerException, "This pointer address is NULL." */
  private static RuntimeException explainNull(
      String operation, NullPointerException e, Tensor... operands) {
    for (int i = 0; i < operands.length; i++) {
      if (operands[i].isClosed()) {
        return new IllegalStateException(
            String.format(
                Locale.ROOT,
                "tensor: operand %d of %s was freed: the Scope it was made in has closed, or close()"
                    + " was called; return it from Scope.tidy(...) or call keep() on it first",
                i + 1,
                operation),
            e);
      }
    }
    return e;
  }

  /** The messages of DefaultCPUAllocator on Linux and Windows, and of the CUDA allocator. */
  private static boolean isOutOfMemory(RuntimeException e) {
    String message = String.valueOf(e.getMessage());
    return message.contains("allocate memory")
        || message.contains("not enough memory")
        || message.contains("out of memory");
  }

  private static String explain(String operation, RuntimeException e, Tensor... operands) {
    String shapes =
        operands.length == 0
            ? ""
            : Arrays.stream(operands)
                .map(Tensor::describe)
                .collect(Collectors.joining(", ", " of ", ""));
    String reason = firstLine(String.valueOf(e.getMessage()));
    if (isOutOfMemory(e)) {
      return "tensor: out of memory in "
          + operation
          + shapes
          + "; use a smaller batch_size (with accumulate) or a smaller max_length ["
          + reason
          + "]";
    }
    return "tensor: " + operation + shapes + ": " + reason;
  }

  /**
   * The engine appends a C++ stack to its message, from the line that starts with "Exception
   * raised".
   */
  private static String firstLine(String message) {
    int end = message.indexOf("\nException raised");
    String text = end < 0 ? message : message.substring(0, end);
    return text.strip().replaceAll("\\s*\\n\\s*", " ");
  }
}
