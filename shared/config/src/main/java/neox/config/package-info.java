/// Turns GPT-NeoX YAML files into immutable, checked records.
///
/// It has more than 30 files because each part of a configuration is a record in its own file.
@NullMarked
package neox.config;

import org.jspecify.annotations.NullMarked;
