/**
 * The one wall around libtorch: nothing outside this package imports {@code org.bytedeco}.
 *
 * <p>Start reading at {@link org.attune.tensor.Tensor}; its operations on whole layers (linear,
 * attention, losses) are in {@link org.attune.tensor.Functional}. {@link org.attune.tensor.Scope}
 * says who frees native memory and when, {@link org.attune.tensor.Autograd} and {@link
 * org.attune.tensor.Autocast} switch the engine's modes for a block of code, {@link
 * org.attune.tensor.Engine} starts the library and tells what machine it found, and {@link
 * org.attune.tensor.Rng} is the only source of randomness.
 *
 * <p>Errors of the engine become {@link org.attune.tensor.EngineException}, which names the
 * operation and the shapes. A tensor used after its scope closed is an {@code
 * IllegalStateException} that says so. May import: {@code org.attune} and the engine.
 */
package org.attune.tensor;
