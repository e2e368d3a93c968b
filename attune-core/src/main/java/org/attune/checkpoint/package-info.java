/**
 * Hugging Face checkpoints, read and written: a folder with config.json, model.safetensors (or
 * shards with model.safetensors.index.json) and a tokenizer.
 *
 * <p>Start at {@link org.attune.checkpoint.Checkpoint}. Nothing in a checkpoint is executed or
 * trusted: sizes are checked before memory is taken, names never lead out of the folder, pickles
 * are refused.
 *
 * <p>The safetensors format: 8 bytes, little-endian, the header's length N; N bytes of UTF-8 JSON,
 * an object from tensor name to {@code {"dtype", "shape", "data_offsets": [begin, end]}} and
 * perhaps {@code "__metadata__"} from string to string; then the tensors' bytes, row-major and
 * little-endian, without gaps or overlaps. Offsets count from the end of the header.
 *
 * <p>A name {@code owner/name[@revision]} is fetched from a hub ({@link
 * org.attune.checkpoint.HubSnapshot}) into the cache that Hugging Face's own tools use ({@link
 * org.attune.checkpoint.HubCache}): bytes gather under a temporary name and count only when their
 * SHA-256 is the one announced.
 *
 * <p>Models in one file, GGUF ({@code GgufHeader} has the format, {@code GgufType} that of the
 * numbers) and llama2.c's ({@code Llama2cFile}), are read as if they were such folders ({@code
 * SingleFile}): a config made of what they say, tensors under the names they would have.
 *
 * <p>Files are written under a temporary name, synced and renamed ({@link
 * org.attune.checkpoint.AtomicFiles}): a reader sees the old file or the new one. May import:
 * {@code tensor}, {@code text}.
 */
package org.attune.checkpoint;
