/**
 * The training loop. Start reading at {@link org.attune.train.Trainer}, what a user says, and go on
 * to {@code TrainingRun}, what happens: one visible loop over steps. {@link
 * org.attune.train.TrainTask} is all that it knows of a job, {@link org.attune.train.Callback} all
 * that a watcher can see.
 *
 * <p>A step reads a window of {@code accumulate} batches and changes the weights once; its loss is
 * the mean over all items of the window. Which rows a window holds and what dropout drops are pure
 * functions of the seed and the step, so nothing random is ever saved and a resumed run ends with
 * the bytes of the uninterrupted one.
 *
 * <p>What it takes is said beforehand ({@link org.attune.train.MemoryForecast}) and can be less
 * ({@link org.attune.train.MemorySaving}); in fp16 the loss is scaled ({@link
 * org.attune.train.LossScaling}).
 *
 * <p>A checkpoint folder, {@code checkpoint-STEP}, holds {@code weights.safetensors} (the trainable
 * parameters), {@code optimizer.safetensors}, {@code techniques.safetensors}, {@code
 * trainer_state.json} and, written last, {@code manifest.json} with the SHA-256 of the others; the
 * folder gets its name when all of it is on disk.
 *
 * <p>Where the bottom of a model is frozen, {@link org.attune.train.PrefixCache} keeps what it
 * makes of each row in a file and puts a task around the task that reads it.
 *
 * <p>May import: {@code optim}, {@code checkpoint}, {@code data}, {@code metric}, {@code nn},
 * {@code tensor}; no model and no task.
 */
package org.attune.train;
