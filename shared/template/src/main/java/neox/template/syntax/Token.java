package neox.template.syntax;

import neox.python.PythonRepr;

/// A piece of a template's source.
///
/// @param text what it says; for a string, its contents
/// @param line where it starts, from 1
record Token(Kind kind, String text, int line) {
  enum Kind {
    /// What is printed as it stands.
    DATA,
    VARIABLE_BEGIN,
    VARIABLE_END,
    BLOCK_BEGIN,
    BLOCK_END,
    NAME,
    STRING,
    INTEGER,
    FLOAT,
    OPERATOR,
    END
  }

  boolean is(Kind other, String spelling) {
    return kind == other && text.equals(spelling);
  }

  /// For messages.
  String described() {
    return switch (kind) {
      case DATA -> "text";
      case VARIABLE_BEGIN -> "'{{'";
      case VARIABLE_END -> "'}}'";
      case BLOCK_BEGIN -> "'{%'";
      case BLOCK_END -> "the end of the tag";
      case STRING -> "the string " + PythonRepr.of(text);
      case NAME, INTEGER, FLOAT, OPERATOR -> "'" + text + "'";
      case END -> "the end of the template";
    };
  }
}
