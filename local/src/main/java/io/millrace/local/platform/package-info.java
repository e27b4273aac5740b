/** The platform as processes of this machine: which ones, on which ports, in which folders, who is alive, and how all of them end. */
@NullMarked
package io.millrace.local.platform;

import org.jspecify.annotations.NullMarked;
