package io.millrace.inference.app.condition;

import io.millrace.inference.domain.RowScore;
import io.millrace.inference.domain.ScoreRow;
import io.millrace.inference.domain.ScoredBatch;

/**
 * What a condition is asked about: one prediction and what it was made of.
 *
 * @param key the text of the pipeline's key field
 * @param at the row's place in the batch
 */
public record Facts(String key, ScoreRow row, RowScore.Scored score, ScoredBatch batch, int at) {}
