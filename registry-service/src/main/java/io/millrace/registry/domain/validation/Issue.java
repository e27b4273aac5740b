package io.millrace.registry.domain.validation;

import java.util.List;

/**
 * What is wrong with the rows in one regard.
 *
 * @param column path of the column, such as {@code a}, {@code a.b} or {@code tags[]}; empty for the whole table
 * @param failingRows how many rows fail
 * @param sample at most 10 failing rows, each a JSON object {@code {"row": 3, "values": {…}}}, rows counted from 0; a repeated row also
 *     has {@code "same_as"}, the row that it repeats
 */
public record Issue(Check check, String column, String message, long failingRows, List<String> sample) {}
