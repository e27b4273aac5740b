/** Deployments: how they are read and checked, which arm a call goes to, what shadows saw, and the way back. */
@NullMarked
package io.millrace.inference.app.deploy;

import org.jspecify.annotations.NullMarked;
