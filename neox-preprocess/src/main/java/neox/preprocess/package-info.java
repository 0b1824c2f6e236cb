/// Text in files or on stdin to token files: a plan and a recipe, the run that follows them, and
/// what it writes. `input` reads, `encode` and `chat` make tokens, `journal` lets a run go on,
/// `inspect` looks at what is there, and `command` is what a shell sees.
@NullMarked
package neox.preprocess;

import org.jspecify.annotations.NullMarked;
