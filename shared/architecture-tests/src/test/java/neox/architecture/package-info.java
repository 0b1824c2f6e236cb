/// The rules of ARCHITECTURE.md as tests over the compiled classes of all modules.
@NullMarked
package neox.architecture;

import org.jspecify.annotations.NullMarked;
