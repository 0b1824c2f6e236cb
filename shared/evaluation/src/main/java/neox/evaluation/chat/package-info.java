/// How models want conversations written.
@NullMarked
package neox.evaluation.chat;

import org.jspecify.annotations.NullMarked;
