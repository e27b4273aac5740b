/** How calls of one name are split among models: deployments, and the rule by which a call goes to an arm. */
@NullMarked
package io.millrace.inference.domain.deploy;

import org.jspecify.annotations.NullMarked;
