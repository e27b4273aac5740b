/** The model repository, in a folder or in a bucket; the only room that sees the S3 client. */
@NullMarked
package io.millrace.inference.store;

import org.jspecify.annotations.NullMarked;
