/// How far work has come: a bar for a person, a line now and then for a log, JSON for a program.
@NullMarked
package neox.base.progress;

import org.jspecify.annotations.NullMarked;
