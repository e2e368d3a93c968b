/**
 * Training curves in files, while a run goes on: {@link org.attune.train.log.TensorBoardLog} for
 * TensorBoard, {@link org.attune.train.log.CsvLog} for everything else. Both are callbacks, as a
 * user's own would be.
 *
 * <p>A resumed run goes on in the same files, without the points behind the checkpoint it started
 * from. A log that cannot be written says so once and stops: no training is lost over it.
 */
package org.attune.train.log;
