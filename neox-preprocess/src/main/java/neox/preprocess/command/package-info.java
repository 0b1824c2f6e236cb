/// The tool's commands and their options; what a shell sees.
@NullMarked
package neox.preprocess.command;

import org.jspecify.annotations.NullMarked;
