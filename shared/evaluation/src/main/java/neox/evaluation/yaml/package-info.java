/// Task files as trees that know their lines: YAML as PyYAML reads it, with `include` and
/// `!function`.
@NullMarked
package neox.evaluation.yaml;

import org.jspecify.annotations.NullMarked;
