/// What is made of the tools' commands when they are packaged: completions of shells, manual pages,
/// and the help pages that launchers print.
@NullMarked
package neox.base.pages;

import org.jspecify.annotations.NullMarked;
