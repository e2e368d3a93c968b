package org.attune.generate;

/**
 * One text that was written.
 *
 * @param tokenIds the tokens written, without prompt or start token; an end token is the last
 * @param score of beam search: log-probability / length ^ length_penalty; 0 of other searches
 * @param reason why it ended
 */
@SuppressWarnings("ArrayRecordComponent") // made by a search, handed to its caller
public record Generated(int[] tokenIds, double score, FinishReason reason) {}
