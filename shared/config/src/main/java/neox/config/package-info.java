/// Turns GPT-NeoX YAML files into immutable, checked records.
@NullMarked
package neox.config;

import org.jspecify.annotations.NullMarked;
