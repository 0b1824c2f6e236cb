/// What every tool shares: running a command, exit codes, errors, JSON, atomic output, progress. It
/// has more than 30 files because each is one word of that language, and few use each other.
@NullMarked
package neox.base;

import org.jspecify.annotations.NullMarked;
