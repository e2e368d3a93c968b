/**
 * The contracts every model keeps and the registry of families.
 *
 * <p>Start at {@link org.attune.models.Model} and {@link org.attune.models.Families}; {@link
 * org.attune.models.Pretrained} fills a model from a checkpoint and writes it back. Each family is
 * a folder of its own ({@link org.attune.models.bert}): config, body, heads, and the quirks of its
 * files. {@link org.attune.models.SharedBody} is several models over one body, {@link
 * org.attune.models.KeptLayers} a shallower model out of a deep one. Letters of shapes are those of
 * {@code org.attune.nn}. May import: {@code nn}, {@code checkpoint}, {@code tensor}; never
 * training, tasks or data.
 */
package org.attune.models;
