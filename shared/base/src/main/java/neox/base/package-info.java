/// What every tool shares: running a command, exit codes, errors, JSON, atomic output, progress.
@NullMarked
package neox.base;

import org.jspecify.annotations.NullMarked;
