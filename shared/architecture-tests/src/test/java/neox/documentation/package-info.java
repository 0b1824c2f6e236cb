/// The pages compared with the program: commands, links, references, messages.
@NullMarked
package neox.documentation;

import org.jspecify.annotations.NullMarked;
