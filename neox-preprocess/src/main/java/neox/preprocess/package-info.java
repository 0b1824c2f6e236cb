/// Text in files or on stdin to token files.
@NullMarked
package neox.preprocess;

import org.jspecify.annotations.NullMarked;
