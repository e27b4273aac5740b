/** Models of XGBoost: their files, what they answer, and what they are as ONNX. */
@NullMarked
package io.millrace.inference.engine.xgboost;

import org.jspecify.annotations.NullMarked;
